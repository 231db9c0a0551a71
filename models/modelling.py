"""Pyomo, with no more of scipy than it uses here: whatever needs Pyomo imports it from this module.

Wherever Pyomo meets scipy it loads scipy's statistics and integration as well, which takes longer than all the rest of
a small solve. They are loaded when they are used, as scipy itself does it.
"""

from __future__ import annotations

import sys


def _defer_statistics() -> None:
    """Load what Pyomo knows of other packages so that it asks for scipy alone.

    It asks when it is loaded after scipy, or else when scipy is; so scipy is hidden from it meanwhile, and what it
    would call then is forgotten.
    """
    hidden = sys.modules.pop("scipy", None)
    try:
        from pyomo.common import dependencies  # noqa: PLC0415 - not before scipy is hidden
    finally:
        if hidden is not None:
            sys.modules["scipy"] = hidden
    deferred = dependencies.scipy_available
    if hasattr(deferred, "_callback"):  # already a plain answer if somebody else has loaded Pyomo
        deferred._callback = None


if "pyomo" not in sys.modules:
    _defer_statistics()

import pyomo.core as pyo  # noqa: E402 - not pyomo.environ, which loads every solver and extension that there is
from pyomo.core.expr import LinearExpression  # noqa: E402
from pyomo.core.expr.numvalue import value  # noqa: E402
from pyomo.repn import generate_standard_repn  # noqa: E402
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler  # noqa: E402

__all__ = [
    "LinearExpression",
    "LinearStandardFormCompiler",
    "generate_standard_repn",
    "pyo",
    "value",
]
