"""The reference page is complete, and the JSON Schema admits what is read and refuses what is plainly wrong."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import simplejson
from hypothesis import given

from outlay.instances.dictionary.names import FAMILIES, METRIC_MEANINGS
from outlay.instances.dictionary.sets import Change, ConstraintSet
from outlay.instances.dictionary.settings import Applied, Calendar, Finance, Level, Metric, Settings
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.formats.bundled import bundled_names
from outlay.instances.formats.reading import read
from outlay.instances.formats.writing import document_text, to_document
from outlay.instances.reference.json_schema import json_schema
from outlay.instances.reference.page import markdown
from outlay.instances.reference.words import FAMILY_MEANINGS
from tests.instances.strategies import documents
from tests.instances.support import parsed, small
from tests.support.examples import examples

SCHEMA = json_schema()


def test_the_page_holds_every_table_and_column_with_its_meaning() -> None:
    page = markdown()
    for name, spec in TABLES.items():
        section = page.split(f"## `{name}.csv`")[1].split("\n## ")[0]
        assert spec.meaning in section
        for column in spec.columns:
            (line,) = [line for line in section.splitlines() if line.startswith(f"| `{column.name}` |")]
            assert column.meaning in line
            assert column.unit in line
            assert ("required" in line) >= column.required


@pytest.mark.parametrize(
    ("before", "model"),
    [
        ("", Settings),
        ("calendar.", Calendar),
        ("finance.", Finance),
        ("metrics.NAME.", Metric),
        ("objective[n].", Level),
        ("applied.", Applied),
        ("NAME.", ConstraintSet),
        ("NAME.change[n].", Change),
    ],
)
def test_the_page_holds_every_key_with_its_meaning(before: str, model: Any) -> None:
    page = markdown()
    for name, field in model.model_fields.items():
        assert field.description
        assert re.search(rf"\| `{re.escape(before + name)}` \|.*{re.escape(field.description)} \|", page)


def test_the_page_holds_every_metric_and_family() -> None:
    page = markdown()
    assert set(FAMILY_MEANINGS) == set(FAMILIES)
    for name in (*METRIC_MEANINGS, *FAMILIES, "supply"):
        assert f"| `{name}` |" in page


def test_the_tables_of_the_page_are_whole() -> None:
    width = None
    for line in markdown().splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else None
        assert width is None or cells in (None, width)
        width = cells


def test_every_column_has_a_meaning_and_every_number_a_unit() -> None:
    for spec in TABLES.values():
        assert spec.meaning.endswith(".")
        assert spec.columns[-1].name == "note"
        for column in spec.columns:
            assert column.meaning.endswith((".", ";", ")")), column
            assert (column.kind not in {"number", "whole"}) or column.unit or column.name == "strength"
            assert (column.kind == "choice") == bool(column.choices)
            assert column.refers_to is None or column.refers_to in TABLES


# -- the schema --------------------------------------------------------------------------------------------------

_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": (int, float),
    "integer": int,
}


def _is_type(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def problems(schema: Any, value: Any, place: str = "$") -> Iterator[str]:
    """Yield what a JSON Schema of the keywords that ours uses finds wrong with a value."""
    if schema is True:
        return
    schema = dict(schema)
    if "$ref" in schema:
        yield from problems(SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]], value, place)
    kinds = schema.get("type", [])
    if kinds and not any(_is_type(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f"{place}: {value!r} is not {kinds}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is not one of {schema['enum']}"
    for keyword in ("anyOf", "oneOf"):
        found = [list(problems(part, value, place)) for part in schema.get(keyword, [])]
        if found and all(found):
            yield from found[0]
    yield from _problems_of_parts(schema, value, place)
    yield from _problems_of_size(schema, value, place)


def _problems_of_parts(schema: dict[str, Any], value: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{place}: {name} is missing"
        known = schema.get("properties", {})
        for name, item in value.items():
            by_pattern = [part for text, part in schema.get("patternProperties", {}).items() if re.match(text, name)]
            part = known.get(name, by_pattern[0] if by_pattern else schema.get("additionalProperties", True))
            if part is False:
                yield f"{place}.{name}: unknown"
            else:
                yield from problems(part, item, f"{place}.{name}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from problems(schema.get("items", True), item, f"{place}[{number}]")


def _problems_of_size(schema: dict[str, Any], value: Any, place: str) -> Iterator[str]:
    if isinstance(value, str):
        if not re.search(schema.get("pattern", ""), value) or len(value) < schema.get("minLength", 0):
            yield f"{place}: {value!r} does not match"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if value < schema.get("minimum", value) or value > schema.get("maximum", value):
            yield f"{place}: {value} is out of bounds"
        if value <= schema.get("exclusiveMinimum", value - 1):
            yield f"{place}: {value} is not greater"
    elif isinstance(value, list | dict) and len(value) < schema.get("minItems", schema.get("minProperties", 0)):
        yield f"{place}: too short"


USED = {
    "$schema", "$defs", "$ref", "title", "type", "properties", "required", "additionalProperties", "description",
    "items", "patternProperties",
    "anyOf", "oneOf", "enum", "pattern", "minimum", "maximum", "exclusiveMinimum", "minItems", "minLength",
    "minProperties", "default", "unit",
}  # fmt: skip


def _keywords(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema
        for key, part in schema.items():
            if key in {"properties", "$defs", "patternProperties"}:
                for item in part.values():
                    yield from _keywords(item)
            elif key not in {"default", "enum"}:
                yield from _keywords(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _keywords(part)


def test_the_schema_is_plain_json_of_known_keywords() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {key for key in _keywords(SCHEMA) if not isinstance(key, bool)} <= USED


def test_the_schema_names_every_table_and_column() -> None:
    assert list(SCHEMA["properties"]) == ["instance", *TABLES, "sets", "uncertainty"]
    for name, spec in TABLES.items():
        assert list(SCHEMA["properties"][name]["items"]["properties"]) == [column.name for column in spec.columns]


@pytest.mark.parametrize("name", bundled_names())
def test_the_schema_admits_the_bundled_instances(name: str) -> None:
    assert list(problems(SCHEMA, simplejson.loads(document_text(to_document(read(name)))))) == []


def test_the_schema_admits_the_small_document_as_given_and_as_written() -> None:
    assert list(problems(SCHEMA, small())) == []
    assert list(problems(SCHEMA, simplejson.loads(document_text(to_document(parsed(small())))))) == []


@pytest.mark.slow
@examples(120)
@given(documents())
def test_the_schema_admits_whatever_is_read(document: dict[str, Any]) -> None:
    written = document_text(to_document(parsed(document)))
    assert list(problems(SCHEMA, json.loads(written))) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["instance", "name"], ""),
        (["instance", "calendar", "periods"], 0),
        (["instance", "calendar", "start"], "2026-13"),
        (["instance", "calendar", "finish_inside"], "yes"),
        (["instance", "finance", "waterfall"], "x"),
        (["instance", "finance", "japan_share_before"], 0),
        (["instance", "objective", "value"], "1"),
        (["instance", "colour"], "red"),
        (["projects"], []),
        (["projects", 0, "id"], None),
        (["projects", 0, "commitment"], -1),
        (["projects", 0, "commitment"], "lots"),
        (["projects", 0, "life_years"], 1.5),
        (["projects", 0, "status"], "maybe"),
        (["projects", 0, "earliest_start"], "soon"),
        (["projects", 0, "tags"], [True]),
        (["programs", 0, "counts_against_cap"], 1),
        (["links", 0, "colour"], "red"),
        (["links"], {}),
        (["sets", "tight", "change", 0, "scale", "amount"], "x"),
        (["sets", "tight", "disable"], ["labor"]),
        (["sets", "tight", "extends"], 3),
        (["colour"], []),
    ],
)
def test_the_schema_refuses_what_is_plainly_wrong(path: list[Any], value: Any) -> None:
    document: Any = copy.deepcopy(small())
    part = document
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    assert list(problems(SCHEMA, document))
