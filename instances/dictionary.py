"""The data dictionary: every table and column, with unit, default and meaning.

Where a rule needs more than a line, it is told where it is applied (`outlay.models`), and the whole is rendered by
`outlay.instances.reference`. Periods are ``t = 0..T-1``, each of ``m`` months.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from outlay.instances.schema import Column, TableSpec

ZERO, ONE = Decimal(0), Decimal(1)
STATUSES = ("candidate", "mandatory", "committed", "excluded")
RESOURCE_KINDS = (
    "labour",
    "energy",
    "permit",
    "equipment",
    "commodity",
    "finance",
    "committee",
    "other",
)


def _name(name: str, meaning: str, **more: Any) -> Column:
    return Column(name=name, kind="id", meaning=meaning, **more)


def _text(name: str, meaning: str) -> Column:
    return Column(name=name, kind="text", meaning=meaning)


#: Longest time that a column may hold, so that no cell can ask for endless arrays.
LONGEST_MONTHS = Decimal(12000)


def _number(name: str, unit: str, meaning: str, **more: Any) -> Column:
    if unit == "months":
        more.setdefault("maximum", LONGEST_MONTHS)
        if more.get("minimum", ZERO) is None:
            more["minimum"] = -LONGEST_MONTHS
    return Column(name=name, kind="number", unit=unit, meaning=meaning, **more)


def _share(name: str, meaning: str, **more: Any) -> Column:
    return Column(name=name, kind="number", unit="share", meaning=meaning, maximum=ONE, **more)


def _month(name: str, meaning: str, **more: Any) -> Column:
    return Column(name=name, kind="month", unit="YYYY-MM", meaning=meaning, **more)


def _choice(name: str, choices: tuple[str, ...], meaning: str, **more: Any) -> Column:
    return Column(name=name, kind="choice", choices=choices, meaning=meaning, **more)


def _list(name: str, meaning: str, **more: Any) -> Column:
    return Column(name=name, kind="list", default=(), meaning=meaning, **more)


NOTE = _text("note", "Anything; never read by the engine.")

#: Columns of ``alternatives.csv`` that ``projects.csv`` may carry as defaults for blank cells there.
ALTERNATIVE_COLUMNS: tuple[Column, ...] = (
    _number("commitment", "money", "K, the money asked of the fund at selection.", default=ZERO),
    _number("value", "money", "What the project is worth in the metric `value`.", default=ZERO, minimum=None),
    _number(
        "construction_months",
        "months",
        "Length of building, rounded up to whole periods; blank = one period.",
        positive=True,
    ),
    Column(
        name="life_years",
        kind="whole",
        unit="years",
        meaning="Years of operation; blank = to the horizon. Required where a loan is modelled.",
        minimum=ONE,
        maximum=Decimal(200),
    ),
    _share(
        "min_scale",
        "Least share of the project that makes sense; below 1 it may be funded at any scale in [min_scale, 1].",
        default=ONE,
    ),
    _name("permit", "The permit whose review precedes building; blank = none.", refers_to="permits"),
    _choice("draw_shape", ("flat", "bell"), "How K is drawn over the building periods.", default="flat"),
    _name("terms", "Loan terms; blank = those of [finance].", refers_to="terms"),
    _number("cash_yield", "share of K a year", "Gross free cash of a full year of operation.", default=ZERO),
    _number("ramp_years", "years", "Years until cash is full: year y gets min(1, y/(ramp+1)).", default=ZERO),
    Column(
        name="reinvest_every_years",
        kind="whole",
        unit="years",
        minimum=ONE,
        maximum=Decimal(200),
        meaning="Reinvestment falls due in years e, 2e, ... below life, saved for in equal yearly parts.",
    ),
    _number("reinvest_share", "share of K", "Size of each reinvestment.", default=ZERO),
    _number("credit_share", "share of K", "Public credit received at completion; reduces the balance.", default=ZERO),
    _share("japan_content_share", "Share of K bought from Japanese firms.", default=ZERO),
)

PROJECTS = TableSpec(
    name="projects",
    key=("id",),
    metric_columns=True,
    meaning="The candidates. Every column of `alternatives` may stand here as the default of blank cells there.",
    columns=(
        _name("id", "Unique; holds no @.", required=True),
        _text("name", "What people call it; blank = the id."),
        _text("sector", "Sector, for limits, funds and reports."),
        _text("region", "Region, for limits, funds and reports."),
        _text("company", "Company, for limits and reports."),
        _list("tags", "Labels for limits, separated by ;"),
        _choice(
            "status",
            STATUSES,
            "mandatory = must be funded; committed = selected before the calendar: funded, selected in period 0, free "
            "of pace, selection window and lender test; excluded = never.",
            default="candidate",
        ),
        _month("earliest_start", "Building starts no earlier than the first period that begins at or after it."),
        _month("latest_start", "Building starts no later than the period that holds it."),
        _number("review_remaining_months", "months", "Replaces the permit's review time when given."),
        _number("selection_load", "load", "What selecting it uses of the resource `selections`.", default=ONE),
        _number("strategic_score", "score", "The metric `strategic` is this times K.", default=ZERO),
        _text("source", "Where the facts come from."),
        *ALTERNATIVE_COLUMNS,
        NOTE,
    ),
)

ALTERNATIVES = TableSpec(
    name="alternatives",
    key=("project", "alternative"),
    metric_columns=True,
    meaning="Ways to build a project. A project without rows here has one alternative, `base`.",
    columns=(
        _name("project", "The project.", required=True, refers_to="projects"),
        _name("alternative", "Name of the alternative, unique within its project.", required=True),
        *(column.model_copy(update={"default": None}) for column in ALTERNATIVE_COLUMNS),
        NOTE,
    ),
)

PERMITS = TableSpec(
    name="permits",
    key=("permit",),
    meaning="Reviews that must be finished when building starts.",
    columns=(
        _name("permit", "Unique.", required=True),
        _name(
            "agency",
            "Resource of kind permit that each review period uses 1 of; blank = time only.",
            refers_to="resources",
        ),
        _number("review_months", "months", "Length of the review, rounded up to whole periods; blank = `mode`."),
        _number("min", "months", "Shortest review; carried for reports."),
        _number("mode", "months", "Usual review; the default of review_months."),
        _number("max", "months", "Longest review; carried for reports."),
        _share("fast_track_factor", "Review time on the fast track as a share; blank = no fast track."),
        _number("fast_track_slots", "options", "Options on the fast track in the whole plan; blank = no limit."),
        _text("fast_track_pool", "Permits of one pool share one number of slots; the given numbers must agree."),
        NOTE,
    ),
)

RESOURCES = TableSpec(
    name="resources",
    key=("resource",),
    meaning="What is scarce. `commitments`, `draws` and `selections` are filled by the engine from the options.",
    columns=(
        _name("resource", "Unique, also among fund names.", required=True),
        _choice("kind", RESOURCE_KINDS, "The constraint family its rows belong to.", required=True),
        _text("unit", "Unit of every amount of this resource."),
        _text("region", "Region, for reports."),
        _name("parent", "A wider resource whose rows also count this one's use; same unit.", refers_to="resources"),
        _choice(
            "basis",
            ("per_period", "per_year", "cumulative"),
            "What availability limits: a period, a block of 12/m periods (its first period's level), or the sum to date.",
            default="per_period",
        ),
        _number("tolerance", "share", "Most that may be missing, as a share of the limit; blank = no bound."),
        _number("penalty", "money per unit", "Makes the rows soft: price of each unit missing in a row."),
        NOTE,
    ),
)

AVAILABILITY = TableSpec(
    name="availability",
    key=("resource", "from"),
    meaning="Levels from a date on. Before its first row a resource has 0. Under a fund's name: its cumulative ceiling.",
    columns=(
        _name("resource", "A resource or a fund.", required=True),
        _month("from", "From the first period that begins at or after it.", required=True),
        _number("amount", "the resource's unit", "The level; blank = no limit from here on."),
        NOTE,
    ),
)

REQUIREMENTS = TableSpec(
    name="requirements",
    key=(),
    meaning="What alternatives use and supply. Needs a phase, or a window in months from the start of building.",
    columns=(
        _name("project", "The project.", required=True, refers_to="projects"),
        _name("alternative", "One alternative; blank = all."),
        _name("resource", "The resource.", required=True, refers_to="resources"),
        _choice("role", ("uses", "supplies"), "Direction.", default="uses"),
        _choice("phase", ("permitting", "construction", "operation"), "When; excludes months."),
        _number("from_month", "months", "Start of the window [from, to), from the start of building.", minimum=None),
        _number("to_month", "months", "End of the window; blank = end of life."),
        _number("amount", "the resource's unit", "Per period (flat), at the peak (bell) or in all (spread).", required=True),
        _choice(
            "shape",
            ("flat", "bell", "spread"),
            "Over n periods, i = 1..n: amount; amount x min(i, n+1-i) / ceil(n/2); amount / n.",
            default="flat",
        ),
        NOTE,
    ),
)

PROGRAMS = TableSpec(
    name="programs",
    key=("program",),
    meaning="Capacity that can be bought: training, slots, storage. Units arrive after the lead and stay.",
    columns=(
        _name("program", "Unique.", required=True),
        _name("resource", "What it adds to.", required=True, refers_to="resources"),
        _number("cost_per_unit", "money per unit", "Paid in the period of buying.", default=ZERO),
        _number("lead_months", "months", "From buying to use, rounded up to whole periods.", default=ZERO),
        _number("max_per_period", "the resource's unit", "Most bought in a period; blank = no limit."),
        _number("max_total", "the resource's unit", "Most bought in all; blank = no limit."),
        Column(
            name="counts_against_cap",
            kind="flag",
            default=False,
            meaning="Whether its cost also counts in `commitments` and `draws`.",
        ),
        NOTE,
    ),
)

LINKS = TableSpec(
    name="links",
    key=("link",),
    meaning="One-way flows between resources, chosen in each period.",
    columns=(
        _name("link", "Unique.", required=True),
        _name("from_resource", "Where it leaves.", required=True, refers_to="resources"),
        _name("to_resource", "Where (1 - loss) of it arrives.", required=True, refers_to="resources"),
        _number("capacity", "the resource's unit", "Most a period; blank = none of its own."),
        _share("loss", "Share lost on the way.", default=ZERO),
        _name("capacity_resource", "Each unit of flow uses 1 of this resource; blank = none.", refers_to="resources"),
        NOTE,
    ),
)

IMPORTS = TableSpec(
    name="imports",
    key=("resource", "from"),
    meaning="Supply from outside, at a premium, from a date on. Before its first row there is none.",
    columns=(
        _name("resource", "The resource.", required=True, refers_to="resources"),
        _month("from", "From the first period that begins at or after it.", required=True),
        _number("max_per_period", "the resource's unit", "Most a period.", required=True),
        _number("premium_per_unit", "money per unit", "Extra price of a unit.", default=ZERO),
        NOTE,
    ),
)

TERMS = TableSpec(
    name="terms",
    key=("terms",),
    meaning="Loan terms and the lender's test.",
    columns=(
        _name("terms", "Unique.", required=True),
        _number("rate", "share a year", "Interest rate r.", required=True),
        Column(
            name="tenor_years",
            kind="whole",
            unit="years",
            required=True,
            minimum=ONE,
            maximum=Decimal(200),
            meaning="Years of level service N, from completion.",
        ),
        _number("min_dscr", "ratio", "Least debt service cover; not tested under the literal waterfall.", default=ZERO),
        Column(
            name="recover_within_years",
            kind="whole",
            unit="years",
            meaning="The balance must be back by this year of operation; blank = no test.",
        ),
        _share("min_japan_content_share", "Least Japanese content.", default=ZERO),
        _number(
            "min_japan_npv",
            "money",
            "Least Japanese NPV at scale 1. A column left out means 0; a blank cell means no test.",
        ),
        NOTE,
    ),
)

FUNDS = TableSpec(
    name="funds",
    key=("fund",),
    meaning="Who pays. With any row here, every commitment must be covered by eligible funds.",
    columns=(
        _name("fund", "Unique, also among resource names.", required=True),
        _number("total", "money", "Most it pays in all; blank = no limit (dated rows: in `availability`)."),
        _number("per_year", "money a year", "Most it pays in a block of 12/m periods, by draws; blank = no limit."),
        _share("min_share", "Least share of each eligible commitment.", default=ZERO),
        _share("max_share", "Greatest share of each eligible commitment.", default=ONE),
        _share("portfolio_min_share", "Least share of all commitments; blank = none."),
        _share("portfolio_max_share", "Greatest share of all commitments; blank = none."),
        _list("eligible_sectors", "Sectors it may pay for, separated by ; (blank = all)."),
        _list("eligible_regions", "Regions it may pay for, separated by ; (blank = all)."),
        NOTE,
    ),
)

LIMITS = TableSpec(
    name="limits",
    key=(),
    meaning="Least and greatest amounts of a metric, over all or by group.",
    columns=(
        _text("metric", "The metric.").model_copy(update={"required": True}),
        _text("of", "With basis share: the metric of the same group that it is a share of; blank = the metric's total."),
        _choice("by", ("sector", "region", "company", "tag", "project", "all"), "How projects are grouped.", default="all"),
        _text("group", "The group; blank = one row for each."),
        _number("min", "metric or share", "Least; blank = none."),
        _number("max", "metric or share", "Greatest; blank = none."),
        _choice("basis", ("absolute", "share"), "What min and max are.", default="absolute"),
        _choice(
            "every",
            ("total", "period", "year"),
            "Over the whole plan, or for each period or block of 12/m periods of selection; "
            "then a min holds up to last_selection.",
            default="total",
        ),
        NOTE,
    ),
)

DEPENDENCIES = TableSpec(
    name="dependencies",
    key=(),
    meaning="What needs, excludes or helps what. Both sides may be id@alternative.",
    columns=(
        _name("project", "The project that depends.", required=True),
        _name("needs", "The other project.", required=True),
        _choice(
            "kind",
            ("requires", "requires_any", "excludes", "together", "synergy"),
            "requires: ready in time; requires_any: one row of the group is; excludes: not both; together: both or "
            "none; synergy: a bonus once if both are funded.",
            required=True,
        ),
        _text("group", "Groups the rows of a requires_any."),
        _choice("at", ("start", "operation"), "What must wait for the needed project.", default="start"),
        _number("lag_months", "months", "Added to its first operating period, rounded up.", default=ZERO, minimum=None),
        _number("bonus", "the metric's unit", "Of a synergy.", default=ZERO, minimum=None),
        _text("metric", "What the bonus adds to; blank = value.").model_copy(update={"default": "value"}),
        _number("strength", "", "Weight of the edge in the graph; for reports."),
        NOTE,
    ),
)

CASHFLOWS = TableSpec(
    name="cashflows",
    key=(),
    meaning="Own cash flows. Blank metric: free cash, replaces the yield formula. Else amount x D(rate, m t) a period.",
    columns=(
        _name("project", "The project.", required=True, refers_to="projects"),
        _name("alternative", "One alternative; blank = all."),
        _number("from_month", "months", "Start of the window, from the start of building.", default=ZERO, minimum=None),
        _number("to_month", "months", "End of the window; blank = end of life."),
        _number("amount", "money a period", "Per period of the window.", required=True, minimum=None),
        _text("metric", "The metric; blank = free cash."),
        NOTE,
    ),
)

STAKEHOLDERS = TableSpec(
    name="stakeholders",
    key=("stakeholder", "metric"),
    meaning="Whose weights: reported for every answer, and usable as the objective @STAKEHOLDER.",
    columns=(
        _name("stakeholder", "Who.", required=True),
        _text("metric", "The metric.").model_copy(update={"required": True}),
        _number("weight", "per unit of metric", "Weight.", required=True, minimum=None),
        NOTE,
    ),
)

PROVENANCE = TableSpec(
    name="provenance",
    key=(),
    meaning="Where the numbers come from.",
    columns=(
        _text("table", "A table, `instance` or `sets`.").model_copy(update={"required": True}),
        _text("key", "The row's ids joined by /, as a glob; blank = *."),
        _text("column", "The column, as a glob; blank = *."),
        _choice("kind", ("sourced", "derived", "assumed"), "What kind of number it is.", required=True),
        _text("text", "The quotation, the arithmetic or the reason."),
        _text("address", "Where it was found."),
        NOTE,
    ),
)

TABLES: dict[str, TableSpec] = {
    spec.name: spec
    for spec in (
        PROJECTS,
        ALTERNATIVES,
        PERMITS,
        RESOURCES,
        AVAILABILITY,
        REQUIREMENTS,
        PROGRAMS,
        LINKS,
        IMPORTS,
        TERMS,
        FUNDS,
        LIMITS,
        DEPENDENCIES,
        CASHFLOWS,
        STAKEHOLDERS,
        PROVENANCE,
    )
}
