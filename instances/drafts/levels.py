"""Lines that move limits: by a factor, the whole of one or between two dates, in the language of ``sets.toml``."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from outlay.instances.drafts.line import Line
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.values.numbers import EXACT, number_text
from outlay.instances.values.text import did_you_mean

#: Columns that tell the rows of ``limits`` apart.
_TELLING = ("metric", "of", "by", "group", "basis", "every")


@dataclass(frozen=True)
class Dial:
    """Something whose level can be moved.

    Attributes
    ----------
    name
        ``resource/NAME``, ``group/PREFIX`` (all resources whose names begin so), ``fund/NAME`` or ``limit/ROW``.
    title, unit
        What it is, and the unit of its level.
    dated
        Whether it has levels by date, so that a range of dates can be moved alone.
    levels
        (date, level) of each finite level.
    """

    name: str
    title: str
    unit: str
    dated: bool
    levels: tuple[tuple[str, Decimal], ...] = ()


def dials(instance: Instance) -> list[Dial]:
    """Return everything whose level can be moved: resources, groups of them, funds, rows of ``limits``."""
    return [*_groups(instance), *_resources(instance), *_funds(instance), *_rows(instance)]


def level_line(
    instance: Instance, name: str, factor: Decimal, begin: str | None = None, end: str | None = None
) -> Line:
    """Return the line that multiplies a level, from one date to before another (YYYY-MM; None: all of it).

    Raises
    ------
    InputError
        If there is no such level, or none between these dates.
    """
    known = {dial.name: dial for dial in dials(instance)}
    if name not in known:
        raise InputError.single("draft", "there is no such limit", did_you_mean(name, known), value=name)
    if factor < 0:
        raise InputError.single("draft", "a level is not negative", "choose 0 % or more", value=factor)
    if begin is not None and end is not None and begin >= end:
        raise InputError.single("draft", "the range of dates is empty", "choose a later end", value=f"{begin} to {end}")
    if (begin or end) and not known[name].dated:
        raise InputError.single("draft", "this limit has no dates", "leave the dates out", value=name)
    kind, _, rest = name.partition("/")
    if kind == "limit":
        changes = [_row_change(instance, int(rest), factor)]
    elif kind == "group" and not (begin or end):
        changes = [{"table": "availability", "where": _where(instance, rest + "/*"), "scale": {"amount": factor}}]
    else:
        changes = []
        for one in _members(instance, rest) if kind == "group" else [rest]:
            changes += _dated(instance, one, factor, begin, end)
        if kind == "fund":
            changes += _fund_changes(instance, rest, factor, begin, end)
    if not changes:
        raise InputError.single("draft", "no level lies between these dates", "choose other dates", value=name)
    return Line("/".join(("level", name, *((begin or "", end or "") if begin or end else ()))), {"change": changes})


def _groups(instance: Instance) -> Iterator[Dial]:
    dated = _dated_levels(instance)
    names = instance["resources"].texts("resource")
    prefixes = dict.fromkeys(name.partition("/")[0] for name in names if "/" in name)
    for prefix in prefixes:
        if len([name for name in _members(instance, prefix) if name in dated]) > 1:
            yield Dial(f"group/{prefix}", f"{prefix}: all of it", "", dated=True)


def _members(instance: Instance, prefix: str) -> list[str]:
    return [name for name in instance["resources"].texts("resource") if name.startswith(f"{prefix}/")]


def _resources(instance: Instance) -> Iterator[Dial]:
    table, dated = instance["resources"], _dated_levels(instance)
    for name, unit in zip(table.texts("resource"), table.texts("unit"), strict=True):
        if name in dated:
            yield Dial(f"resource/{name}", name, unit or "", dated=True, levels=dated[name])


def _funds(instance: Instance) -> Iterator[Dial]:
    table, dated = instance["funds"], _dated_levels(instance)
    money = instance.settings.money_unit
    for name, total, yearly in zip(table.texts("fund"), table.raw("total"), table.raw("per_year"), strict=True):
        if name in dated:
            yield Dial(f"fund/{name}", f"fund {name}", money, dated=True, levels=dated[name])
        elif total is not None or yearly is not None:
            level = total if isinstance(total, Decimal) else yearly
            levels = (("", level),) if isinstance(level, Decimal) else ()
            yield Dial(f"fund/{name}", f"fund {name}", money, dated=False, levels=levels)


def _rows(instance: Instance) -> Iterator[Dial]:
    for number, row in enumerate(instance["limits"].records()):
        level = row["max"] if row["max"] is not None else row["min"]
        if not isinstance(level, Decimal):
            continue
        where = " ".join(str(row[key]) for key in ("by", "group") if row[key] not in (None, "all"))
        share = " as a share" if row["basis"] == "share" else ""
        side = "at most" if row["max"] is not None else "at least"
        title = f"{row['metric']}{share}{f' of {where}' if where else ''}, {side}"
        yield Dial(f"limit/{number}", title, "", dated=False, levels=(("", level),))


def _dated_levels(instance: Instance) -> dict[str, tuple[tuple[str, Decimal], ...]]:
    """Return the finite levels of every name in ``availability`` by date."""
    table = instance["availability"]
    found: dict[str, list[tuple[str, Decimal]]] = {}
    rows = zip(table.texts("resource"), table.texts("from"), table.raw("amount"), strict=True)
    for name, month, amount in sorted(rows, key=lambda row: (row[0], row[1])):
        if isinstance(amount, Decimal):
            found.setdefault(name, []).append((month, amount))
    return {name: tuple(levels) for name, levels in found.items()}


def _dated(instance: Instance, name: str, factor: Decimal, begin: str | None, end: str | None) -> list[dict[str, Any]]:
    """Return the changes that move the levels of a resource: rows in the range, and new rows at its two ends."""
    table = instance["availability"]
    columns = zip(table.texts("resource"), table.texts("from"), table.raw("amount"), strict=True)
    rows = sorted(
        (instance.period_from(month), month, amount if isinstance(amount, Decimal) else None)
        for who, month, amount in columns
        if who == name
    )
    first = 0 if begin is None else instance.period_from(begin)
    last = instance.periods if end is None else instance.period_from(end)
    inside = [month for at, month, amount in rows if first <= at < last and amount is not None]
    changes: list[dict[str, Any]] = []
    before = [amount for at, _, amount in rows if at < first]
    held = before[-1] if before and begin is not None and not any(at == first for at, *_ in rows) else None
    if inside:
        where: dict[str, Any] = {"resource": exactly(name)}
        if len(inside) < len(rows):
            where["from"] = inside
        changes.append({"table": "availability", "where": where, "scale": {"amount": factor}})
    if held is not None:
        changes.append(_appended(name, begin or "", EXACT.multiply(held, factor)))
    if changes and end is not None and last < instance.periods and not any(at == last for at, *_ in rows):
        changes.append(_appended(name, end, [amount for at, _, amount in rows if at < last][-1]))
    return changes


def _appended(name: str, month: str, amount: Decimal | None) -> dict[str, Any]:
    row = {"resource": name, "from": month}
    return {"table": "availability", "append": [row if amount is None else {**row, "amount": amount}]}


def _where(instance: Instance, pattern: str) -> dict[str, Any]:
    """Return which rows of a group have a level: all that the pattern matches, less those without a limit."""
    table = instance["availability"]
    rows = zip(table.texts("resource"), table.texts("from"), table.raw("amount"), strict=True)
    prefix = pattern.removesuffix("*")
    blank = [name for name, _, amount in rows if name.startswith(prefix) and amount is None]
    if not blank:
        return {"resource": pattern}
    problem = f"{blank[0]} has dates without a limit, so that not all of {prefix} can be moved together"
    raise InputError.single("draft", problem, "move its resources one by one", value=pattern)


def _fund_changes(
    instance: Instance, name: str, factor: Decimal, begin: str | None, end: str | None
) -> list[dict[str, Any]]:
    table = instance["funds"]
    row = table.index[(name,)]
    columns = [key for key in ("total", "per_year") if table.raw(key)[row] is not None]
    if not columns or begin or end:
        return []
    return [{"table": "funds", "where": {"fund": exactly(name)}, "scale": dict.fromkeys(columns, factor)}]


def _row_change(instance: Instance, number: int, factor: Decimal) -> dict[str, Any]:
    rows = list(instance["limits"].records())
    row, others = rows[number], rows[:number] + rows[number + 1 :]
    where = {key: exactly(value) for key in _TELLING if (value := row.get(key)) not in (None, "")}
    side = "max" if row["max"] is not None else "min"
    if any(all(other[key] == value for key, value in where.items()) and other[side] != row[side] for other in others):
        where[side] = row[side]
    return {"table": "limits", "where": where, "scale": {side: factor}}


def exactly(value: Any) -> Any:
    """Return what `where` must say to match a text and no other."""
    return glob.escape(value) if isinstance(value, str) else value


def percent(factor: Decimal) -> str:
    """Return a factor as people say it.

    Examples
    --------
    >>> percent(Decimal("0.85"))
    '85 %'
    """
    return f"{number_text(EXACT.scaleb(factor, 2).normalize())} %"
