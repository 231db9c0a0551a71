"""The parts of the reference page that are no table: conventions, rules of the core, the language of sets."""

from __future__ import annotations

from collections.abc import Mapping

from outlay.instances.values.numbers import DIGITS_AFTER_POINT, DIGITS_BEFORE_POINT
from outlay.instances.values.text import LONGEST_TEXT

INTRODUCTION = """\
# Reference: what an instance holds

An instance is a folder of `instance.toml`, CSV tables, `sets.toml` and `uncertainty.toml`, or one JSON document
`{"instance": {...}, "projects": [{...}], ..., "sets": {...}, "uncertainty": {...}}`. Needed are `instance.toml` (a name
and a calendar) and `projects.csv`; every other table may be left out. Period *t* = 0..T-1 covers *m* months from the
calendar's start.
"""

CONVENTIONS = f"""\
## Conventions

* **Blank.** A blank cell takes the column's default; without one it has no value, and the meaning says what follows.
  Leaving a column out is the same as leaving its cells blank (the one exception: `terms.min_japan_npv`). White space
  at both ends of a cell or header is dropped, inside it is kept; rows of blank cells are skipped, and so are rows of a
  CSV file whose first cell begins with `# example: `, which show how it is done. In JSON, `null`,
  `""` and an absent key are blank.
* **Numbers** are kept exactly as the decimal that is written (`0.1`, `2.5e3`): a point, no separators of thousands,
  at most {DIGITS_BEFORE_POINT} digits before and {DIGITS_AFTER_POINT} after it. No NaN, no infinity. A JSON or Python
  float means its shortest decimal text. Numbers are not negative unless their bounds say so.
* **Dates** are months written YYYY-MM. "Earliest" dates (earliest_start, availability, imports) mean the first period
  that begins at or after them; "latest" dates (latest_start, last_selection, forced starts) the period that holds
  them.
* **Ids** hold no `@`; names of sets hold no `+` or `,`. Case matters. Apart from that any text is a name, also one
  that a spreadsheet would read as a formula; messages show control characters written out.
* **Text** has at most {LONGEST_TEXT} characters and no NUL. A number in a text column of JSON means its decimal text.
* **Lists** are separated by `;` (in JSON also written as lists). **true** and **false** are written so, in any case.
* **Money** has one unit, `money_unit`; a resource has its own.
* **Unknown** tables, columns, keys and `.csv` or `.toml` files are errors. Every table may carry `note`.
* **Files** are UTF-8, no larger than a limit (max_file_mb), and lie inside the folder. Order of rows and columns
  means nothing. JSON objects have each key once.
"""

CORE_RULES = """\
## From tables to options

* An option is a project, an alternative, fast track or not, a period of selection q and a start s. It builds in
  s..s+b-1, b = ceil(construction_months / m), and operates from op = s + b for ceil(12 life_years / m) periods,
  without life_years to the horizon. Rows exist only inside the calendar; money is computed over the whole life.
* With lead = ceil(selection_to_funding_months / m) and wait = ceil(max_wait_months / m): s - lead - wait <= q <= s -
  lead, q >= 0, and q not after the period of last_selection. Only the latest such q is kept unless selection dates
  matter: a resource `selections` with pace on, a `commitments` level that changes or is not cumulative with cap on, a
  dated fund with funds on, or a limit by period or year with limits on. A committed project has q = 0.
* Options that can never be right are dropped with a reason. A project that must be funded and has none left is an
  error.
* Under several scenarios (`[stages]`) each q is an option of its own, and a project that is selected up to decide_by
  in all of them may be *cancelled* in some: it is selected there with its alternative and q, brings nothing, uses its
  selection_load in the rows of `selections` (not in the metric use:selections) and nothing else, and costs
  cancel_share x commitment as `cost`, discounted from q. Projects that are committed, mandatory or forced in are not
  cancelled. Nothing is cancelled without scenarios.
* D(r, n) = (1 + r)^(-n/12) discounts n months. A loan's test passes within 1e-9 (money: 1e-9 K).
"""

FAMILY_MEANINGS: Mapping[str, str] = {
    "cap": "Rows of the resource `commitments`.",
    "draws": "Rows of the resource `draws`.",
    "labour": "Rows of resources of this kind.",
    "energy": "Rows of resources of this kind.",
    "equipment": "Rows of resources of this kind.",
    "commodity": "Rows of resources of this kind.",
    "finance": "Rows of resources of this kind, but for `commitments` and `draws`.",
    "committee": "Rows of resources of this kind, but for `selections`.",
    "other": "Rows of resources of this kind.",
    "permits": "Reviews, agencies and fast-track slots; off, there is no review time either.",
    "dependencies": "All kinds of `dependencies` but synergies, which stay.",
    "funds": "Who pays how much.",
    "lender": "The lender's test of each option.",
    "limits": "Rows of `limits`.",
    "pace": "Rows of the resource `selections`.",
}

SETS_PAGE = """\
## `sets.toml`: constraint sets

A constraint set is a named change to the instance. `base`, the instance unchanged, is always defined.

    [tight-labour]
    title = "The craft pool does not grow"
    [[tight-labour.change]]
    table = "availability"
    where = { resource = "labour/*" }
    scale = { amount = 0.8 }

* `a+b` applies a, then b. The sets that a set extends come before it, in their order, then its own changes in the
  order of the file. A set that is reached twice is applied once, where it is reached first. Circles of `extends` are
  errors.
* A change has one operation: `set`, `scale` or `add` on columns, `append` or `delete` of rows, or, of projects, `slip`.
* `slip = { months = 12 }` moves the window in which a project may start: `earliest_start` (blank: the calendar's start)
  and `latest_start` (blank stays blank; what moves past the calendar's end limits nothing any more and becomes blank).
* `kind` is `policy` (a choice), `stress` (something that may happen) or `ablation` (a rule is away). A comparison
  counts how often a project is funded in sets that are no ablations.
* `where` compares numbers numerically and text exactly or by case-sensitive glob (`*` also crosses `/`; `?`,
  `[abc]`); a list means any of its items; a list column matches by any of its names; `""` matches a blank cell that
  has no default. A blank cell is compared by what it means: its default, for `alternatives` the cell of the project.
* A change that matches no row is an error. So is an unknown column; a known one that the table does not have is
  created.
* `scale` and `add` need columns of numbers. They act on what a blank cell means, and are errors where that is
  nothing.
* For the table `instance`, keys are dotted (`"finance.waterfall"`), there is no `where`, and `""` restores the
  default.
* `disable` adds to the families that are off, then `enable` removes from them; a group name means each of its
  families. Forced choices of several sets add up. In and out together, or two different choices of one project, is an
  error; a project that is forced in must be funded.
* `objective` replaces the whole objective.
* The changed instance is validated whole; what is wrong with it is reported with the name of the set. What was
  switched stands under `[applied]` in the result.
"""
