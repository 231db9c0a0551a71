"""The tables of a run's report: what is funded, what lost and why, what binds, the money, metrics, provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.cli.report.layout.grid import Cell, Grid, Heading, grid
from outlay.cli.views import words
from outlay.cli.views.binding import groups, runs
from outlay.cli.views.labels import finance_of, metric_label, metric_name, metrics_in_use
from outlay.cli.views.metrics import objective_text
from outlay.cli.views.reasons import never_available
from outlay.optimizer.answer.reason import Kind, unavailable_words

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

#: The badge of each kind of reason: its tone.
_TONES = {
    Kind.NEVER: "never",
    Kind.WORTHLESS: "worthless",
    Kind.CROWDED: "crowded",
    Kind.DISPLACED: "crowded",
}


def plan_grid(solution: Solution) -> Grid:
    """Return the funded projects, the largest commitment first."""
    rows = [row for row in solution.projects.to_dict("records") if row["funded"]]
    unit = solution.instance.settings.money_unit
    places = words.places_for(row["commitment"] for row in rows)
    largest = max((float(row["commitment"]) for row in rows), default=0.0) or 1.0
    headings = (
        Heading("Project"), Heading("Name", wide=True), Heading("Sector"), Heading("Alternative"),
        Heading("Scale", right=True), Heading("Commitment", unit, right=True), Heading("Selected"),
        Heading("Builds from"), Heading("Operates from"), Heading("Adds to the objective", right=True),
    )  # fmt: skip
    rows.sort(key=lambda row: (-float(row["commitment"]), str(row["project"])))
    return grid(
        headings,
        [
            [
                row["project"], row["name"], row["sector"] or "", row["alternative"], words.share(row["scale"]),
                Cell(words.fixed(row["commitment"], places), bar=float(row["commitment"]) / largest),
                row["selected"], f"{row['start']}{' (fast track)' if row['fast_track'] else ''}", row["operation"],
                words.number(row["contribution"]),
            ]
            for row in rows
        ],
    )  # fmt: skip


def losers_grid(solution: Solution) -> Grid:
    """Return every project that is not funded, with the whole reason; those that came closest first."""
    rows = [row for row in solution.projects.to_dict("records") if not row["funded"]]
    never = never_available(solution)
    ranked = sorted(rows, key=lambda row: (row["project"] in never, str(row["project"])))
    return grid(
        (Heading("Project"), Heading("Name"), Heading("Sector"), Heading("Why"), Heading("Reason in full", wide=True)),
        [
            [
                row["project"],
                row["name"],
                row["sector"] or "",
                Cell(str(reason.kind), f"badge {_TONES[reason.kind]}"),
                unavailable_words(reason) if reason.kind == Kind.NEVER else row["reason"],
            ]
            for row in ranked
            for reason in [solution.reasons[row["project"]]]
        ],
    )


def binding_grid(solution: Solution) -> Grid:
    """Return the limits that are used up, runs of periods as one, those that nothing eases first."""
    found = sorted(groups(solution), key=lambda group: any(group.eased))
    rows = []
    for group in found:
        low, high = min(group.limits), max(group.limits)
        amount = words.number(low) if low == high else f"{words.number(low)} to {words.number(high)}"
        what = group.what if group.side == "at most" else f"{group.what} (least)"
        rows.append([what, runs(group, solution), amount, group.unit])
    return grid((Heading("Limit", wide=True), Heading("When"), Heading("Amount", right=True), Heading("Unit")), rows)


def finance_grid(solution: Solution) -> Grid:
    """Return the waterfall's results of each funded project; empty where no loan is modelled."""
    unit = solution.instance.settings.money_unit
    names = dict(zip(solution.projects["project"], solution.projects["name"], strict=True))
    money = ("commitment", "opening_balance", "level_service", "us_cash", "japan_cash", "us_npv", "japan_npv")
    called = finance_of(solution.instance)
    titles = (
        "Lent", "Debt when built", "Service a year", f"Cash to {called.owner}", f"Cash to {called.lender}",
        f"NPV, {called.owner}", f"NPV, {called.lender}",
    )  # fmt: skip
    headings = [
        Heading("Project"), Heading("Name", wide=True), Heading("Terms"), Heading("Service cover", right=True),
        Heading("Back in year", right=True), Heading("IRR", "a year", right=True),
        *(Heading(title, unit, right=True) for title in titles),
    ]  # fmt: skip
    rows = solution.finance.sort_values(["commitment", "project"], ascending=[False, True]).to_dict("records")
    places = {name: words.places_for(row[name] for row in rows) for name in money}
    return grid(
        headings,
        [
            [
                row["project"], str(names[row["project"]]), row["terms"], words.fixed(row["dscr"], 2),
                f"{row['recovery_year']:.0f}" if words.exists(row["recovery_year"]) else "never",
                f"{100 * row['irr']:.1f} %" if words.exists(row["irr"]) else words.NOTHING,
                *(words.fixed(row[name], places[name]) for name in money),
            ]
            for row in rows
        ],
    )  # fmt: skip


def metrics_grid(solution: Solution) -> Grid:
    """Return the metrics that the instance uses, with unit and weight in the objective."""
    weights = solution.instance.objective_levels[0].weights
    return grid(
        (Heading("Metric"), Heading("Amount", right=True), Heading("Unit"), Heading("Weight", right=True)),
        [
            [
                _named(solution, name), words.number(solution.metrics[name], 5), solution.instance.metric_unit(name),
                words.number(float(weights[name]), 6) if weights.get(name) else "",
            ]
            for name in metrics_in_use(solution.instance, solution.metrics)
        ],
    )  # fmt: skip


def _named(solution: Solution, metric: str) -> str:
    label, name = metric_label(solution.instance, metric), metric_name(solution.instance, metric)
    return f"{name}: {label}" if label and label != name else name


def stakeholders_grid(solution: Solution) -> Grid:
    """Return each stakeholder's weighted sum."""
    return grid(
        (Heading("Stakeholder"), Heading("Weighted sum", right=True)),
        [[who, words.number(amount, 5)] for who, amount in sorted(solution.stakeholders.items())],
    )


def payments_grid(solution: Solution) -> Grid:
    """Return what each fund pays in all."""
    paid = solution.table("payments").groupby("fund")["amount"].agg(["sum", "count"])
    whole = float(paid["sum"].sum()) or 1.0
    return grid(
        (
            Heading("Fund"), Heading("Pays", solution.instance.settings.money_unit, right=True),
            Heading("Share", right=True), Heading("Projects", right=True),
        ),
        [
            [str(fund), words.number(total), Cell(words.share(total / whole), bar=total / whole), f"{count:,}"]
            for fund, total, count in zip(paid.index, paid["sum"].tolist(), paid["count"].tolist(), strict=True)
        ],
    )  # fmt: skip


def trade_grid(solution: Solution) -> Grid:
    """Return what is bought, imported, sent over links or short, in all and when."""
    table = solution.table("trade")
    rows = []
    for (kind, name), part in table.groupby(["kind", "name"], sort=True):
        ordered = part.sort_values("period")
        first, last = (str(ordered["label"].iloc[place]) for place in (0, -1))
        when = first if first == last else f"{first} to {last}"
        rows.append([str(kind), str(name), words.number(float(ordered["amount"].sum())), when])
    return grid((Heading("What"), Heading("Name"), Heading("In all", right=True), Heading("When")), rows)


def user_rows_grid(solution: Solution) -> Grid | None:
    """Return the rules that a user added in Pyomo, or None."""
    table = solution.user_rows
    if table is None:
        return None
    headings = [Heading(str(name), right=table[name].dtype.kind == "f") for name in table.columns]
    rows = [
        [words.number(cell, 6) if isinstance(cell, float) else str(cell) for cell in row]
        for row in table.astype(object).to_numpy().tolist()
    ]
    return grid(headings, rows)


def provenance_grids(solution: Solution) -> list[tuple[str, Grid]]:
    """Return where the numbers come from, by kind: sourced, derived, assumed."""
    table = solution.instance["provenance"]
    names = ("table", "key", "column", "text", "address")
    headings = [Heading(name.capitalize(), wide=name in {"text", "address"}) for name in names]
    rows = list(zip(*(table.texts(name) for name in (*names, "kind")), strict=True))
    kinds = sorted({row[-1] for row in rows}, key=["sourced", "derived", "assumed"].index)
    return [
        (kind, grid(headings, [row[:-1] for row in rows if row[-1] == kind], most_characters=250_000)) for kind in kinds
    ]


def objective_words(solution: Solution) -> str:
    """Return what is maximised."""
    return objective_text(solution.instance)
