"""What is uncertain in a run, and what planning for it came to, on the terminal and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlay.cli.terminal.screen import Column, Page
from outlay.cli.terminal.solution.summary import show_title
from outlay.cli.terminal.together.scenarios import show_knowing
from outlay.cli.views import words
from outlay.cli.views.ensemble import risk_words
from outlay.instances.instance import Instance
from outlay.optimizer.uncertainty.described import correlated, described

if TYPE_CHECKING:
    from outlay.optimizer.ensemble.answer import EnsembleSolution


def show_uncertain(page: Page, instance: Instance) -> None:
    """Add the factors of an instance with their distributions, their correlations, and its named scenarios."""
    rows = described(instance).to_dict("records")
    if not instance.uncertainty:
        page.note("Nothing is said to be uncertain: there is no uncertainty.toml.")
        return
    if rows:
        page.heading("What is uncertain")
        columns = [
            Column("Factor", least=14), Column("What it is", least=14, wrap=True),
            Column("Distribution", least=14, wrap=True), Column("Drawn for each"),
            Column("Changes", least=14, wrap=True),
        ]  # fmt: skip
        page.table(columns, [[row[name] for name in row] for row in rows])
    pairs = correlated(instance)
    if pairs:
        page.heading("Rank correlations")
        page.table([Column("Between", least=14, wrap=True), Column("Rank", right=True)], [list(pair) for pair in pairs])
    named = instance.uncertainty.get("scenarios", {})
    if named:
        page.heading("Named scenarios")
        columns = [Column("Scenario", least=12), Column("Probability", right=True), Column("Sets", least=8, wrap=True)]
        page.table(
            columns,
            [[name, words.share(float(one["probability"])), one.get("sets", "base")] for name, one in named.items()],
        )


def show_uncertainty_of(page: Page, found: EnsembleSolution) -> None:
    """Add what is uncertain, what is maximised over it, and what it would be worth to know."""
    show_title(page, found.instance)
    scenarios = words.count(len(found.scenarios), "scenario")
    page.fact("Scenarios", f"{scenarios}; what is best: {risk_words(found.risk)} ({found.risk})")
    show_uncertain(page, found.instance)
    show_knowing(page, found)


def uncertain_document(instance: Instance) -> dict[str, Any]:
    """Return what is uncertain for machines."""
    named = instance.uncertainty.get("scenarios", {})
    return {
        "factors": described(instance).to_dict("records"),
        "correlations": [{"between": between, "rank": float(rank)} for between, rank in correlated(instance)],
        "scenarios": {name: float(one["probability"]) for name, one in named.items()},
    }


def uncertainty_document(found: EnsembleSolution) -> dict[str, Any]:
    """Return what is uncertain, the measure, and the values of knowing as (least, most), for machines."""
    tables = found.to_document()["tables"]
    return {
        **uncertain_document(found.instance),
        "risk": found.risk,
        "probabilities": dict(found.scenarios),
        "values": {name: list(interval) for name, interval in found.values.items()},
        "knowing": tables.get("factors"),
        "replications": tables.get("replications"),
    }
