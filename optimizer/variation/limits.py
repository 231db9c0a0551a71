"""The limits of a model under the names that a person would call them, and how a moved one is written as a set.

A limit is a resource (``draws``), a fund (``JBIC``) or a row of ``limits`` (``limits/commitment/sector/energy/max``),
each as a whole. A resource and a fund with dated levels also stand for one row each, ``labour/electrical/PJM@2029H2``,
``draws@2031``. To move a limit by x is to add x times its own level to each of its finite levels, or x units to each; a
least amount is moved downwards. What its rows limit beside it follows: the shortfall of a soft row is at most its
tolerance times the moved level.

To move a limit on a share is the same: the share itself is moved, from 60 % to 66 % by a tenth; to stretch a greatest
share is to move it towards the whole, and a least one towards 0. Where the whole could be negative a wider share would
be a stricter one, so it is not stretched.

What decides which options exist (permits, dates, terms of loans, the lender's test) is no limit.
"""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from outlay.instances.dictionary.names import never_negative
from outlay.instances.errors import InputError
from outlay.instances.table import Table
from outlay.instances.values.numbers import EXACT, number_text
from outlay.instances.values.text import did_you_mean
from outlay.models.families.limits import GROWTH, share_rows
from outlay.models.families.resources import ROW_NAMES, resource_rows
from outlay.optimizer.variation.limit import Limit, Place, is_pattern, joint_limit

#: Columns that decide which options exist, by table.
PARAMETERS = {
    "projects": frozenset({"earliest_start", "latest_start", "review_remaining_months", "cash_yield", "commitment"}),
    "permits": frozenset({"review_months", "fast_track_factor", "fast_track_slots"}),
    "terms": frozenset({"rate", "tenor_years", "min_dscr", "recover_within_years", "min_japan_content_share"}),
    "instance": frozenset({"last_selection", "max_wait_months", "selection_to_funding_months"}),
}
#: Columns that tell the rows of ``limits`` apart.
_TELLING = ("metric", "of", "by", "group", "basis", "every")
#: Columns that tell rows apart which are alike in these.
_BOUNDS = ("min", "max", "max_growth_share", "max_growth")


class Limits:
    """The limits of a model by name."""

    def __init__(self, model: Any) -> None:
        self.case, self.instance = model.case, model.case.instance
        self._blocks = {block.name: block for block in model.row_blocks}
        self.all: dict[str, Limit] = {}
        for limit in [*self._resources(), *self._funds(), *self._rows()]:
            self.all[limit.name] = limit

    @property
    def whole(self) -> list[Limit]:
        """The whole limits, in the order of the registry of families."""
        return [limit for limit in self.all.values() if limit.whole is None]

    def __getitem__(self, name: str) -> Limit:
        """Return a limit by name; one row of it is written ``NAME@PERIOD``, several limits ``NAME/*``.

        Raises
        ------
        InputError
            If there is none.
        """
        found = self.all.get(name) or self._row(name)
        if found is not None:
            return found
        if is_pattern(name):
            return joint_limit(name, self.all.values())
        raise self._unknown(name)

    def movable(self, name: str, *, units: bool = False) -> Limit:
        """Return a limit that can be moved.

        Raises
        ------
        InputError
            If there is none, or it cannot be moved.
        """
        limit = self[name]
        if limit.fixed:
            raise InputError.single("limits", limit.fixed, "write a constraint set", column="limit", value=name)
        if limit.by_units and not units:
            problem = "all its levels are 0, of which no share is anything"
            raise InputError.single("limits", problem, "move it by units", column="limit", value=name)
        if units and len({part.unit for part in limit.each}) > 1:
            problem = "what it stands for has several units"
            raise InputError.single("limits", problem, "move it by a share: 10%", column="limit", value=name)
        return limit

    def _unknown(self, name: str) -> InputError:
        whole, _, at = name.rpartition("@")
        if at and whole in self.all:
            rows = [self._label(place.key[1]) for place in self.all[whole].places if self.all[whole].resource]
            problem = f"{whole} has no row under this date"
            remedy = f"one of {', '.join(rows[:12])}" if rows else "name it as a whole"
            return InputError.single("limits", problem, remedy, column="limit", value=name)
        if name in self.instance["permits"].texts("permit"):
            remedy = "change review_months, fast_track_slots or agency of the permit in a constraint set"
            return InputError.single(
                "limits", "a permit decides which options exist, and is no limit", remedy, value=name
            )
        if name in self.instance["terms"].texts("terms"):
            remedy = "change rate, tenor_years, min_dscr or another column of terms in a constraint set"
            return InputError.single(
                "limits", "terms of loans decide which options exist, and are no limit", remedy, value=name
            )
        if name in self.instance["projects"].texts("id"):
            return InputError.single("limits", "this is a project, not a limit", "force it in or out", value=name)
        for table, columns in PARAMETERS.items():
            if name in columns:
                problem = "this decides which options exist, and is no limit"
                remedy = f"change the column `{name}` of {table} in a constraint set"
                return InputError.single("limits", problem, remedy, column="limit", value=name)
        return InputError.single(
            "limits", "there is no such limit", did_you_mean(name, self.all), column="limit", value=name
        )

    # -- resources -----------------------------------------------------------------------------------------------

    def _resources(self) -> Iterator[Limit]:
        table = self.instance["resources"]
        for name, unit in zip(table.texts("resource"), table.texts("unit"), strict=True):
            family = self.instance.family_of(name)
            if not self.instance.is_on(family):
                continue
            rule = resource_rows(self.case, name)
            first = self.first_period(name)
            block = ROW_NAMES.get(family, f"{family}_available")
            places = tuple(
                Place(block, (name, period), level, period >= first)
                for period, level in zip(rule.periods.tolist(), rule.limits.tolist(), strict=True)
            )
            fixed = "" if places else f"{name} has no finite level"
            if places and not any(place.moves for place in places):
                fixed = f"{name} is 0 until its first row of availability, which sets no limit: an earlier row decides"
            yield Limit(
                name, name, unit or "", family, places, self._availability(name), fixed=fixed, resource=name
            )  # fmt: skip

    def first_period(self, name: str) -> int:
        """Return the period from which a resource has a level of its own; units are added from there on."""
        periods = [period for period, *_ in self._dated(name)]
        return min(periods, default=0)

    def _dated(self, name: str) -> list[tuple[int, str, Decimal | None]]:
        """Return (period, month, amount) of the rows of availability of a name, by date."""
        table = self.instance["availability"]
        rows = zip(table.texts("resource"), table.texts("from"), table.raw("amount"), strict=True)
        return sorted((self.instance.period_from(month), month, amount) for who, month, amount in rows if who == name)

    def _availability(self, name: str) -> Callable[[Decimal, bool], list[dict[str, Any]]]:
        def write(by: Decimal, units: bool) -> list[dict[str, Any]]:
            dated = self._dated(name)
            if not dated:
                return [_appended(name, self.instance.settings.calendar.start, by)]
            finite = [month for _, month, amount in dated if amount is not None]
            where: dict[str, Any] = {"resource": exactly(name)}
            if len(finite) < len(dated):
                where["from"] = finite
            return [{"table": "availability", "where": where, **_moved(["amount"], by, units=units)}]

        return write

    def _row(self, name: str) -> Limit | None:
        """Return one row of a resource, or of a fund with dated levels."""
        whole, _, label = name.rpartition("@")
        limit = self.all.get(whole)
        if limit is None or (limit.fixed and limit.resource is None):
            return None
        for place in limit.places:
            if isinstance(place.key, tuple) and label in self._labels(place):
                return self._one_row(limit, place)
        return None

    def _one_row(self, limit: Limit, place: Place) -> Limit:
        period = int(place.key[1])
        name = f"{limit.name}@{self._label(period)}"
        title = f"{limit.title} in {self._label(period)}"
        write = self._one_level(limit.name, period)
        return Limit(
            name, title, limit.unit, limit.family, (Place(place.block, place.key, place.level),), write,
            whole=limit.name, resource=limit.resource, period=period,
        )  # fmt: skip

    def _label(self, period: int) -> str:
        return self.instance.period_label(period)

    def _labels(self, place: Place) -> set[str]:
        if place.block in ("fund_total_kept", "fund_yearly_limit_kept", "metric_within_limit"):
            return set()
        name, period = place.key
        first = self.instance.month_of(period)
        labels = {self._label(period), first}
        if place.block != "fund_ceiling_kept" and self.case.basis(name) == "per_year" and first.endswith("-01"):
            labels.add(first[:4])
        return labels

    def _one_level(self, name: str, period: int) -> Callable[[Decimal, bool], list[dict[str, Any]]]:
        def write(by: Decimal, units: bool) -> list[dict[str, Any]]:
            dated = self._dated(name)
            here = [month for at, month, _ in dated if at == period]
            old = _level_at(dated, period)
            changes = []
            if here:
                where = {"resource": exactly(name), "from": here[-1]}
                changes.append({"table": "availability", "where": where, **_moved(["amount"], by, units=units)})
            else:
                level = old if old is not None else Decimal(0)
                new = EXACT.add(level, by if units else EXACT.multiply(level, by))
                changes.append(_appended(name, self.instance.month_of(period), new))
            after = period + 1
            if after < self.instance.periods and not any(at == after for at, *_ in dated):
                changes.append(_appended(name, self.instance.month_of(after), old))
            return changes

        return write

    # -- funds and limits ----------------------------------------------------------------------------------------

    def _funds(self) -> Iterator[Limit]:
        if not self.case.funds_on:
            return
        table, size = self.instance["funds"], self.instance.periods_per_year or 1
        totals, yearly = table.floats("total"), table.floats("per_year")
        money = self.instance.settings.money_unit
        for row, name in enumerate(table.texts("fund")):
            places = [] if np.isnan(totals[row]) else [Place("fund_total_kept", name, float(totals[row]))]
            if not np.isnan(yearly[row]):
                years = range(0, self.instance.periods, size)
                places += [Place("fund_yearly_limit_kept", (name, year), float(yearly[row])) for year in years]
            level, first = self.case.levels.get(name, np.zeros(0)), self.first_period(name)
            places += [
                Place("fund_ceiling_kept", (name, period), float(level[period]), period >= first)
                for period in np.nonzero(~np.isnan(level))[0].tolist()
            ]
            columns = [at for at, cells in (("total", totals), ("per_year", yearly)) if not np.isnan(cells[row])]
            write = self._fund(name, columns, dated=bool(len(level)))
            fixed = "" if places else f"{name} has no finite level"
            yield Limit(name, f"fund {name}", money, "funds", tuple(places), write, fixed=fixed)

    def _fund(self, name: str, columns: list[str], *, dated: bool) -> Callable[[Decimal, bool], list[dict[str, Any]]]:
        def write(by: Decimal, units: bool) -> list[dict[str, Any]]:
            changes = self._availability(name)(by, units) if dated else []
            if columns:
                where = {"fund": exactly(name)}
                changes.append({"table": "funds", "where": where, **_moved(columns, by, units=units)})
            return changes

        return write

    def _rows(self) -> Iterator[Limit]:
        if not self.instance.is_on("limits"):
            return
        table = self.instance["limits"]
        keys = self._keys_of_rows()
        taken: dict[str, int] = {}
        for number, record in enumerate(table.records()):
            grows = "max_growth" if record["max_growth_share"] is None else "max_growth_share"
            for side in ("min", "max", "max_growth" if record["max_growth"] is not None else grows):
                if record[side] is not None:
                    name = _row_name(record, side)
                    taken[name] = taken.get(name, 0) + 1
                    name += f"#{taken[name]}" if taken[name] > 1 else ""
                    growth = side.startswith("max_growth")
                    own = [key for key in keys.get(number, []) if (key[-1] == GROWTH) is growth]
                    yield self._limit_row(table, number, name, side, own)

    def _keys_of_rows(self) -> dict[int, list[Any]]:
        """Return the keys of the rows of each row of ``limits``."""
        block = self._blocks.get("metric_within_limit")
        keys: dict[int, list[Any]] = {}
        for key in () if block is None else block.keys:
            keys.setdefault(key[0], []).append(key)
        return keys

    def _may_be_negative(self, keys: Sequence[Any]) -> bool:
        """Whether some decision adds less than nothing to what rows of ``limits`` hold."""
        block = self._blocks.get("metric_within_limit")
        rows = [] if block is None else [number for number, key in enumerate(block.keys) if key in keys]
        return block is not None and bool((block.matrix[rows].data < 0).any())

    def _limit_row(self, table: Table, number: int, name: str, side: str, keys: Sequence[Any]) -> Limit:
        record: dict[str, Any] = dict(list(table.records())[number])
        level, share = float(record[side]), record["basis"] == "share" and side in ("min", "max")
        places = tuple(Place("metric_within_limit", key, level) for key in keys)
        if share:
            rows = share_rows(self.case, number, side).items()
            places = tuple(Place("metric_within_limit", key, level, share=row) for key, row in rows)
        others = [other for at, other in enumerate(table.records()) if at != number]
        alike = any(all(other[column] == record[column] for column in _TELLING) for other in others)
        where = {
            column: "" if record[column] is None else _plain(record[column])
            for column in (*_TELLING, *(_BOUNDS if alike else ()))
        }
        bounds = side in ("min", "max") and not share and not never_negative(str(record["metric"]))
        signed = bounds and (level < 0 or self._may_be_negative(keys))
        fixed = ""
        if side == "max_growth_share":
            fixed = (
                "it is growth as a share: the column `max_growth_share` of limits decides, or give max_growth beside it"
            )
        elif not places:
            fixed = "nothing that it limits can be in a plan"
        elif any(place.share is not None and (place.share.whole[1] < 0).any() for place in places):
            fixed = f"{record['of'] or record['metric']} may be negative, so that a wider share of it can be stricter"
            fixed += f": the column `{side}` of limits decides"
        elif side == "min" and not level and not signed:
            fixed = f"it is a least {'share' if share else 'amount'} of 0, and cannot give way further"

        def write(by: Decimal, units: bool) -> list[dict[str, Any]]:
            outwards = -by if side == "min" else by
            if level < 0 and not units:
                outwards = -outwards  # a scale of 0.9 moves what is negative upwards
            return [{"table": "limits", "where": where, **_moved([side], outwards, units=units)}]

        told = {
            "min": "at least",
            "max": "at most",
            "max_growth": "grows by at most",
            "max_growth_share": "share of growth",
        }
        words = f"{told[side]} {number_text(record[side])} {record['metric']}"
        words += f" as a share of {record['of'] or 'its total'}" if share else ""
        words += "" if record["by"] == "all" else f" of {record['by']} {record['group'] or 'each'}"
        return Limit(
            name, words, "of the whole" if share else "", "limits", places, write, least=side == "min", fixed=fixed,
            greatest=1.0 if share and not record["of"] and side == "max" else np.inf, signed=signed,
        )  # fmt: skip


def exactly(text: str) -> str:
    """Return a text as a pattern that nothing else matches."""
    return glob.escape(text) if any(sign in text for sign in "*?[") else text


def _row_name(record: Any, side: str) -> str:
    parts = ["limits", record["metric"], record["of"] or ("share" if record["basis"] == "share" else "")]
    if record["by"] != "all":
        parts += [record["by"], record["group"] or ""]
    if record["every"] != "total":
        parts.append(record["every"])
    return "/".join([str(part) for part in parts if part] + [side])


def _plain(value: Any) -> Any:
    return exactly(value) if isinstance(value, str) else value


def _moved(columns: list[str], by: Decimal, *, units: bool) -> dict[str, Any]:
    if units:
        return {"add": dict.fromkeys(columns, by)}
    return {"scale": dict.fromkeys(columns, EXACT.add(Decimal(1), by))}


def _appended(name: str, month: str, amount: Decimal | None) -> dict[str, Any]:
    row: dict[str, Any] = {"resource": name, "from": month}
    return {"table": "availability", "append": [row if amount is None else row | {"amount": amount}]}


def _level_at(dated: list[tuple[int, str, Decimal | None]], period: int) -> Decimal | None:
    """Return the level of a period: 0 before the first row, None where there is no limit."""
    level: Decimal | None = Decimal(0)
    for at, _, amount in dated:
        if at <= period:
            level = amount
    return level
