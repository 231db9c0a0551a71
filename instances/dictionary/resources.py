"""The data dictionary's tables of resources: what is scarce, who uses it, and what adds to it."""

from __future__ import annotations

from outlay.instances.dictionary.kinds import NOTE, ZERO, choice, flag, month, name, number, share, text
from outlay.instances.dictionary.vocabulary import TableSpec

RESOURCE_KINDS = ("labour", "energy", "permit", "equipment", "commodity", "finance", "committee", "other")

RESOURCES = TableSpec(
    name="resources",
    key=("resource",),
    meaning="What is scarce. For r and its descendants: uses - supplies - imports - bought units <= available + "
    "inflow - outflow + shortfall, with the basis, links and level of r itself. Three are filled by the engine: "
    "`commitments` (K x scale at selection) and `draws` (K x scale by draw weight while building), both with the cost "
    "of programs that count against the cap, and `selections` (selection_load at selection). Programs, imports, links "
    "and parents may name these three, but nothing else may use them. A resource without any "
    "row in `availability` has 0. Where a constraint family is off its rows vanish; imports, programs and links "
    "remain.",
    columns=(
        name("resource", "The resource's id. Unique, also among fund names.", required=True),
        choice(
            "kind",
            RESOURCE_KINDS,
            "The constraint family of its rows (permit: permits). For `commitments`, `draws` and `selections` the "
            "families are cap, draws and pace, whatever stands here.",
            required=True,
        ),
        text("title", "What people call it; blank = its id. Stands wherever it is named to people; files keep the id."),
        text("unit", "Unit of every amount of this resource."),
        text("region", "Region, for reports."),
        name(
            "parent",
            "A wider resource whose rows also count this one. Of the same unit; the basis may differ; no circles.",
            refers_to="resources",
        ),
        choice(
            "basis",
            ("per_period", "per_year", "cumulative"),
            "per_period: a row each period. per_year: a row for each block of 12/m periods from the calendar's start "
            "(m divides 12; the last may be shorter), limited by the level of its first period. cumulative: "
            "everything up to t against the level at t. A bought unit serves every "
            "period from its arrival on (per_period), every block that begins then or later (per_year), and counts "
            "once (cumulative).",
            default="per_period",
        ),
        share(
            "carry_over_share",
            "Of basis per_period or per_year: the share of what a period or block leaves (level + carried + supplies - "
            "uses) that is there in the next one, where both have a level. Not for soft rows.",
            default=ZERO,
        ),
        number("carry_over_max", "the resource's unit", "Most that is carried over; blank = no limit."),
        flag("carry_over_once", "Whether what was carried over is not carried on: at most the share of the own level."),
        number(
            "carry_over_interest",
            "share a year",
            "Interest on what is carried over: what moves on from a block of n months is there in the next one times "
            "G(interest, n). Share and carry_over_max are of what moves on, before interest.",
            default=ZERO,
        ),
        number(
            "tolerance", "share", "Most that may be missing, as a share of the level; blank = any. Needs a penalty."
        ),
        number(
            "penalty",
            "money per unit",
            "Makes the rows soft: the price of each unit missing in a row (a period, block or cumulative period).",
        ),
        NOTE,
    ),
)

AVAILABILITY = TableSpec(
    name="availability",
    key=("resource", "from"),
    meaning="Levels, each from a date on, as a step function; before the first row 0. Under a fund's name: the "
    "ceiling of all it has paid by then.",
    columns=(
        name("resource", "A resource or a fund.", required=True),
        month(
            "from",
            "From the first period that begins at or after it (before the calendar = period 0, after its end = an "
            "error). Of rows that fall into one period the latest date wins.",
            required=True,
        ),
        number("amount", "the resource's unit", "The level; blank = no limit from here on, so no row."),
        NOTE,
    ),
)

REQUIREMENTS = TableSpec(
    name="requirements",
    key=(),
    meaning="What alternatives use and supply, times the scale. Each row has a phase, or a window [from_month, "
    "to_month) in months from the start of building, which covers periods s + floor(from/m) .. s + ceil(to/m) - 1. "
    "Its n periods are those of the whole window; only the ones inside the calendar count. The resources that the "
    "engine fills cannot be named.",
    columns=(
        name("project", "The project.", required=True, refers_to="projects"),
        name("alternative", "One alternative; blank = all."),
        name("resource", "The resource.", required=True, refers_to="resources"),
        choice("role", ("uses", "supplies"), "Whether it takes or gives.", default="uses"),
        choice("phase", ("permitting", "construction", "operation"), "When; permitting = the review periods."),
        number("from_month", "months", "Start of the window; blank = 0 where to_month is given.", minimum=None),
        number("to_month", "months", "End of the window, after its start; blank = end of life."),
        number(
            "amount",
            "the resource's unit",
            "Amount per period (flat), at the peak (bell) or in all (spread).",
            required=True,
        ),
        choice(
            "shape",
            ("flat", "bell", "spread"),
            "Over the n periods, i = 1..n: amount; amount x min(i, n+1-i) / ceil(n/2); amount / n.",
            default="flat",
        ),
        NOTE,
    ),
)

PROGRAMS = TableSpec(
    name="programs",
    key=("program",),
    meaning="What can be bought in any period, as much as the plan decides: capacity (training, slots, storage), whose "
    "units arrive ceil(lead_months / m) periods later and stay, or a yearly programme that is worth something in "
    "itself (resurfacing, pipes).",
    columns=(
        name("program", "The program's id. Unique.", required=True),
        name("resource", "What it adds to; blank = nothing.", refers_to="resources"),
        number("cost_per_unit", "money per unit", "Price, which falls in the period of buying.", default=ZERO),
        number(
            "value_per_unit",
            "money per unit",
            "What a unit adds to the metric `value`, times D(rate of value, m t) for the period t of buying. It "
            "belongs to no project and counts in `limits` with by = all, by period or year at its own period.",
            default=ZERO,
            minimum=None,
        ),
        number("min_per_period", "the resource's unit", "Least bought in every period.", default=ZERO),
        number("lead_months", "months", "From buying to use.", default=ZERO),
        number("max_per_period", "the resource's unit", "Most bought in a period; blank = no limit."),
        number("max_total", "the resource's unit", "Most bought in all; blank = no limit."),
        flag("counts_against_cap", "Whether its cost also counts in `commitments` and `draws`."),
        NOTE,
    ),
)

LINKS = TableSpec(
    name="links",
    key=("link",),
    meaning="One-way flows between resources, chosen in each period. They move the level of the two resources named, "
    "not that of their children.",
    columns=(
        name("link", "The link's id. Unique.", required=True),
        name("from_resource", "Where it leaves.", required=True, refers_to="resources"),
        name("to_resource", "Where (1 - loss) of it arrives.", required=True, refers_to="resources"),
        number("capacity", "the resource's unit", "Most a period; blank = none of its own."),
        number("cost_per_unit", "money per unit", "Cost of each unit that leaves, in the metric `cost`.", default=ZERO),
        share("loss", "Share lost on the way.", default=ZERO),
        name(
            "capacity_resource",
            "Each unit of flow uses 1 of this resource, which the engine does not fill, and its parents; blank = none.",
            refers_to="resources",
        ),
        NOTE,
    ),
)

IMPORTS = TableSpec(
    name="imports",
    key=("resource", "from"),
    meaning="Supply from outside, at a premium, each row from a date on. Before the first there is none.",
    columns=(
        name("resource", "The resource.", required=True, refers_to="resources"),
        month("from", "From the first period that begins at or after it, as in `availability`.", required=True),
        number("max_per_period", "the resource's unit", "Most a period.", required=True),
        number("premium_per_unit", "money per unit", "Extra price of a unit.", default=ZERO),
        NOTE,
    ),
)
