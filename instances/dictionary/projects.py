"""The data dictionary's tables of projects: what may be funded, when it is ready, and what depends on what."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from outlay.instances.dictionary.kinds import (
    NOTE,
    ONE,
    ZERO,
    choice,
    count,
    month,
    name,
    names,
    number,
    share,
    text,
    years,
)
from outlay.instances.dictionary.vocabulary import Cell, TableSpec

STATUSES = ("candidate", "mandatory", "committed", "started", "excluded")
#: Statuses of what was decided before the calendar: for these the columns of `UNDER_WAY_COLUMNS` may be given.
UNDER_WAY = ("committed", "started")

#: Columns of ``alternatives.csv`` that ``projects.csv`` may carry as defaults for blank cells there.
ALTERNATIVE_COLUMNS = (
    number("commitment", "money", "K, the money asked of the fund, counted at selection.", default=ZERO),
    number(
        "escalation_per_year",
        "share a year",
        "e, by which K grows for each year from [calendar] price_date to the start of building: K x G(e, n), with n "
        "months between them and G(e, n) = (1 + e)^(n/12) rounded to 15 decimals; before that date it shrinks. "
        "Everything that counts K counts it so. With [finance] "
        "K is what the loan finances; cash_yield and reserves follow K at price_date, since a dearer building earns no "
        "more.",
        default=ZERO,
        minimum=Decimal("-0.5"),
        maximum=ONE,
    ),
    number(
        "value",
        "money",
        "What the project is worth in the metric `value`; with value_discount times D(rate of value, months to "
        "operation).",
        default=ZERO,
        minimum=None,
    ),
    number(
        "construction_months",
        "months",
        "Length of building, b periods after rounding up; blank = one period.",
        positive=True,
    ),
    years(
        "life_years",
        "Years of operation from the end of building, rounded up to whole periods; blank = to the horizon. Required "
        "where a loan is modelled.",
    ),
    share(
        "min_scale",
        "Least share of the project that makes sense, more than none: a project is funded once it is chosen, and then "
        "counts, is reviewed and carries what needs it. Below 1 it may be funded at any scale in [min_scale, 1]: "
        "money, requirements, supply and scaled metrics follow the scale; review, `selections`, fast-track slots and "
        "`count` do not.",
        default=ONE,
        positive=True,
    ),
    share(
        "from_scale",
        "Steps of scale: alternatives of one project that are one curve. The alternative is built at a scale in "
        "[from_scale, to_scale], where the step before it ends, if there is one; the steps of a project join.",
        positive=True,
    ),
    share(
        "to_scale",
        "End of the step. Its commitment, value and columns of scaled metrics are what there is in all at to_scale; "
        "below, they lie on the straight line from the end of the step before (of the first step, from nothing at "
        "scale 0). Requirements and cash flows follow the scale. With [finance] loan and free cash "
        "(cash_yield) follow the commitment, and the lender tests the step as a whole, at to_scale; not with own free "
        "cash flows (blank metric) then. Not with min_scale.",
        positive=True,
    ),
    name("permit", "The permit whose review precedes building; blank = no review, no agency.", refers_to="permits"),
    choice(
        "draw_shape",
        ("flat", "bell"),
        "How K is drawn over the building periods k = 0..b-1: 1/b each, or in proportion to min(k+1, b-k).",
        default="flat",
    ),
    text(
        "profile",
        "Own draw weights instead of draw_shape: shares of K separated by ; that add up to 1 (0.2;0.5;0.3), one for "
        "each period of building, or one for each year of it (12/m periods from its start, the last may be shorter), "
        "spread evenly over the year's periods. Draws, funds, loans and present values follow it.",
        unit="share of K",
    ),
    name("terms", "Loan terms; blank = those of [finance].", refers_to="terms"),
    number("cash_yield", "share of K a year", "Gross free cash of a full year of operation.", default=ZERO),
    number("ramp_years", "years", "Years until cash is full: year y gets min(1, y / (ramp_years + 1)).", default=ZERO),
    years(
        "reinvest_every_years",
        "Reinvestment falls due in years e, 2e, ... below life, saved for in equal parts of the years before.",
    ),
    number("reinvest_share", "share of K", "Size of each reinvestment.", default=ZERO),
    number("credit_share", "share of K", "Public credit received at completion; reduces the balance.", default=ZERO),
    share(
        "japan_content_share", "Also `lender_content_share`: share of K bought from the lender's firms.", default=ZERO
    ),
)

#: Columns of ``projects.csv`` for what was decided before the calendar.
UNDER_WAY_COLUMNS = (
    month(
        "started",
        "When building began, of a started project: in the period that holds it, which may lie before the calendar.",
    ),
    month(
        "selected",
        "Of a committed or started project: when it was selected, before the calendar. A committed project with it "
        "does not count again in `commitments`, in totals and ceilings of funds and in limits by period or year, as a "
        "started one never does; without it a committed project counts there in period 0.",
    ),
    text(
        "alternative",
        "Of a committed or started project: the alternative that was decided; blank = the only one, or (committed) "
        "still to be decided.",
    ),
    share(
        "scale",
        "Of a committed or started project: the scale that was decided; blank = 1 if it has started or was selected "
        "before the calendar, else still to be decided.",
        positive=True,
    ),
)


def released(record: Mapping[str, Cell]) -> dict[str, str]:
    """Return the cells that make a project that must be funded a candidate: blank where something was decided."""
    decided = [column.name for column in UNDER_WAY_COLUMNS if record.get(column.name) is not None]
    return {"status": "candidate", **dict.fromkeys(decided, "")}


PROJECTS = TableSpec(
    name="projects",
    key=("id",),
    metric_columns=True,
    meaning="The candidates. Every column of `alternatives` may stand here as the default of blank cells there, and so "
    "may a column for each metric that [metrics] declares.",
    columns=(
        name("id", "The project's id. Unique; holds no @.", required=True),
        text("name", "What people call it; blank = the id."),
        text("sector", "Sector, for limits, funds and reports."),
        text("region", "Region, for limits, funds and reports."),
        text("company", "Company, for limits and reports."),
        names("tags", "Labels for limits, separated by ; (a project with several counts in the limit of each)."),
        choice(
            "status",
            STATUSES,
            "candidate = may be funded; mandatory = must be; excluded = never; committed = selected before the "
            "calendar: always funded, selected in period 0 whenever it starts, free of pace, selection window and "
            "lender test, but reviewed and paid for like any other; started = being built or operated since `started`: "
            "always funded, in its alternative and scale, free of pace, windows, review and lender test; its use, "
            "supply, draws and cash count from the calendar's start on, and its commitment not again in `commitments`.",
            default="candidate",
        ),
        month(
            "earliest_start",
            "Building starts no earlier than the first period that begins at or after it; before the calendar = period "
            "0, after its end = an error.",
        ),
        month("latest_start", "Building starts no later than the period that holds it, which lies in the calendar."),
        *UNDER_WAY_COLUMNS,
        number("review_remaining_months", "months", "Replaces the permit's review time when given."),
        number(
            "selection_load",
            "load",
            "What selecting it uses of the resource `selections`; never scaled, 0 for committed projects.",
            default=ONE,
        ),
        share(
            "cancel_share",
            "Share of the column commitment (of the whole project, at the date of prices) that it costs, as `cost`, to "
            "give the project up in a scenario after it was selected ([stages] decide_by); discounted from its "
            "selection.",
            default=Decimal("0.1"),
        ),
        number("strategic_score", "score", "The metric `strategic` is this times K.", default=ZERO),
        text("source", "Where the facts come from."),
        *ALTERNATIVE_COLUMNS,
        NOTE,
    ),
)

ALTERNATIVES = TableSpec(
    name="alternatives",
    key=("project", "alternative"),
    metric_columns=True,
    meaning="Ways to build a project, of which one is chosen. A project without rows here has one alternative, `base`. "
    "A cell that is blank here and in `projects` has the default.",
    columns=(
        name("project", "The project.", required=True, refers_to="projects"),
        name("alternative", "Name of the alternative, unique within its project; holds no @.", required=True),
        *(column.model_copy(update={"default": None}) for column in ALTERNATIVE_COLUMNS),
        NOTE,
    ),
)

PERMITS = TableSpec(
    name="permits",
    key=("permit",),
    meaning="Reviews that must be finished when building starts. A review takes n = ceil(months x factor / m) periods, "
    "those just before the start, none before period 0: an option that cannot fit them is dropped. months = the "
    "project's review_remaining_months, else review_months, else mode; factor = 1, or fast_track_factor on the fast "
    "track. With the family `permits` off there is no review, no fast track, and no use of agencies and slots.",
    columns=(
        name("permit", "The permit's id. Unique.", required=True),
        name(
            "agency",
            "Resource of kind permit, which the engine does not fill, that each review period uses 1 of, whatever the "
            "scale; blank = time only.",
            refers_to="resources",
        ),
        number("review_months", "months", "Length of the review; blank = `mode`."),
        number("min", "months", "Shortest review; carried for reports."),
        number("mode", "months", "Usual review; the default of review_months."),
        number("max", "months", "Longest review; carried for reports."),
        share(
            "fast_track_factor",
            "Review time on the fast track as a share; blank = no fast track. Offered only where it saves a period.",
        ),
        number("fast_track_slots", "options", "Options on the fast track in the whole plan; blank = no limit."),
        text(
            "fast_track_pool", "Permits of one pool share one number of slots; the numbers that are given must agree."
        ),
        NOTE,
    ),
)

DEPENDENCIES = TableSpec(
    name="dependencies",
    key=(),
    meaning="What needs, excludes or helps what. Both sides are id or id@alternative: with an alternative on the left "
    "the rule holds only if that one is chosen, with one on the right only that one satisfies it. The two sides are "
    "different projects. Readiness counts also beyond the horizon.",
    columns=(
        name("project", "The project that depends.", required=True),
        name("needs", "The other project; may be blank in rows of at_most."),
        choice(
            "kind",
            (
                "requires",
                "requires_any",
                "requires_count",
                "excludes",
                "at_most",
                "together",
                "same_year",
                "synergy",
            ),
            "requires: funded only if the other is and is ready in time (circles of project ids are errors, unless a "
            "row of the circle has at = never, a negative lag or a condition); requires_any: at least one row of the "
            "group is satisfied; requires_count: at least `count` of them; excludes: not both; at_most: of all "
            "projects that the rows of the group name, at most `count` are funded; together: both or none; same_year: "
            "if both are funded, both start (or begin operation) in the same block of 12/m periods; synergy: a bonus "
            "once if both are funded. Excludes, at_most and together say nothing about when.",
            required=True,
        ),
        text(
            "group",
            "Rows of requires_any or requires_count with the same `project` cell and group belong together, rows of "
            "at_most with the same group; blank = one group.",
        ),
        count("count", "projects", "How many, for requires_count and at_most; the same in all rows of a group."),
        names(
            "when",
            "Conditions: sides (id or id@alternative) separated by ; that must all be funded for the row to hold, or "
            "for a bonus to be had (blank = always). The same in all rows of a group.",
        ),
        choice(
            "at",
            ("start", "operation", "never"),
            "What must wait until the other operates: the start of building, or of operation; never = nothing waits, "
            "the row is about being funded alone. In same_year: what falls into the same year.",
            default="start",
        ),
        number(
            "lag_months",
            "months",
            "Added to the other's first operating period, rounded up to periods; may be negative.",
            default=ZERO,
            minimum=None,
        ),
        number(
            "max_lag_months",
            "months",
            "What waits comes at most this long after the other's first operating period, rounded down to periods; may "
            "be negative; blank = no limit. For the kinds that require.",
            minimum=None,
        ),
        number("bonus", "the metric's unit", "Of a synergy; never scaled.", default=ZERO, minimum=None),
        text(
            "metric",
            "What a bonus adds to: any known metric but count, cost and use:*. On commitment it is a joint saving: a "
            "negative bonus, in the prices of its start, by which K of `project` (indivisible) falls; it reaches the "
            "cap at its selection, its draws by their weights, its funds and limits, its loan and the lender's test, "
            "but not strategic, content, credit and free cash. With [finance] at most 6 savings an alternative.",
            default="value",
        ),
        number("strength", "", "Weight of the edge in the graph; for reports."),
        NOTE,
    ),
)
