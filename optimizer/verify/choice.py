"""The options: do they exist, at a scale and a time that are allowed, and are the right ones funded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import partial

from outlay.instances.plan import Choice, Plan
from outlay.optimizer.verify import words
from outlay.optimizer.verify.exact import ONE, exact, finite, whole
from outlay.optimizer.verify.reading import Reading
from outlay.optimizer.verify.report import Ledger
from outlay.optimizer.verify.schedule import Funded, review_periods, schedule

FAMILY = "choice"


def read_choices(reading: Reading, plan: Plan, ledger: Ledger) -> tuple[Funded, ...]:
    """Return the funded options that make sense; each of the others is a violation and counts no further."""
    found = (_read_choice(reading, choice, ledger) for choice in plan.choices)
    return tuple(funded for funded in found if funded is not None)


def _read_choice(reading: Reading, choice: Choice, ledger: Ledger) -> Funded | None:
    if not _is_named(reading, choice, ledger):
        return None
    where = f"{words.name(choice.project)}@{words.name(choice.alternative)}"
    scale, start, selection = finite(choice.scale), whole(choice.start), whole(choice.selection)
    text = f"{where} has the scale {words.name(choice.scale)}, which is no finite number"
    ledger.check(FAMILY, "scales are finite numbers", where).holds(scale is not None, text)
    since = reading.started(choice.project)
    inside = start is not None and selection is not None and (start == since if since is not None else start >= 0)
    inside = inside and start is not None and start < reading.periods
    text = (
        f"{where} has started in {reading.label(since)}, the plan says {words.name(choice.start)}"
        if since is not None
        else (
            f"{where} is selected in period {words.name(choice.selection)} to start in {words.name(choice.start)}, "
            f"but periods are the whole numbers 0 to {reading.periods - 1}"
        )
    )
    ledger.check(FAMILY, "the start lies in the calendar", where).holds(inside, text)
    track = choice.fast_track
    text = f"{where} has the fast track {words.name(track)} ({type(track).__name__}), which is neither True nor False"
    decided = ledger.check("permits", "the fast track is taken or not", where).holds(isinstance(track, bool), text)
    if scale is None or start is None or selection is None or not inside or not decided:
        return None
    return schedule(reading, choice._replace(start=start, selection=selection), scale)


def _is_named(reading: Reading, choice: Choice, ledger: Ledger) -> bool:
    """Check that the project and its alternative exist."""
    project, alternative = choice.project, choice.alternative
    where = f"{words.name(project)}@{words.name(alternative)}"
    known = isinstance(project, str) and project in reading.projects
    text = f"the plan funds {words.name(project)}, but there is no such project"
    if not ledger.check(FAMILY, "the project exists", where).holds(known, text):
        return False
    known = isinstance(alternative, str) and (project, alternative) in reading.alternatives
    text = f"{words.name(project)} has no alternative {words.name(alternative)}"
    return ledger.check(FAMILY, "the alternative exists", where).holds(known, text)


def check_choices(reading: Reading, plan: Plan, funded: Sequence[Funded], ledger: Ledger) -> None:
    """Check who is funded, at what scale, and in which windows."""
    _check_statuses(reading, plan, ledger)
    _check_forced(reading, funded, ledger)
    for option in funded:
        _check_scale(option, ledger)
        _check_decided(reading, option, ledger)
        _check_fast_track(reading, option, ledger)
        _check_start(reading, option, ledger)
        _check_selection(reading, option, ledger)


def _check_statuses(reading: Reading, plan: Plan, ledger: Ledger) -> None:
    times = Counter(choice.project for choice in plan.choices if isinstance(choice.project, str))
    for project, row in reading.projects.items():
        name, count, status = words.name(project), times[project], row["status"]
        text = f"{name} is funded {count} times; a project is funded at most once"
        ledger.check(FAMILY, "one option at most a project", name).holds(count <= 1, text)
        if status in {"mandatory", "committed", "started"}:
            text = f"{name} is {status} but not funded"
            ledger.check(FAMILY, "mandatory and committed projects are funded", name).holds(count > 0, text)
        if status == "excluded":
            text = f"{name} is excluded but funded"
            ledger.check(FAMILY, "excluded projects are not funded", name).holds(count == 0, text)


def _check_forced(reading: Reading, funded: Sequence[Funded], ledger: Ledger) -> None:
    applied = reading.settings.applied
    for item in applied.force_in:
        condition = any(_matches(reading, option, item) for option in funded)
        text = f"{words.name(item)} is forced in but not funded so"
        ledger.check(FAMILY, "what is forced in is funded", words.name(item)).holds(condition, text)
    for item in applied.force_out:
        condition = not any(_matches(reading, option, item) for option in funded)
        text = f"{words.name(item)} is forced out but funded"
        ledger.check(FAMILY, "what is forced out is not funded", words.name(item)).holds(condition, text)


def _matches(reading: Reading, option: Funded, item: str) -> bool:
    project, *more = item.split("@")
    if option.project != project or (more and option.alternative != more[0]):
        return False
    return len(more) < 2 or option.start == reading.instance.period_holding(more[1])


def _check_scale(option: Funded, ledger: Ledger) -> None:
    row = option.row
    least = exact(row["min_scale"] if row["to_scale"] is None else row["from_scale"])
    most = ONE if row["to_scale"] is None else exact(row["to_scale"])

    def text_of(end: str, limit: Fraction) -> str:
        return f"{option.name} is funded at scale {words.number(option.scale)}, the {end} is {words.number(limit)}"

    check = ledger.check(FAMILY, "scale", option.name)
    check.at_least(option.scale, least, partial(text_of, "least scale", least), size=ONE)
    check = ledger.check(FAMILY, "scale", option.name)
    check.at_most(option.scale, most, partial(text_of, "greatest", most))


def _check_decided(reading: Reading, option: Funded, ledger: Ledger) -> None:
    """Check that what was decided before the calendar is as it was: alternative, scale, and when it was selected."""
    project, row, name = option.project, option.project_row, option.name
    if option.status not in {"committed", "started"}:
        return
    if row["alternative"] is not None:
        text = f"{name} is not what was decided, {words.name(row['alternative'])}"
        ledger.check(FAMILY, "the alternative that was decided", name).holds(
            option.alternative == row["alternative"], text
        )
    if row["scale"] is not None or option.status == "started" or row["selected"] is not None:
        scale = ONE if row["scale"] is None else exact(row["scale"])
        text = f"{name} is funded at scale {words.number(option.scale)}, it was decided at {words.number(scale)}"
        ledger.check(FAMILY, "the scale that was decided", name).equal(option.scale, scale, text, size=ONE)
    period = reading.selected(project)
    text = f"{name} is selected in {reading.label(option.selection)}, but it was in {reading.label(period)}"
    ledger.check(FAMILY, "committed and started projects were selected", name).holds(option.selection == period, text)


def _check_fast_track(reading: Reading, option: Funded, ledger: Ledger) -> None:
    if not option.fast_track:
        return
    permit = reading.permits.get(str(option.row["permit"]))
    usual = review_periods(reading, option.project_row, option.row, fast_track=False)
    if option.status == "started":
        reason = "but it has started"
    elif permit is None:
        reason = "but needs no permit"
    elif not reading.instance.is_on("permits"):
        reason = "but permits are switched off"
    elif permit["fast_track_factor"] is None:
        reason = f"but its permit {words.name(option.row['permit'])} has none"
    else:
        reason = f"where it saves nothing: the review takes {usual} periods on either track"
    text = f"{option.name} takes the fast track, {reason}"
    ledger.check("permits", "the fast track is offered", option.name).holds(option.review < usual, text)


def _check_start(reading: Reading, option: Funded, ledger: Ledger) -> None:
    if option.status == "started":
        return
    name, starts = option.name, f"{option.name} starts in {reading.label(option.start)}"
    earliest, latest = option.project_row["earliest_start"], option.project_row["latest_start"]
    if earliest is not None:
        first = reading.instance.period_from(str(earliest))
        text = f"{starts}, before its earliest start {reading.label(first)}"
        ledger.check(FAMILY, "earliest start", name).holds(option.start >= first, text)
    if latest is not None:
        last = reading.instance.period_holding(str(latest))
        text = f"{starts}, after its latest start {reading.label(last)}"
        ledger.check(FAMILY, "latest start", name).holds(option.start <= last, text)
    if reading.calendar.finish_inside:
        ends = reading.instance.period_label(option.operation - 1)
        text = f"{starts} and is built until {ends}, after the calendar's end in {reading.label(reading.periods - 1)}"
        ledger.check(FAMILY, "building ends inside the calendar", name).holds(option.operation <= reading.periods, text)
    text = f"{starts}, but its review takes {option.review} periods and cannot begin before {reading.label(0)}"
    ledger.check("permits", "the permit is ready", name).holds(option.review <= option.start, text)


def _check_selection(reading: Reading, option: Funded, ledger: Ledger) -> None:
    if option.committed:
        return
    lead = reading.periods_up(reading.calendar.selection_to_funding_months)
    wait = reading.periods_up(reading.calendar.max_wait_months)
    first = max(0, option.start - lead - wait)
    last = min(option.start - lead, reading.instance.last_selection_period)

    def text_of_window() -> str:
        selected = f"{option.name} is selected in {reading.label(option.selection)}"
        begins = f"to start in {reading.label(option.start)}"
        if first > last:
            return f"{selected}, but {begins} it can be selected in no period"
        return f"{selected}; {begins} it must be selected from {reading.label(first)} to {reading.label(last)}"

    condition = first <= option.selection <= last
    ledger.check(FAMILY, "selection window", option.name).holds(condition, text_of_window)
