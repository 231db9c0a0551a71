"""The data dictionary's tables of money and aims: loans, funds, limits, cash flows, stakeholders, provenance."""

from __future__ import annotations

from outlay.instances.dictionary.kinds import NOTE, ONE, ZERO, choice, flag, name, names, number, share, text, years
from outlay.instances.dictionary.vocabulary import TableSpec

TERMS = TableSpec(
    name="terms",
    key=("terms",),
    meaning="Loan terms and the lender's test, made for each option at scale 1; options that fail are dropped with the "
    "figure. Committed projects are not tested, and the family `lender` off means no test.",
    columns=(
        name("terms", "The id of the terms. Unique.", required=True),
        number("rate", "share a year", "Interest rate r.", required=True),
        years("tenor_years", "Years of level service N, from completion.", required=True),
        number("min_dscr", "ratio", "Least debt service cover; not tested under the literal waterfall.", default=ZERO),
        years(
            "recover_within_years", "The balance must be back by this year of operation; blank = no test."
        ).model_copy(update={"minimum": ZERO, "maximum": None}),
        share(
            "min_japan_content_share",
            "Also `min_lender_content_share`: least content of the lender's firms.",
            default=ZERO,
        ),
        number(
            "min_japan_npv",
            "money",
            "Also `min_lender_npv`: the lender's least net present value. The column left out means 0 for every row; a "
            "blank cell means no test.",
            blank_differs=True,
        ),
        NOTE,
    ),
)

FUNDS = TableSpec(
    name="funds",
    key=("fund",),
    meaning="Who pays. With any row here, payments of eligible funds add up to K x scale of every funded project, "
    "committed ones too; an option with K > 0 that they cannot cover, or whose least shares exceed it, is dropped. "
    "Dated rows in `availability` under the fund's name limit the sum paid to projects selected by then (before the "
    "first row 0, blank = no limit).",
    columns=(
        name("fund", "The fund's id. Unique, also among resource names.", required=True),
        number("total", "money", "Most it pays in all; blank = no limit."),
        number(
            "per_year",
            "money a year",
            "Most it pays in a block of 12/m periods, by draw weights (m divides 12); blank = no limit.",
        ),
        share("min_share", "Least share of each eligible commitment.", default=ZERO),
        share("max_share", "Greatest share of each eligible commitment.", default=ONE),
        number(
            "match_share",
            "share of others",
            "A matching grant: for each project it pays at most this share of what the other funds pay for it (1 = as "
            "much as they); blank = no such limit.",
        ),
        share("portfolio_min_share", "Least share of the sum of all commitments; blank = none."),
        share("portfolio_max_share", "Greatest share of the sum of all commitments; blank = none."),
        names("eligible_sectors", "Sectors it may pay for, separated by ; (blank = all)."),
        names("eligible_regions", "Regions it may pay for, separated by ; (blank = all)."),
        flag("listed_only", "Whether it pays only for projects that have a row of it in `fund_amounts`."),
        NOTE,
    ),
)

FUND_AMOUNTS = TableSpec(
    name="fund_amounts",
    key=("project", "fund"),
    meaning="What one fund may and must pay for one project, in money: grants and contributions that are tied to it. "
    "Amounts do not follow the scale, and stand beside the shares of the fund. The fund is eligible for the project.",
    columns=(
        name("project", "The project.", required=True, refers_to="projects"),
        name("fund", "The fund.", required=True, refers_to="funds"),
        number("max", "money", "Most it pays for the project; blank = no limit."),
        number("min", "money", "Least it pays if the project is funded and asks for money.", default=ZERO),
        NOTE,
    ),
)

LIMITS = TableSpec(
    name="limits",
    key=(),
    meaning="Least and greatest amounts of a metric, over all or by group. Synergy bonuses, `cost` and the "
    "value of programs belong to no project: they count only with by = all, bonuses only with every = total, cost and "
    "programs by period or year at their own period.",
    columns=(
        text(
            "metric",
            "The metric; `draws` limits what is spent when it is spent, `in_use:RESOURCE` what is used when it is.",
            required=True,
        ),
        text(
            "of",
            "With basis share: the metric of the same group that min and max are shares of; blank = the total of "
            "`metric` over all projects (in that period or year).",
        ),
        choice(
            "by",
            ("sector", "region", "company", "tag", "project", "all"),
            "How projects are grouped.",
            default="all",
        ),
        text("group", "The group, which some project has; blank = a row for each that occurs. None with by = all."),
        number(
            "min",
            "metric or share",
            "Least; blank = none. Negative only for amounts of a metric that may be.",
            minimum=None,
        ),
        number(
            "max",
            "metric or share",
            "Greatest; blank = none. Negative (a net metric, such as emissions of -5 at most) as in min.",
            minimum=None,
        ),
        number(
            "max_growth_share",
            "share",
            "By period or year, of amounts: the metric is at most (1 + this) times what it was in the one before, plus "
            "max_growth. Blank with max_growth = 0; both blank = no such rule.",
        ),
        number(
            "max_growth",
            "metric",
            "By period or year, of amounts: the most by which the metric exceeds max_growth_share's bound; blank with "
            "max_growth_share = 0.",
        ),
        number(
            "growth_from",
            "metric",
            "What there was in the period or year before the calendar, from which the first one grows; blank = the "
            "first may be anything.",
            minimum=None,
        ),
        choice("basis", ("absolute", "share"), "What min and max are.", default="absolute"),
        choice(
            "every",
            ("total", "period", "year"),
            "Over the whole plan, or for each period or block of 12/m periods: `draws` by the period of drawing, "
            "`cost` by its own, every other metric by the period of selection. A min of the latter holds up to the "
            "one of last_selection.",
            default="total",
        ),
        NOTE,
    ),
)

CASHFLOWS = TableSpec(
    name="cashflows",
    key=(),
    meaning="Own cash flows, windows as in `requirements`, times the scale. Blank metric: free cash, which replaces "
    "the yield formula of the alternative; operating year y gets the periods op + k with floor(k m / 12) = y - 1, and "
    "what falls before operation is nothing. A metric: amount x D(its rate, m t) for each period t, also outside the "
    "calendar.",
    columns=(
        name("project", "The project.", required=True, refers_to="projects"),
        name("alternative", "One alternative; blank = all."),
        number("from_month", "months", "Start of the window, from the start of building.", default=ZERO, minimum=None),
        number("to_month", "months", "End of the window, after its start; blank = end of life."),
        number("amount", "money a period", "Amount per period of the window.", required=True, minimum=None),
        text(
            "metric",
            "The metric: value, strategic, japan_content, credit, a declared one, or a new name (in money); blank = "
            "free cash.",
        ),
        NOTE,
    ),
)

STAKEHOLDERS = TableSpec(
    name="stakeholders",
    key=("stakeholder", "metric"),
    meaning="Whose weights: reported for every answer, and usable as the objective @STAKEHOLDER.",
    columns=(
        name("stakeholder", "The stakeholder.", required=True),
        text("metric", "The metric.", required=True),
        number("weight", "per unit of metric", "The weight.", required=True, minimum=None),
        number("low", "per unit of metric", "The least that it may be, for `outlay frontier --weights`.", minimum=None),
        number("high", "per unit of metric", "The most that it may be; blank = the weight itself.", minimum=None),
        NOTE,
    ),
)

PROVENANCE = TableSpec(
    name="provenance",
    key=(),
    meaning="Where the numbers come from.",
    columns=(
        text("table", "A table, `instance`, `sets`, `uncertainty` or *.", required=True),
        text("key", "The row's ids joined by /, as a glob; blank = *."),
        text("column", "The column, as a glob; blank = *."),
        choice("kind", ("sourced", "derived", "assumed"), "What kind of number it is.", required=True),
        text("text", "The quotation, the arithmetic or the reason."),
        text("address", "Where it was found."),
        NOTE,
    ),
)
