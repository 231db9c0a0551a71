"""The data dictionary's table of the plan that stands, and the metrics that count what a new plan changes of it."""

from __future__ import annotations

from collections.abc import Mapping

from outlay.instances.dictionary.kinds import NOTE, ZERO, month, name, number, share, text
from outlay.instances.dictionary.vocabulary import TableSpec

APPROVED = TableSpec(
    name="approved",
    key=("project",),
    meaning="The plan that stands: what was approved to be funded. It gives the metrics changed_projects, "
    "changed_starts and change_cost, which may be weighed and limited, and what [calendar] frozen_until fixes. A "
    "project without a row was not approved.",
    columns=(
        name("project", "The project.", required=True, refers_to="projects"),
        text("alternative", "The alternative that was approved; blank = whichever it is built as."),
        month("selected", "When it is selected: the period that holds it, which may lie outside the calendar."),
        month("start", "When building starts, in the same way; blank = moving it changes nothing."),
        share("scale", "The scale that was approved; blank = any. Changing it is not counted.", positive=True),
        number(
            "change_cost",
            "money",
            "What it costs not to fund it, or to fund another alternative of it; other dates cost nothing here.",
            default=ZERO,
        ),
        NOTE,
    ),
)

#: Columns without which nothing of it is decided, whatever is frozen.
APPROVED_DATES = ("selected", "start")

#: Metrics of an instance with a row in ``approved``, and what each counts.
CHANGE_METRICS: Mapping[str, str] = {
    "changed_projects": "Of an instance with `approved`: the projects whose being funded or whose alternative differs.",
    "changed_starts": "Of an instance with `approved`: the periods by which starts of projects funded in both move, "
    "summed.",
    "change_cost": "Of an instance with `approved`: change_cost of approved projects that are not funded, or as "
    "another alternative.",
}
#: Their units; None: money.
CHANGE_UNITS: Mapping[str, str | None] = {
    "changed_projects": "projects",
    "changed_starts": "periods",
    "change_cost": None,
}
