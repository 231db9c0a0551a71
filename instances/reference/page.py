"""The reference page of an instance (and, from its own module, the JSON Schema), rendered from the data dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from outlay.instances.dictionary.approved import CHANGE_METRICS
from outlay.instances.dictionary.names import (
    FAMILY_GROUPS,
    IN_USE_MEANING,
    IN_USE_PREFIX,
    METRIC_MEANINGS,
    SPENDING,
    SPENDING_MEANING,
)
from outlay.instances.dictionary.sets import Change, ConstraintSet
from outlay.instances.dictionary.settings import Applied, Calendar, Finance, Level, Metric, Settings
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.dictionary.vocabulary import Column, TableSpec
from outlay.instances.errors import InputError
from outlay.instances.reference.json_schema import json_schema
from outlay.instances.reference.uncertain import UNCERTAINTY_PAGE
from outlay.instances.reference.words import CONVENTIONS, CORE_RULES, FAMILY_MEANINGS, INTRODUCTION, SETS_PAGE
from outlay.instances.table import cell_text
from outlay.instances.uncertainty.schema import Correlation, DrawnChange, Factor, Scenario
from outlay.instances.values.text import did_you_mean

__all__ = ["json_schema", "markdown"]

#: The parts of ``instance.toml``: how their keys begin, and the model that describes them.
_SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("", Settings),
    ("calendar.", Calendar),
    ("finance.", Finance),
    ("metrics.NAME.", Metric),
    ("objective[n].", Level),
    ("applied.", Applied),
)
#: The parts of ``uncertainty.toml``.
_UNCERTAIN: tuple[tuple[str, str, type[BaseModel]], ...] = (
    ("A factor", "factors.NAME.", Factor),
    ("What a factor changes", "factors.NAME.change[n].", DrawnChange),
    ("A correlation", "correlations[n].", Correlation),
    ("A scenario", "scenarios.NAME.", Scenario),
)
_KINDS = {
    "id": "id",
    "text": "text",
    "number": "number",
    "whole": "whole number",
    "month": "month",
    "flag": "true or false",
    "list": "names, ;",
}


def markdown() -> str:
    """Return the reference page of an instance's files, as Markdown: every table, column and key with its meaning.

    Examples
    --------
    >>> markdown().splitlines()[0]
    '# Reference: what an instance holds'
    """
    return "\n".join(
        [
            INTRODUCTION,
            CONVENTIONS,
            *_settings_page(),
            *(line for spec in TABLES.values() for line in _table_page(spec)),
            *_metrics_page(),
            *_families_page(),
            CORE_RULES,
            SETS_PAGE,
            "### A constraint set",
            "",
            *_model_rows("NAME.", ConstraintSet),
            "",
            "### A change",
            "",
            *_model_rows("NAME.change[n].", Change),
            "",
            *_uncertainty_page(),
        ]
    )


def markdown_of(name: str) -> str:
    """Return the part of the reference page about one table, ``instance``, ``sets`` or ``uncertainty``.

    Raises
    ------
    InputError
        If there is no such table.
    """
    if name in TABLES:
        lines = list(_table_page(TABLES[name]))
    elif name == "instance":
        lines = list(_settings_page())
    elif name == "sets":
        lines = [SETS_PAGE, *_model_rows("NAME.", ConstraintSet), "", *_model_rows("NAME.change[n].", Change)]
    elif name == "uncertainty":
        lines = list(_uncertainty_page())
    else:
        known = ["instance", *TABLES, "sets", "uncertainty"]
        raise InputError.single("schema", "there is no such table", did_you_mean(name, known), value=name)
    return "\n".join(lines).strip() + "\n"


def _uncertainty_page() -> Iterator[str]:
    yield UNCERTAINTY_PAGE
    for title, before, model in _UNCERTAIN:
        yield from (f"### {title}", "", *_model_rows(before, model), "")


def _settings_page() -> Iterator[str]:
    yield from ("## `instance.toml`", "")
    for before, model in _SECTIONS:
        title = before.rstrip(".").removesuffix("[n]")
        if title:
            yield from (f"### `[{title}]`" if "[n]" not in before else f"### `[[{title}]]`", "")
            yield from (f"{(model.__doc__ or '').splitlines()[0]}", "")
        yield from _model_rows(before, model)
        yield ""


def _model_rows(before: str, model: type[BaseModel]) -> Iterator[str]:
    rows = []
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
        rows.append(
            (f"`{before}{name}`", _field_kind(field, unit), unit, _field_default(field), field.description or "")
        )
    yield from _grid(("key", "kind", "unit", "default", "meaning"), rows)


def _field_kind(field: FieldInfo, unit: str) -> str:
    return "month" if unit == "YYYY-MM" else " or ".join(dict.fromkeys(_annotation_kinds(field.annotation)))


def _annotation_kinds(annotation: Any) -> Iterator[str]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _annotation_kinds(arguments[0])
    elif origin in {Union, UnionType}:
        yield from (kind for argument in arguments for kind in _annotation_kinds(argument))
    elif origin is Literal:
        yield ", ".join(map(str, arguments))
    elif annotation is not NoneType:
        words = {Decimal: "number", int: "whole number", bool: "true or false", str: "text", tuple: "list"}
        yield words.get(origin or annotation, "table")


def _field_default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.default
    if default is None or isinstance(default, str | tuple | dict | BaseModel):
        return str(default) if default and isinstance(default, str) else ""
    return cell_text(default)


def _table_page(spec: TableSpec) -> Iterator[str]:
    yield from (f"## `{spec.name}.csv`", "", spec.meaning, "")
    yield from (f"Key: {', '.join(f'`{name}`' for name in spec.key) or 'none'}.", "")
    rows = [
        (f"`{column.name}`", _kind(column), column.unit, _default(column), column.meaning) for column in spec.columns
    ]
    if spec.metric_columns:
        rows.append(("*metric*", "number", "the metric's", "0", "A column named after each metric of [metrics]."))
    yield from _grid(("column", "kind", "unit", "default", "meaning"), rows)
    yield ""


def _kind(column: Column) -> str:
    if column.kind == "choice":
        return ", ".join(column.choices)
    kind = _KINDS[column.kind]
    if column.kind in {"number", "whole"}:
        bounds = ["> 0" if column.positive else "" if column.minimum is None else f">= {column.minimum}"]
        bounds.append("" if column.maximum is None else f"<= {column.maximum}")
        kind = ", ".join([kind, *(bound for bound in bounds if bound)])
    return f"{kind} of `{column.refers_to}`" if column.refers_to else kind


def _default(column: Column) -> str:
    return "required" if column.required else cell_text(column.default)


def _metrics_page() -> Iterator[str]:
    yield from ("## Metrics", "", "What is counted, weighed and limited; all linear. Every one is reported.", "")
    rows = [(f"`{name}`", meaning) for name, meaning in {**METRIC_MEANINGS, **CHANGE_METRICS}.items()]
    rows.append((f"`{SPENDING}`", SPENDING_MEANING))
    rows.append(
        (
            "`use:RESOURCE`",
            "Use of a resource and its descendants by funded projects inside the calendar, reviews and what the engine "
            "fills included; without links and programs.",
        )
    )
    rows.append((f"`{IN_USE_PREFIX}RESOURCE`", IN_USE_MEANING))
    rows.append(
        ("those of `[metrics]`", "Their column in `projects` and `alternatives`; scaled unless declared otherwise.")
    )
    rows.append(
        ("those of `cashflows`", "The discounted rows of that metric; added to a declared metric of that name.")
    )
    yield from _grid(("metric", "meaning"), rows)
    yield ""


def _families_page() -> Iterator[str]:
    yield from (
        "## Constraint families",
        "",
        "What a set can disable. `choice` (one option a project) is never off.",
        "",
    )
    rows = [(f"`{name}`", meaning) for name, meaning in FAMILY_MEANINGS.items()]
    rows += [(f"`{name}`", "Stands for " + " + ".join(names) + ".") for name, names in FAMILY_GROUPS.items()]
    yield from _grid(("family", "rows"), rows)
    yield ""


def _grid(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (header, ("---",) * len(header), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
