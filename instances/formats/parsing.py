"""From raw tables to a validated `Instance`, with every fault on the way collected.

Readers (`outlay.instances.formats.reading`) bring raw tables; this module knows no file formats.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from outlay.instances.checks.registry import check_instance
from outlay.instances.checks.scope import Scope, doubtful_rows
from outlay.instances.dictionary.model_faults import model_faults, plain_data
from outlay.instances.dictionary.sets import parse_sets
from outlay.instances.dictionary.settings import Settings
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.raw_tables import RawTable, parse_table, raw_table, unread_tables
from outlay.instances.instance import Instance
from outlay.instances.table import Table
from outlay.instances.uncertainty.parsing import parse_uncertainty
from outlay.instances.values.text import Hints, as_text

DOCUMENT_KEYS = ("instance", *TABLES, "sets", "uncertainty")

#: Stand for settings that could not be read; every date lies in the calendar.
_STAND_INS: Mapping[str, Any] = {
    "name": "unnamed",
    "calendar": {"start": "0000-01", "periods": 5000, "months_per_period": 12},
}


def parse_document(document: Mapping[str, Any], *, source: str) -> Instance:
    """Return the instance of a document ``{"instance": {...}, "projects": [{...}], ..., "sets": {...}}``.

    Parameters
    ----------
    document
        Plain dictionaries, lists, texts and numbers, as JSON holds them.
    source
        What to call it in error messages.

    Raises
    ------
    InputError
        With every fault found.

    Examples
    --------
    >>> instance = parse_document({
    ...     "instance": {"name": "two", "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}},
    ...     "projects": [{"id": "A", "value": 3, "commitment": 2}, {"id": "B", "value": 2, "commitment": 1}],
    ... }, source="example")
    >>> instance["projects"].raw("id")
    ('A', 'B')
    """
    if not isinstance(document, Mapping):
        raise InputError.single(source, "this is not an instance", "write one object with the key `instance`")
    if str(document.get("format", "")).startswith("outlay run"):
        remedy = f"outlay show {source} shows it; its instance stands under the key `instance`"
        raise InputError.single(source, "this is a run file, not an instance", remedy)
    hint = Hints(DOCUMENT_KEYS)
    faults = [
        Fault(source, None, None, as_text(key), "this table is unknown", hint(as_text(key)))
        for key in document
        if key not in DOCUMENT_KEYS
    ]
    tables: dict[str, RawTable] = {}
    unread = []
    for name in TABLES:
        if document.get(name) is not None:
            try:
                tables[name] = raw_table(name, document[name])
            except InputError as error:
                unread.append(name)
                faults.extend(error.faults)
    return parse_instance(
        document.get("instance"),
        tables,
        document.get("sets"),
        document.get("uncertainty"),
        source=source,
        faults=faults,
        unread=unread,
    )


def parse_instance(
    settings: Any,
    tables: Mapping[str, RawTable],
    sets: Any,
    uncertainty: Any = None,
    *,
    source: str,
    faults: Sequence[Fault] = (),
    unread: Collection[str] = (),
    toml_name: str = "instance",
) -> Instance:
    """Return the validated instance of raw parts, or raise with every fault of all of them.

    Parameters
    ----------
    settings, tables, sets, uncertainty
        The parts as they were found; None for an absent one that is no table.
    faults, unread
        What the reader found wrong, and the parts (tables, ``instance``, ``sets``, ``uncertainty``) that it could not
        read at all.
    source, toml_name
        What to call the whole and the settings in error messages.

    Raises
    ------
    InputError
        With every fault found, those passed in included.
    """
    found = list(faults)
    broken = {*unread, *unread_tables(tables)}
    parsed = _parse_settings(settings, found, broken, toml_name)
    metrics = None if "metrics" in broken else {name: metric.unit for name, metric in parsed.metrics.items()}
    known = {name: _with_calendar(raw, parsed, broken) for name, raw in tables.items()}
    typed = {name: parse_table(TABLES[name], raw, metrics, found, ignored=parsed.ignore) for name, raw in known.items()}
    if "projects" not in broken and not len(typed.get("projects", ())):
        found.append(
            Fault(
                source,
                None,
                None,
                None,
                "the table projects is missing or has no rows",
                "write a row for each project: id, commitment, value, ...",
            )
        )
    before = len(found)
    named = parse_sets(sets, found)
    whole = "sets" not in broken and len(found) == before
    instance = Instance(parsed, typed, named, parse_uncertainty(uncertainty, named if whole else None, found))
    sources = {name: raw.source for name, raw in tables.items()}
    found.extend(check_instance(Scope(instance, sources, toml_name, frozenset(broken), doubtful_rows(found))))
    if found:
        raise InputError(dict.fromkeys(found))
    return instance


def _with_calendar(raw: RawTable, settings: Settings, broken: Collection[str]) -> RawTable:
    """Return a table whose cells may name the years of the calendar, where that is known."""
    if raw.spelling is None or "calendar" in broken:
        return raw
    calendar = settings.calendar
    fiscal = getattr(calendar, "fiscal_year_start", None)
    return replace(raw, spelling=raw.spelling.with_calendar(calendar.start, calendar.months_per_period, fiscal))


def parse_changed(instance: Instance, settings: Any, tables: Mapping[str, RawTable], *, words: str) -> Instance:
    """Return the validated instance with its settings and some tables changed; the others are kept as they are.

    Parameters
    ----------
    words
        What to add to the names of tables in error messages, such as `` with set tight``.

    Raises
    ------
    InputError
        With every fault found.
    """
    found: list[Fault] = []
    broken: set[str] = unread_tables(tables)
    parsed = _parse_settings(settings, found, broken, f"instance{words}")
    metrics = None if "metrics" in broken else {name: metric.unit for name, metric in parsed.metrics.items()}
    typed: dict[str, Table] = {}
    for name, table in instance.tables.items():
        if name in tables:
            typed[name] = parse_table(table.spec, tables[name], metrics, found, ignored=parsed.ignore)
        else:
            typed[name] = replace(table, metrics=metrics) if metrics and table.spec.metric_columns else table
    changed = Instance(parsed, typed, instance.sets, instance.uncertainty)
    sources = {name: name + words for name in TABLES}
    scope = Scope(changed, sources, f"instance{words}", frozenset(broken), doubtful_rows(found))
    found.extend(check_instance(scope))
    if not len(typed["projects"]):
        found.append(Fault(f"projects{words}", None, None, None, "no row is left", "keep one"))
    if found:
        raise InputError(dict.fromkeys(found))
    return changed


def _parse_settings(given: Any, found: list[Fault], broken: set[str], where: str) -> Settings:
    """Return the settings; where they are wrong, what can be read of them, with the keys that cannot in `broken`."""
    before = len(found)
    plain = plain_data(given, where, found) if isinstance(given, Mapping) else None
    if not isinstance(plain, dict):
        if len(found) == before and "instance" not in broken:
            found.append(Fault(where, None, None, None, "the settings are missing", "add name and [calendar]"))
        broken.update(Settings.model_fields)
        return Settings.model_validate(_STAND_INS)
    places = {fault.column for fault in found[before:]}
    try:
        parsed = Settings.model_validate(plain)
    except ValidationError as error:
        faults = model_faults(error, Settings, where)
        found.extend(fault for fault in faults if fault.column not in places)
    else:
        if len(found) == before:
            return parsed
    broken.update(re.split(r"[.\[]", str(fault.column))[0] for fault in found[before:])
    kept = {key: value for key, value in plain.items() if key in Settings.model_fields and key not in broken}
    return Settings.model_validate({**_STAND_INS, **kept})
