r"""Joint savings: K of a project falls if another is built too. Never off (`dependencies` off leaves them on).

Rule: the saving counts exactly when both sides, and all sides that are its condition, are funded.

Formula, with z_o = saved for each option o of the project that saves, b the sum of ``fund`` over the other side and W
the conditions::

    z_o <= x_o;     sum_o z_o <= b;     sum_o z_o <= x_w for w in W;     z_o >= x_o + b + sum_{w in W} x_w - 1 - |W|

Wherever K_o y_o is counted (cap, draws, funds, limits, metrics), ``bonus z_o`` is added, with the dates and draw
weights of o. Where loans are modelled, l_{o,S} says that o is funded and saves exactly the set S, not empty, and the
lender accepts that::

    z_{o,r} = sum_{S with r} l_{o,S} for each saving r of o;     sum_S l_{o,S} <= x_o;     >= x_o if refused without any

and the present values of o with S less those without savings count with l_{o,S}.

Why this form: as for synergies, the convex hull of a product of binaries, told apart by option because an option has
dates. Money is no linear function of K, so each set of savings has a column: given binary z, the rows leave one l at 1
and the others at 0, whether they are binary or not. The project that saves is indivisible, so that its commitment less
the saving never turns negative.

Size: a column and two rows an option of the project that saves, a row a saving and one a condition; with loans a column
for each of its sets of savings, and a row for each saving and one more.

Source: McCormick 1976 (see synergies).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from outlay.models.arrays.rows import Entries, RowBlock, block
from outlay.models.case import Case
from outlay.models.families.logic import add_conditions

NAME = "synergies"
LENDER = "lender"


def rows(case: Case) -> Iterator[RowBlock]:
    """Yield saving_needs_its_project, saving_needs_the_other, saving_needs_condition and saving_if_both."""
    savings = case.savings
    if not len(savings.rules):
        return
    yield _own(case)
    yield _others(case)
    yield _if_both(case)
    yield _one_loan(case)
    yield _loan_of_savings(case)


def lender_rows(case: Case) -> Iterator[RowBlock]:
    """Yield lender_needs_saving: what the lender accepts with savings only is funded with them."""
    yield _loans_of(
        case, case.lending.dependent, "lender_needs_saving", LENDER, lower=0.0,
        sentence=lambda name: f"the lender's test of {name}, which passes with joint savings only",
    )  # fmt: skip


def _one_loan(case: Case) -> RowBlock:
    return _loans_of(
        case, np.unique(case.lending.option), "one_loan_of_savings", NAME, upper=0.0,
        sentence=lambda name: f"the loan of {name}",
    )  # fmt: skip


def _loans_of(
    case: Case,
    options: np.ndarray,
    rule: str,
    family: str,
    *,
    lower: float = -np.inf,
    upper: float = np.inf,
    sentence: Callable[[str], str],
) -> RowBlock:
    """Return a row an option: its loans with savings, less whether it is funded."""
    entries, lending = Entries(), case.lending
    place = np.full(len(case.options), -1)
    place[options] = np.arange(len(options))
    own = place[lending.option] >= 0
    entries.add(place[lending.option[own]], case.block("lent").columns[own], 1.0)
    entries.add(np.arange(len(options)), case.block("fund").columns[options], -1.0)
    projects = case.alternatives.projects
    names = [projects[project] for project in case.options.project[options].tolist()]
    return block(
        rule, family, options.tolist(), entries, case.book.size, lower=lower, upper=upper,
        sentence=lambda row: sentence(names[row]),
    )  # fmt: skip


def _loan_of_savings(case: Case) -> RowBlock:
    lending, savings, entries = case.lending, case.savings, Entries()
    count = len(savings) if case.cash is not None else 0
    entries.add(np.arange(count), case.block("saved").columns[:count], 1.0)
    entries.add(lending.member, case.block("lent").columns[lending.entry], -1.0)
    return block(
        "loan_of_savings", NAME, savings.keys[:count], entries, case.book.size, lower=0.0, upper=0.0,
        sentence=lambda row: f"{_words(case, int(savings.rule[row]))}, in its loan",
    )  # fmt: skip


def _sides(case: Case) -> list[tuple[str, tuple[str, ...]]]:
    """Return the other side and the conditions of each saving."""
    table = case.instance["dependencies"]
    when = table.column("when")
    return [
        (table.texts("needs")[row], tuple(map(str, when[row] or ())))  # type: ignore[arg-type]
        for row in case.savings.rules
    ]


def _words(case: Case, rule: int) -> str:
    table, row = case.instance["dependencies"], case.savings.rules[rule]
    return f"the saving of {table.texts('project')[row]} with {table.texts('needs')[row]}"


def _own(case: Case) -> RowBlock:
    savings, entries = case.savings, Entries()
    row = np.arange(len(savings))
    entries.add(row, case.block("saved").columns, 1.0)
    entries.add(row, case.block("fund").columns[savings.option], -1.0)
    return block(
        "saving_needs_its_project", NAME, savings.keys, entries, case.book.size, upper=0.0,
        sentence=lambda row: _words(case, int(savings.rule[row])),
    )  # fmt: skip


def _others(case: Case) -> RowBlock:
    """Return a row for the other side, and one for each condition."""
    savings, entries, keys, rules = case.savings, Entries(), list[tuple[int, str]](), list[int]()
    saved, fund = case.block("saved").columns, case.block("fund").columns
    for rule, (other, when) in enumerate(_sides(case)):
        for side in (other, *when):
            own, chosen = saved[savings.rule == rule], case.options.of(side)
            entries.add(np.full(len(own), len(keys)), own, 1.0)
            entries.add(np.full(len(chosen), len(keys)), fund[chosen], -1.0)
            keys.append((savings.rules[rule], side))
            rules.append(rule)
    return block(
        "saving_needs_the_other", NAME, keys, entries, case.book.size, upper=0.0,
        sentence=lambda row: f"{_words(case, rules[row])}, if {keys[row][1]} is funded",
    )  # fmt: skip


def _if_both(case: Case) -> RowBlock:
    savings, entries, sides = case.savings, Entries(), _sides(case)
    fund, upper = case.block("fund").columns, np.ones(len(savings))
    number = np.arange(len(savings))
    entries.add(number, case.block("saved").columns, -1.0)
    entries.add(number, fund[savings.option], 1.0)
    for row, rule in enumerate(savings.rule.tolist()):
        other, when = sides[rule]
        chosen = case.options.of(other)
        entries.add(np.full(len(chosen), row), fund[chosen], 1.0)
        upper[row] += add_conditions(case, entries, row, when, 1.0)
    return block(
        "saving_if_both", NAME, savings.keys, entries, case.book.size, upper=upper,
        sentence=lambda row: _words(case, int(savings.rule[row])),
    )  # fmt: skip
