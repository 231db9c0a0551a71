"""What pydantic finds wrong with ``instance.toml`` and ``sets.toml``, told as faults."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from outlay.instances.errors import Fault, InputError
from outlay.instances.values.numbers import parse_number
from outlay.instances.values.text import as_text, did_you_mean, text_problem

#: Tags of unions start so; they are no part of a place.
TAG = "tag:"
_DEEPEST = 30

_REMEDIES = {
    "missing": ("this is missing", "add it"),
    "string_type": ("this is not text", "write text in quotation marks"),
    "bool_type": ("this is neither true nor false", "write true or false, without quotation marks"),
    "dict_type": ("this is not a table", "write names with their values"),
    "model_type": ("this is not a table", "write names with their values"),
    "tuple_type": ("this is not a list", "write [..., ...]"),
    "too_short": ("this is empty", "write at least one"),
    "string_too_short": ("this is empty", "write text"),
}


def model_faults(error: ValidationError, model: type[BaseModel], where: str, *before: str) -> list[Fault]:
    """Return the faults of a document that a pydantic model refused.

    Parameters
    ----------
    model
        The model, from which unknown keys get their hints.
    where, before
        The file, and the keys that lead to the document in it.
    """
    items = error.errors(include_url=False)
    within = {item["loc"][:-1] for item in items}
    # Where the parts of a list are wrong, none of them is left, and pydantic calls the list too short as well.
    return [
        _model_fault(item, model, where, before)
        for item in items
        if item["type"] != "too_short" or not any(loc[: len(item["loc"])] == item["loc"] for loc in within)
    ]


def _model_fault(item: Mapping[str, Any], model: type[BaseModel], where: str, before: tuple[str, ...]) -> Fault:
    parts = [part for part in item["loc"] if not str(part).startswith(TAG)]
    place, given = place_text([*before, *parts]) or None, item.get("input")
    kind = item["type"]
    if kind == "extra_forbidden":
        hint = did_you_mean(str(parts[-1]), _keys_beside(model, item["loc"]))
        return Fault(where, None, place, None, "this key is unknown", hint)
    value = None if isinstance(given, Mapping | list | tuple) or kind == "missing" else as_text(given)
    if kind == "literal_error":
        allowed = str(item["ctx"]["expected"])
        return Fault(where, None, place, value, "this word is not allowed here", f"write {allowed}")
    message = str(item["msg"]).removeprefix("Value error, ")
    problem, remedy = _REMEDIES.get(kind, (message[:1].lower() + message[1:], "correct it"))
    problem, _, own_remedy = problem.partition("; ")
    return Fault(where, None, place, value, problem.replace("input should", "this should"), own_remedy or remedy)


def place_text(parts: Iterable[str | int]) -> str:
    """Return a place in a document as people write it; list items count from 1.

    Examples
    --------
    >>> place_text(["tight", "change", 0, "where"])
    'tight.change[1].where'
    """
    text = ""
    for part in parts:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _keys_beside(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand where an unknown one does."""
    annotation: Any = model
    for part in loc[:-1]:
        fields = [found.model_fields[str(part)] for found in _models_in(annotation) if str(part) in found.model_fields]
        if fields:
            annotation = fields[0].annotation
    return keys_within(annotation)


def keys_within(annotation: Any) -> list[str]:
    """Return the keys that data of a type may have."""
    return [name for found in _models_in(annotation) for name in found.model_fields]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in typing.get_args(annotation) for model in _models_in(argument)]


def standing_at(annotation: Any, path: Sequence[str]) -> list[Any]:
    """Return what may stand at a path within data of a type, as types; nothing where no such key is known.

    Parameters
    ----------
    annotation
        A model, or the type of one of its fields.
    path
        Keys that lead there. A key of the user's own, of a dictionary, may be several of them: it may hold dots.
    """
    if not path:
        return [annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        known = annotation.model_fields.get(path[0])
        return [] if known is None else standing_at(known.annotation, path[1:])
    within = typing.get_args(annotation)
    if typing.get_origin(annotation) is dict:
        return [found for end in range(1, len(path) + 1) for found in standing_at(within[1], path[end:])]
    return [found for argument in within for found in standing_at(argument, path)]


def may_be(annotation: Any, *kinds: type) -> bool:
    """Return whether data of a type may be one of some kinds by itself; a list of such is none."""
    if typing.get_origin(annotation) in {dict, list, tuple}:
        return False
    return any(annotation is kind for kind in kinds) or any(
        may_be(argument, *kinds) for argument in typing.get_args(annotation)
    )


def plain_data(value: Any, where: str, found: list[Fault]) -> Any:
    """Return data from TOML, JSON or Python with exact numbers and lists; add what an instance cannot hold to `found`.

    Floats become the decimals that were written. Dates of TOML, numbers that are not finite or too long, broken text
    and lists in lists without end are faults; None stands for them.
    """
    try:
        return _plain(value, where, (), found)
    except InputError as error:
        found.extend(error.faults)
        return None


def _plain(value: Any, where: str, place: tuple[str | int, ...], found: list[Fault]) -> Any:
    if len(place) > _DEEPEST:
        raise InputError.single(where, "this is nested too deeply", "flatten it", column=place_text(place[:5]))
    if isinstance(value, Mapping):
        texts = {as_text(key): item for key, item in value.items()}
        for key in texts:
            problem = text_problem(key)
            if problem is not None:
                found.append(Fault(where, None, place_text((*place, key)), None, f"{problem} (a name)", "rename it"))
        return {
            key: _plain(item, where, (*place, key), found) for key, item in texts.items() if text_problem(key) is None
        }
    if isinstance(value, list | tuple):
        return [_plain(item, where, (*place, number), found) for number, item in enumerate(value)]
    try:
        return _plain_scalar(value)
    except ValueError as problem:
        found.append(Fault(where, None, place_text(place), as_text(value), str(problem), "correct it"))
        return None


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        problem = text_problem(value)
        if problem is not None:
            raise ValueError(problem)
        return value
    if isinstance(value, int | float | Decimal):
        number = parse_number(value)
        return int(number) if isinstance(value, int) else number
    raise ValueError("this is not text, a number, true or false (a date is written as text, in quotation marks)")
