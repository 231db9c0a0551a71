"""What would make a project available that no plan can hold: the least change of one parameter that gives it an option.

Terms of loans, dates and reviews decide which options exist, so this is no question to the solver but an exact search
on the formulas that make the options (lender's test, windows, permits), by bisection: for amounts to 4 significant
digits and rounded to the side that passes, for months and years to one. More of a change is taken to help no less.
Whether the project would then be funded takes one solve of the changed instance.

Only this project's own rows are changed, except where it shares a loan's terms, a permit or the calendar with others.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.values.frozen import thawed
from outlay.instances.values.numbers import month_number, month_text, number_text
from outlay.models.case import Case
from outlay.optimizer.explain.changes import Change
from outlay.optimizer.explain.context import Context
from outlay.optimizer.explain.margins import Margin
from outlay.optimizer.variation.limits import exactly
from outlay.optimizer.variation.variable import SET
from outlay.optimizer.variation.varied_answer import VariedAnswer
from outlay.optimizer.variation.vary import instance_question

#: Significant digits of a change of an amount.
DIGITS = 4

Write = Callable[[Decimal], list[dict[str, Any]]]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a project: where it stands, from what value to which one it may go, and how a value is written.

    Attributes
    ----------
    name, unit
        ``cash_yield of large``; what its values are.
    now, end
        Its value, and the farthest that is tried; below it if less helps.
    whole
        Whether only whole steps count.
    write
        From a value to the changes of a constraint set.
    words
        From a value to the text that is told.
    """

    name: str
    unit: str
    now: Decimal
    end: Decimal
    whole: bool
    write: Write
    words: Callable[[Decimal], str] = number_text


def parameter_changes(context: Context, found: Sequence[Margin]) -> list[Change]:
    """Return the least changes of single parameters that give projects without any option one."""
    changes: list[Change] = []
    settled: list[tuple[str, Parameter, Decimal]] = []
    for margin in found:
        if len(context.over.options_of(margin.project)):
            continue
        search = _Search(context.case.instance, margin.project)
        possible = [(parameter, search.least(parameter)) for parameter in parameters(context.case, margin.project)]
        own = [(margin.project, parameter, value) for parameter, value in possible if value is not None]
        if not own:
            words = f"no single parameter of {margin.project} would make it available: {margin.reason}"
            changes.append(Change(margin.project, "parameter", "any", possible=False, sentence=words))
        settled += own
    then = _solved(context, settled)
    return changes + [_change(context, *each, then.get(_name(*each[:2]))) for each in settled]


def parameters(case: Case, project: str) -> Iterator[Parameter]:
    """Yield the parameters that decide whether a project has an option."""
    instance = case.instance
    table = instance.alternatives
    own = [row for row, name in enumerate(table.texts("project")) if name == project]
    if instance.settings.finance is not None and instance.is_on("lender"):
        for row in own:
            yield from _money(instance, project, row)
        yield from _terms(instance, sorted({_terms_of(instance, table.texts("terms")[row]) for row in own} - {""}))
    yield from _dates(instance, project)
    yield from _reviews(instance, project, sorted({table.texts("permit")[row] for row in own} - {""}))


def _money(instance: Instance, project: str, row: int) -> Iterator[Parameter]:
    table = instance.alternatives
    name = table.texts("alternative")[row]
    given = instance["alternatives"]
    listed = (project, name) in given.index
    # A project that costs nothing has no loan to test, so next to nothing is as far as its commitment goes.
    for column in ("cash_yield", "commitment", "credit_share"):
        now = table.column(column)[row]
        if not isinstance(now, Decimal):
            continue
        end = now / 10**DIGITS if column == "commitment" else Decimal(1)
        if now == end:
            continue

        def write(value: Decimal, column: str = column) -> list[dict[str, Any]]:
            if listed:
                where = {"project": exactly(project), "alternative": exactly(name)}
                return [{"table": "alternatives", "where": where, "set": {column: value}}]
            return [{"table": "projects", "where": {"id": exactly(project)}, "set": {column: value}}]

        unit = instance.settings.money_unit if column == "commitment" else "share"
        label = f"{column} of {project}" + (f"@{name}" if listed else "")
        yield Parameter(label, unit, now, end, False, write)


def _terms_of(instance: Instance, name: str) -> str:
    finance = instance.settings.finance
    return name or (finance.terms or "" if finance is not None else "")


def _terms(instance: Instance, names: Sequence[str]) -> Iterator[Parameter]:
    table = instance["terms"]
    for name in names:
        if (name,) not in table.index:
            continue
        row = table.index[(name,)]
        for column, end, whole in (("rate", Decimal(0), False), ("tenor_years", None, True)):
            given = table.column(column)[row]
            if given is None:
                continue
            now = Decimal(given)  # type: ignore[arg-type]

            def write(value: Decimal, column: str = column, name: str = name) -> list[dict[str, Any]]:
                new: Any = int(value) if column == "tenor_years" else value
                return [{"table": "terms", "where": {"terms": exactly(name)}, "set": {column: new}}]

            unit = "years" if whole else "per year"
            last = now + 60 if end is None else end
            if now != last:
                yield Parameter(f"{column} of terms {name}", unit, now, last, whole, write)


def _dates(instance: Instance, project: str) -> Iterator[Parameter]:
    projects = instance["projects"]
    row, calendar = projects.index[(project,)], instance.settings.calendar
    first = Decimal(month_number(calendar.start))
    last = first + instance.periods * instance.months_per_period - 1

    def dated(table: str, column: str) -> Write:
        def write(value: Decimal) -> list[dict[str, Any]]:
            new = {column: month_text(int(value))}
            if table == "instance":
                return [{"table": table, "set": new}]
            return [{"table": table, "where": {"id": exactly(project)}, "set": new}]

        return write

    for column, end in (("earliest_start", first), ("latest_start", last)):
        given = projects.raw(column)[row]
        if given is not None and Decimal(month_number(str(given))) != end:
            now = Decimal(month_number(str(given)))
            yield Parameter(f"{column} of {project}", "months", now, end, True, dated("projects", column), _month)
    if calendar.last_selection is not None:
        now = Decimal(month_number(calendar.last_selection))
        if now < last:
            write = dated("instance", "calendar.last_selection")
            yield Parameter("last_selection", "months", now, last, True, write, _month)


def _month(value: Decimal) -> str:
    return month_text(int(value))


def _reviews(instance: Instance, project: str, names: Sequence[str]) -> Iterator[Parameter]:
    projects, permits = instance["projects"], instance["permits"]
    remaining = projects.raw("review_remaining_months")[projects.index[(project,)]]
    if remaining is not None:
        months = Decimal(remaining)  # type: ignore[arg-type]

        def own(value: Decimal) -> list[dict[str, Any]]:
            new = {"review_remaining_months": int(value)}
            return [{"table": "projects", "where": {"id": exactly(project)}, "set": new}]

        if months > 0:
            yield Parameter(f"review_remaining_months of {project}", "months", months, Decimal(0), True, own)
        return
    for name in names:
        row = permits.index[(name,)]
        given = permits.column("review_months")[row]
        given = permits.column("mode")[row] if given is None else given
        if given is None or Decimal(given) <= 0:  # type: ignore[arg-type]
            continue

        def write(value: Decimal, name: str = name) -> list[dict[str, Any]]:
            new = {"review_months": int(value)}
            return [{"table": "permits", "where": {"permit": exactly(name)}, "set": new}]

        yield Parameter(f"review_months of {name}", "months", Decimal(given), Decimal(0), True, write)  # type: ignore[arg-type]


@dataclass
class _Search:
    """Looks for the least change of a parameter that gives a project an option."""

    instance: Instance
    project: str

    def least(self, parameter: Parameter) -> Decimal | None:
        """Return the value nearest to today's that gives the project an option; None if none does."""
        if not self._helps(parameter, parameter.end):
            return None
        return self._whole(parameter) if parameter.whole else self._bisected(parameter)

    def _helps(self, parameter: Parameter, value: Decimal) -> bool:
        try:
            changed = changed_instance(self.instance, parameter.write(value))
            case = Case(changed)
            return bool(len(case.options.of(self.project)))
        except InputError:
            return False  # no such instance is allowed

    def _whole(self, parameter: Parameter) -> Decimal:
        good, bad = int(parameter.end), int(parameter.now)
        while abs(good - bad) > 1:
            middle = (good + bad) // 2
            good, bad = (middle, bad) if self._helps(parameter, Decimal(middle)) else (good, middle)
        return Decimal(good)

    def _bisected(self, parameter: Parameter) -> Decimal:
        """Return the value to `DIGITS` significant digits, or to as small a part of the range, on the passing side."""
        least = abs(parameter.end - parameter.now) / 10**DIGITS
        good, bad = parameter.end, parameter.now
        rounding = ROUND_CEILING if good > bad else ROUND_FLOOR
        rounded = decimal.Context(prec=DIGITS, rounding=rounding)
        while True:
            middle = rounded.plus((good + bad) / 2)
            if abs(good - bad) <= least or middle in {good, bad} or not min(good, bad) < middle < max(good, bad):
                return good
            good, bad = (middle, bad) if self._helps(parameter, middle) else (good, middle)


def changed_instance(instance: Instance, changes: list[dict[str, Any]]) -> Instance:
    """Return an instance with the changes of a proposed set applied.

    Raises
    ------
    InputError
        If the changed instance is wrong.
    """
    return replace(instance, sets={**thawed(instance.sets), SET: {"change": changes}}).with_set(SET)


def _name(project: str, parameter: Parameter) -> str:
    return f"{project} by {parameter.name}"


def _solved(context: Context, settled: Sequence[tuple[str, Parameter, Decimal]]) -> dict[str, VariedAnswer]:
    """Return the best plan with each change, by name."""
    questions = []
    for project, parameter, value in settled:
        changed = changed_instance(context.case.instance, parameter.write(value))
        name, start = _name(project, parameter), context.today.plan
        questions.append(instance_question(name, changed, start=start, options=context.options))
    return context.pool.ask(questions)


def _change(
    context: Context, project: str, parameter: Parameter, value: Decimal, answer: VariedAnswer | None
) -> Change:
    said = f"with {parameter.name} {parameter.words(value)} instead of {parameter.words(parameter.now)}"
    body = {"change": parameter.write(value)}
    set_ = context.propose(
        _name(project, parameter).replace(" by ", "-by-"), body, f"{said} {project} would be available"
    )
    funded = None
    if answer is not None and answer.holds and answer.plan is not None:
        funded = any(choice.project == project for choice in answer.plan.choices)
    then = {True: " and funded", False: ", but not funded", None: ""}[funded]
    return Change(
        project, "parameter", parameter.name, float(abs(value - parameter.now)), None, parameter.unit, True,
        value=parameter.words(value), funded=funded, status="" if answer is None else str(answer.status),
        sentence=f"{said} {project} would be available{then}", set=set_,
    )  # fmt: skip
