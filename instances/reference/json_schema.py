"""The JSON Schema (draft 2020-12) of the JSON form of an instance, built from the data dictionary."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from outlay.instances.dictionary.sets import ConstraintSet
from outlay.instances.dictionary.settings import Settings
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.dictionary.vocabulary import OWN_PREFIX, Column, TableSpec
from outlay.instances.uncertainty.schema import Uncertainty

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFINITIONS = "#/$defs/{model}"

_NUMBER_TEXT = r"^\s*([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?)?\s*$"
_MONTH_TEXT = r"^\s*(\d{4}-(0[1-9]|1[0-2]))?\s*$"


def json_schema() -> dict[str, Any]:
    """Return a JSON Schema of the JSON form: ``{"instance": {...}, "projects": [{...}], ..., "sets": {...}}``.

    It covers what can be said of one cell at a time. An instance that it admits can still be wrong as a whole
    (duplicate ids, names that refer to nothing, columns of undeclared metrics); reading checks these too.

    Examples
    --------
    >>> json_schema()["required"]
    ['instance', 'projects']
    """
    definitions: dict[str, Any] = {}
    properties: dict[str, Any] = {"instance": _model_schema(Settings, definitions)}
    properties |= {name: _table_schema(spec) for name, spec in TABLES.items()}
    one_set = _model_schema(ConstraintSet, definitions)
    properties["sets"] = {"type": ["object", "null"], "additionalProperties": one_set}
    properties["uncertainty"] = {"anyOf": [_model_schema(Uncertainty, definitions), {"type": "null"}]}
    return {
        "$schema": DIALECT,
        "title": "outlay instance",
        "type": "object",
        "properties": properties,
        "required": ["instance", "projects"],
        "additionalProperties": False,
        "$defs": definitions,
    }


class _PlainNumbers(GenerateJsonSchema):
    """pydantic's schema with decimals as JSON numbers only: text in quotation marks is refused in settings."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        found: JsonSchemaValue = {"type": "number"}
        self.update_with_validations(found, {**schema}, self.ValidationsMapping.numeric)
        return {key: _plain(value) for key, value in found.items()}

    def encode_default(self, dft: Any) -> Any:
        """Return a default as JSON has it."""
        return _plain(dft) if isinstance(dft, Decimal | dict) else super().encode_default(dft)


def _plain(value: Any) -> Any:
    """Return a value with decimals as plain numbers, so that any JSON library can write the schema."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def _model_schema(model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    schema = model.model_json_schema(schema_generator=_PlainNumbers, ref_template=_DEFINITIONS)
    definitions.update(schema.pop("$defs", {}))
    definitions[model.__name__] = schema
    return {"$ref": _DEFINITIONS.format(model=model.__name__)}


def _table_schema(spec: TableSpec) -> dict[str, Any]:
    metric = {"type": ["number", "string", "null"], "pattern": _NUMBER_TEXT, "description": "A declared metric."}
    row = {
        "type": "object",
        "properties": {column.name: _column_schema(column) for column in spec.columns},
        "required": [column.name for column in spec.columns if column.required],
        "patternProperties": {f"^{OWN_PREFIX}": {"description": "A column of your own: kept, never read."}},
        "additionalProperties": metric if spec.metric_columns else False,
    }
    least = {"minItems": 1} if spec.name == "projects" else {}
    kinds: Any = "array" if least else ["array", "null"]
    return {"type": kinds, "description": spec.meaning, "items": row, **least}


def _column_schema(column: Column) -> dict[str, Any]:
    schema: dict[str, Any] = {"description": column.meaning, **_KINDS[column.kind]}
    if column.kind in {"number", "whole"}:
        if column.positive:
            schema["exclusiveMinimum"] = 0
        elif column.minimum is not None:
            schema["minimum"] = _plain(column.minimum)
        if column.maximum is not None:
            schema["maximum"] = _plain(column.maximum)
    if column.kind == "choice":
        schema["enum"] = [*column.choices, *([] if column.required else ["", None])]
    if column.default not in (None, ()):
        schema["default"] = _plain(column.default)
    if column.unit:
        schema["unit"] = column.unit
    if column.required and column.kind != "choice":
        schema["type"] = [kind for kind in schema["type"] if kind != "null"]
    if column.required and "string" in schema.get("type", ()):
        schema["minLength"] = 1
    return schema


_KINDS: dict[str, dict[str, Any]] = {
    "id": {"type": ["string", "number", "null"]},
    "text": {"type": ["string", "number", "null"]},
    "number": {"type": ["number", "string", "null"], "pattern": _NUMBER_TEXT},
    "whole": {"type": ["integer", "string", "null"], "pattern": _NUMBER_TEXT},
    "month": {"type": ["string", "null"], "pattern": _MONTH_TEXT},
    "flag": {"type": ["boolean", "string", "null"], "pattern": r"^\s*([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])?\s*$"},
    "choice": {},
    "list": {"type": ["array", "string", "number", "null"], "items": {"type": ["string", "number"]}},
}
