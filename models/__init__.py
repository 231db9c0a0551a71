"""The mathematics: options, cash flows, supply-chain graph, Pyomo constraint families.

Whoever loads scipy loads all of numpy, its reader of Fortran and its tools for tests among it, which takes as long as
scipy's sparse matrices themselves: they are left out here. numpy loads them all the same when they are used.
"""

from __future__ import annotations

import sys

import numpy as np

#: What scipy copies of numpy without using it (`scipy._lib.array_api_compat`).
_UNUSED = ("f2py", "testing")


def _load_scipy() -> None:
    left_out = [name for name in _UNUSED if name not in vars(np)]
    for name in left_out:
        setattr(np, name, None)
    try:
        import scipy.sparse  # noqa: F401, PLC0415 - while these stand for nothing
    finally:
        for name in left_out:
            delattr(np, name)


if "scipy" not in sys.modules:
    _load_scipy()
