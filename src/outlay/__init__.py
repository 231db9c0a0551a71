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
    from outlay.cli.report.plots import plot_money, plot_plan, plot_resources
    from outlay.cli.report.write import (
        report,
        write_comparison_report,
        write_explanation_report,
        write_frontier_report,
        write_report,
        write_stress_report,
    )
    from outlay.instances.errors import (
        Fault,
        InfeasibleError,
        InputError,
        NoPlanError,
        NoRoomError,
        NotKeptError,
        OutlayError,
        SolverFailedError,
        UnverifiedError,
    )
    from outlay.instances.formats.reading import read
    from outlay.instances.formats.writing import write
    from outlay.instances.importing.applying import import_sheet
    from outlay.instances.importing.first_map import write_first_map
    from outlay.instances.instance import Instance
    from outlay.instances.plan import Choice, Plan, Selection
    from outlay.instances.samples.generating import generate
    from outlay.instances.stages import Linking, Scenario, scenarios_of_sets, selected_now
    from outlay.models.build import build
    from outlay.models.ensemble import build_ensemble
    from outlay.models.supply.exposure import exposure
    from outlay.models.supply.graph import graph
    from outlay.optimizer.advance.advance import Advanced, advance
    from outlay.optimizer.advance.runs import compare_runs
    from outlay.optimizer.answer.solution import Solution
    from outlay.optimizer.compare.compare import compare
    from outlay.optimizer.compare.comparison import Comparison
    from outlay.optimizer.compare.reading import load_comparison
    from outlay.optimizer.ensemble.answer import EnsembleSolution
    from outlay.optimizer.ensemble.record import load_ensemble
    from outlay.optimizer.ensemble.solve import solve_ensemble
    from outlay.optimizer.evaluation.evaluate import Evaluation, evaluate
    from outlay.optimizer.explain.explain import explain
    from outlay.optimizer.explain.explanation import Explanation
    from outlay.optimizer.export.tables import write_tables
    from outlay.optimizer.export.workbook import write_results
    from outlay.optimizer.frontier.frontier import frontier
    from outlay.optimizer.frontier.result import Frontier
    from outlay.optimizer.ranking.rank import rank
    from outlay.optimizer.ranking.ranking import Ranking
    from outlay.optimizer.ranking.record import load_ranking
    from outlay.optimizer.record.recheck import verify
    from outlay.optimizer.record.run_file import load
    from outlay.optimizer.search.params import SearchParams
    from outlay.optimizer.settings import Effort
    from outlay.optimizer.solve import solve
    from outlay.optimizer.solver.outcome import Progress
    from outlay.optimizer.status import LevelResult, Status
    from outlay.optimizer.stress.replications import replicate_gap
    from outlay.optimizer.stress.result import Stress
    from outlay.optimizer.stress.stress import stress
    from outlay.optimizer.uncertainty.draws import Draw, Draws, draw
    from outlay.optimizer.variation.variation import Variation
    from outlay.optimizer.variation.varied_answer import VariedAnswer
    from outlay.optimizer.variation.vary import Variations, vary
    from outlay.optimizer.verify.report import Verification, Violation
    from outlay.optimizer.warm import Solver

    __version__: str

#: Public name to the module that it comes from.
_HOME = {
    "read": "instances.formats.reading",
    "write": "instances.formats.writing",
    "import_sheet": "instances.importing.applying",
    "write_first_map": "instances.importing.first_map",
    "generate": "instances.samples.generating",
    "Instance": "instances.instance",
    "Plan": "instances.plan",
    "Choice": "instances.plan",
    "Selection": "instances.plan",
    "Linking": "instances.stages",
    "Scenario": "instances.stages",
    "scenarios_of_sets": "instances.stages",
    "selected_now": "instances.stages",
    "build_ensemble": "models.ensemble",
    "build": "models.build",
    "graph": "models.supply.graph",
    "exposure": "models.supply.exposure",
    "solve": "optimizer.solve",
    "Effort": "optimizer.settings",
    "SearchParams": "optimizer.search.params",
    "Solution": "optimizer.answer.solution",
    "Status": "optimizer.status",
    "LevelResult": "optimizer.status",
    "Progress": "optimizer.solver.outcome",
    "load": "optimizer.record.run_file",
    "verify": "optimizer.record.recheck",
    "Verification": "optimizer.verify.report",
    "Violation": "optimizer.verify.report",
    "replicate_gap": "optimizer.stress.replications",
    "solve_ensemble": "optimizer.ensemble.solve",
    "EnsembleSolution": "optimizer.ensemble.answer",
    "load_ensemble": "optimizer.ensemble.record",
    "load_ranking": "optimizer.ranking.record",
    "rank": "optimizer.ranking.rank",
    "Ranking": "optimizer.ranking.ranking",
    "advance": "optimizer.advance.advance",
    "Advanced": "optimizer.advance.advance",
    "evaluate": "optimizer.evaluation.evaluate",
    "Evaluation": "optimizer.evaluation.evaluate",
    "write_tables": "optimizer.export.tables",
    "write_results": "optimizer.export.workbook",
    "compare": "optimizer.compare.compare",
    "compare_runs": "optimizer.advance.runs",
    "Comparison": "optimizer.compare.comparison",
    "load_comparison": "optimizer.compare.reading",
    "explain": "optimizer.explain.explain",
    "Explanation": "optimizer.explain.explanation",
    "stress": "optimizer.stress.stress",
    "Stress": "optimizer.stress.result",
    "draw": "optimizer.uncertainty.draws",
    "Draw": "optimizer.uncertainty.draws",
    "Draws": "optimizer.uncertainty.draws",
    "frontier": "optimizer.frontier.frontier",
    "Frontier": "optimizer.frontier.result",
    "vary": "optimizer.variation.vary",
    "Variations": "optimizer.variation.vary",
    "Variation": "optimizer.variation.variation",
    "VariedAnswer": "optimizer.variation.varied_answer",
    "Solver": "optimizer.warm",
    "plot_plan": "cli.report.plots",
    "plot_money": "cli.report.plots",
    "plot_resources": "cli.report.plots",
    "report": "cli.report.write",
    "write_report": "cli.report.write",
    "write_comparison_report": "cli.report.write",
    "write_explanation_report": "cli.report.write",
    "write_stress_report": "cli.report.write",
    "write_frontier_report": "cli.report.write",
    **dict.fromkeys(
        (
            "OutlayError",
            "InputError",
            "InfeasibleError",
            "NoPlanError",
            "SolverFailedError",
            "UnverifiedError",
            "NoRoomError",
            "NotKeptError",
            "Fault",
        ),
        "instances.errors",
    ),
}

__all__ = [
    "Advanced",
    "Choice",
    "Comparison",
    "Draw",
    "Draws",
    "Effort",
    "EnsembleSolution",
    "Evaluation",
    "Explanation",
    "Fault",
    "Frontier",
    "InfeasibleError",
    "InputError",
    "Instance",
    "LevelResult",
    "Linking",
    "NoPlanError",
    "NoRoomError",
    "NotKeptError",
    "OutlayError",
    "Plan",
    "Progress",
    "Ranking",
    "Scenario",
    "SearchParams",
    "Selection",
    "Solution",
    "Solver",
    "SolverFailedError",
    "Status",
    "Stress",
    "UnverifiedError",
    "Variation",
    "Variations",
    "VariedAnswer",
    "Verification",
    "Violation",
    "advance",
    "build",
    "build_ensemble",
    "compare",
    "compare_runs",
    "draw",
    "evaluate",
    "explain",
    "exposure",
    "frontier",
    "generate",
    "graph",
    "import_sheet",
    "load",
    "load_comparison",
    "load_ensemble",
    "load_ranking",
    "plot_money",
    "plot_plan",
    "plot_resources",
    "rank",
    "read",
    "replicate_gap",
    "report",
    "scenarios_of_sets",
    "selected_now",
    "solve",
    "solve_ensemble",
    "stress",
    "vary",
    "verify",
    "write",
    "write_comparison_report",
    "write_explanation_report",
    "write_first_map",
    "write_frontier_report",
    "write_report",
    "write_results",
    "write_stress_report",
    "write_tables",
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
