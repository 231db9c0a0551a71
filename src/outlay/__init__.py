"""Decide which capital projects to fund, at what scale and when; proved, verified and explained.

>>> import outlay
>>> instance = outlay.read("tutorial")
>>> solution = outlay.solve(instance)
>>> bool(outlay.verify(solution).ok)
True

Everything is imported when it is first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outlay.instances.errors import (
        Fault,
        InfeasibleError,
        InputError,
        NoPlanError,
        OutlayError,
        SolverFailedError,
        UnverifiedError,
    )
    from outlay.instances.instance import Instance
    from outlay.instances.plan import Choice, Plan
    from outlay.instances.reading import read
    from outlay.instances.writing import write
    from outlay.models.build import build
    from outlay.models.graph import graph
    from outlay.optimizer.compare import compare
    from outlay.optimizer.comparison import Comparison
    from outlay.optimizer.recheck import Verification, verify
    from outlay.optimizer.run_file import load
    from outlay.optimizer.solution import Solution
    from outlay.optimizer.solve import solve
    from outlay.optimizer.status import Status

_HOME = {
    "read": "instances.reading",
    "write": "instances.writing",
    "Instance": "instances.instance",
    "Plan": "instances.plan",
    "Choice": "instances.plan",
    "build": "models.build",
    "graph": "models.graph",
    "solve": "optimizer.solve",
    "Solution": "optimizer.solution",
    "Status": "optimizer.status",
    "compare": "optimizer.compare",
    "Comparison": "optimizer.comparison",
    "load": "optimizer.run_file",
    "verify": "optimizer.recheck",
    "Verification": "optimizer.recheck",
    **dict.fromkeys(
        (
            "OutlayError",
            "InputError",
            "InfeasibleError",
            "NoPlanError",
            "SolverFailedError",
            "UnverifiedError",
            "Fault",
        ),
        "instances.errors",
    ),
}

__all__ = [
    "Choice",
    "Comparison",
    "Fault",
    "InfeasibleError",
    "InputError",
    "Instance",
    "NoPlanError",
    "OutlayError",
    "Plan",
    "Solution",
    "SolverFailedError",
    "Status",
    "UnverifiedError",
    "Verification",
    "build",
    "compare",
    "graph",
    "load",
    "read",
    "solve",
    "verify",
    "write",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module 'outlay' has no attribute {name!r}")
    found = getattr(importlib.import_module(f"outlay.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted([*globals(), *_HOME])
