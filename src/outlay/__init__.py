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
    from outlay.cli.report import write_comparison_report, write_report
    from outlay.instances.errors import (
        Fault,
        InfeasibleError,
        InputError,
        NoPlanError,
        OutlayError,
        SolverFailedError,
        UnverifiedError,
    )
    from outlay.instances.generating import generate
    from outlay.instances.instance import Instance
    from outlay.instances.plan import Choice, Plan
    from outlay.instances.reading import read
    from outlay.instances.writing import write
    from outlay.models.build import build
    from outlay.models.exposure import exposure
    from outlay.models.graph import graph
    from outlay.optimizer.compare import compare
    from outlay.optimizer.comparison import Comparison
    from outlay.optimizer.comparison_reading import load_comparison
    from outlay.optimizer.outcome import Progress
    from outlay.optimizer.recheck import verify
    from outlay.optimizer.run_file import load
    from outlay.optimizer.solution import Solution
    from outlay.optimizer.solve import Effort, solve
    from outlay.optimizer.status import LevelResult, Status
    from outlay.optimizer.verify_report import Verification, Violation

    __version__: str

#: Public name to the module that it comes from.
_HOME = {
    "read": "instances.reading",
    "write": "instances.writing",
    "generate": "instances.generating",
    "Instance": "instances.instance",
    "Plan": "instances.plan",
    "Choice": "instances.plan",
    "build": "models.build",
    "graph": "models.graph",
    "exposure": "models.exposure",
    "solve": "optimizer.solve",
    "Effort": "optimizer.solve",
    "Solution": "optimizer.solution",
    "Status": "optimizer.status",
    "LevelResult": "optimizer.status",
    "Progress": "optimizer.outcome",
    "load": "optimizer.run_file",
    "verify": "optimizer.recheck",
    "Verification": "optimizer.verify_report",
    "Violation": "optimizer.verify_report",
    "compare": "optimizer.compare",
    "Comparison": "optimizer.comparison",
    "load_comparison": "optimizer.comparison_reading",
    "write_report": "cli.report",
    "write_comparison_report": "cli.report",
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
    "Effort",
    "Fault",
    "InfeasibleError",
    "InputError",
    "Instance",
    "LevelResult",
    "NoPlanError",
    "OutlayError",
    "Plan",
    "Progress",
    "Solution",
    "SolverFailedError",
    "Status",
    "UnverifiedError",
    "Verification",
    "Violation",
    "build",
    "compare",
    "exposure",
    "generate",
    "graph",
    "load",
    "load_comparison",
    "read",
    "solve",
    "verify",
    "write",
    "write_comparison_report",
    "write_report",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used.

    Raises
    ------
    AttributeError
        If there is no such name.
    """
    if name == "__version__":
        found: Any = importlib.import_module("importlib.metadata").version("outlay")
    elif name in _HOME:
        found = getattr(importlib.import_module(f"outlay.{_HOME[name]}"), name)
    else:
        raise AttributeError(f"module 'outlay' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted({*globals(), *_HOME, "__version__"})
