"""The charts of a report as figures of plotly, for notebooks; plotly is an extra."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from outlay.cli.report.solution.gantt import gantt
from outlay.cli.report.solution.money import commitments, draws
from outlay.cli.report.solution.resources import resource_chart
from outlay.instances.errors import InputError
from outlay.instances.given import type_of
from outlay.instances.values.text import did_you_mean
from outlay.models.case import Case
from outlay.optimizer.answer.series import used_resources
from outlay.optimizer.answer.solution import Solution

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What of the money can be drawn.
MONEY = ("draws", "commitments")
#: So many resources are drawn unless they are named, and so many stand beside each other.
MOST_RESOURCES, COLUMNS = 12, 3


def plot_plan(solution: Solution) -> Any:
    """Return the plan as a Gantt chart by sector, a `plotly.graph_objects.Figure`.

    Raises
    ------
    InputError
        If plotly is not installed, or nothing is funded.
    InfeasibleError, SolverFailedError, NoPlanError, UnverifiedError
        If there is no plan, or none that may be shown.

    Examples
    --------
    ``outlay.plot_plan(solution).show()``, or ``.write_image("plan.svg")`` with kaleido.
    """
    figures = _plotly(solution, "plot_plan")
    return _figure(figures, gantt(solution)[0], "no project is funded")


def plot_money(solution: Solution, what: str = "draws") -> Any:
    """Return money over time by sector against its limit, a `plotly.graph_objects.Figure`.

    Parameters
    ----------
    solution
        An answer with a verified plan.
    what
        ``draws``: what is drawn while building; ``commitments``: what is committed so far.

    Raises
    ------
    InputError
        If plotly is not installed, there is nothing to draw, or `what` is neither.
    InfeasibleError, SolverFailedError, NoPlanError, UnverifiedError
        If there is no plan, or none that may be shown.
    """
    figures = _plotly(solution, "plot_money")
    if what not in MONEY:
        raise InputError.single("plot_money", "this is not drawn", did_you_mean(what, MONEY), value=what)
    drawn = draws(solution, Case(solution.instance)) if what == "draws" else commitments(solution)
    return _figure(figures, drawn, "nothing is committed")


def plot_resources(solution: Solution, names: str | Sequence[str] = ()) -> Any:
    """Return use against limit over time of resources, a `plotly.graph_objects.Figure`, one chart each.

    Parameters
    ----------
    solution
        An answer with a verified plan.
    names
        Resources; none: the twelve scarcest that the plan uses.

    Raises
    ------
    InputError
        If plotly is not installed, there is nothing to draw, or a resource does not exist or is not used.
    InfeasibleError, SolverFailedError, NoPlanError, UnverifiedError
        If there is no plan, or none that may be shown.
    """
    figures = _plotly(solution, "plot_resources")
    from plotly.subplots import make_subplots  # noqa: PLC0415 - an optional extra

    used = {one.name: one for one in used_resources(solution, Case(solution.instance))}
    wanted = [names] if isinstance(names, str) else list(names) or list(used)[:MOST_RESOURCES]
    if not wanted:
        raise InputError.single("plot_resources", "the plan uses no limited resource", "plot_money draws the money")
    _refuse_unknown(wanted, used, solution)
    rows = -(-len(wanted) // COLUMNS)
    titles = [f"{name}, {used[name].unit}".rstrip(", ") for name in wanted]
    made = make_subplots(rows=rows, cols=min(COLUMNS, len(wanted)), subplot_titles=titles)
    told: set[str] = set()
    for place, name in enumerate(wanted):
        for trace in resource_chart(solution, used[name])["data"]:
            shown = {**trace, "legendgroup": trace["name"], "showlegend": trace["name"] not in told}
            told.add(trace["name"])
            made.add_trace(shown, row=place // COLUMNS + 1, col=place % COLUMNS + 1)
    made.update_layout(barmode="overlay", height=90 + 220 * rows, plot_bgcolor="#FFFFFF")
    made.update_yaxes(rangemode="tozero")
    return figures.Figure(made)


def _refuse_unknown(wanted: Iterable[str], used: Iterable[str], solution: Solution) -> None:
    for name in wanted:
        if name not in used:
            known = set(solution.resources["resource"])
            problem = "the plan does not use this resource" if name in known else "there is no such resource"
            raise InputError.single("plot_resources", problem, did_you_mean(name, list(used)), value=name)


def _plotly(solution: Solution, name: str) -> Any:
    """Return `plotly.graph_objects`, once it is certain that there is a plan to draw.

    Raises
    ------
    InputError
        If plotly is not installed, or this is not an answer.
    """
    if not isinstance(solution, Solution):
        problem = f"{type_of(solution)} cannot be drawn"
        raise InputError.single(name, problem, "give what outlay.solve or outlay.load returned")
    solution.table("projects")
    try:
        import plotly.graph_objects as figures  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        remedy = "pip install 'outlay[plot]', or write a page: outlay.report(solution, 'report.html')"
        raise InputError.single(name, "plotly is not installed", remedy) from error
    return figures


def _figure(figures: Any, drawn: dict[str, Any] | None, nothing: str) -> Any:
    if drawn is None:
        raise InputError.single("plot", nothing, "see solution.projects for why")
    layout = {key: value for key, value in drawn["layout"].items() if key != "meta"}
    return figures.Figure(data=drawn["data"], layout=layout)
