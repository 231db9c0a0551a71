"""A plan's document is read only where every field has the type that is written; no other type is taken for it."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from outlay.instances.plan import AMOUNTS, Choice, Plan

PLAN = Plan(
    choices=(Choice("A", "base", False, 0, 1, 1.0), Choice("B", "small", True, 1, 2, 0.5)),
    purchases={("train", 3): 2.5},
    flows={("line", 0): 1.0},
    imports={("copper", 1): 2.0},
    payments={("bank", "A"): 5.0},
    shortfalls={("crew", 2): 0.5},
)
DOCUMENT: dict[str, Any] = PLAN.to_document()

#: Values of every type that JSON, Decimals and numpy have; a field takes those named beside it and no other.
VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "numpy true": np.True_,
    "text": "A",
    "the text 1": "1",
    "one": 1,
    "one as a float": 1.0,
    "half": 0.5,
    "not a number": float("nan"),
    "infinity": float("-inf"),
    "too large": 10**400,
    "decimal": Decimal(1),
    "numpy whole": np.int64(1),
    "list": [],
    "object": {},
}
TEXT, TRUTH, WHOLE = ("text", "the text 1"), ("true",), ("one",)
NUMBER = ("one", "one as a float", "half")
CHOICE_FIELDS = {
    "project": TEXT,
    "alternative": TEXT,
    "fast_track": TRUTH,
    "selection": WHOLE,
    "start": WHOLE,
    "scale": NUMBER,
}
ENTRY_FIELDS = {name: (TEXT, TEXT if name == "payments" else WHOLE, NUMBER) for name in AMOUNTS}


def test_every_field_is_tried() -> None:
    assert set(CHOICE_FIELDS) == set(Choice._fields)
    assert all(DOCUMENT[name] for name in AMOUNTS)
    assert Plan.from_document(json.loads(json.dumps(DOCUMENT))) == PLAN


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("field", CHOICE_FIELDS)
def test_a_field_of_a_choice_takes_its_own_type_alone(field: str, value: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["choices"][0][field] = VALUES[value]
    read_or_refused(document, value in CHOICE_FIELDS[field], named=(field, "choice 1"))


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("name", AMOUNTS)
def test_keys_and_amounts_take_their_own_type_alone(name: str, place: int, value: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    document[name][0][place] = VALUES[value]
    read_or_refused(document, value in ENTRY_FIELDS[name][place], named=(f"{name}, entry 1",))


@pytest.mark.parametrize("value", [value for value in VALUES if value != "list"])
@pytest.mark.parametrize("name", ["choices", *AMOUNTS])
def test_what_should_be_a_list_is_one(name: str, value: str) -> None:
    read_or_refused({**DOCUMENT, name: VALUES[value]}, False, named=(name,))
    read_or_refused({**DOCUMENT, name: [VALUES[value]]}, False, named=("choice 1" if name == "choices" else name,))


@pytest.mark.parametrize("name", ["choices", *AMOUNTS])
def test_a_plan_that_lacks_something_is_refused(name: str) -> None:
    read_or_refused({key: part for key, part in DOCUMENT.items() if key != name}, False, named=(name,))


@pytest.mark.parametrize("field", Choice._fields)
def test_a_choice_that_lacks_something_is_refused(field: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    del document["choices"][1][field]
    read_or_refused(document, False, named=(field, "choice 2"))


def test_what_is_unknown_or_stands_twice_is_refused() -> None:
    read_or_refused({**DOCUMENT, "loans": []}, False, named=("loans",))
    document = copy.deepcopy(DOCUMENT)
    document["choices"][0]["colour"] = "red"
    read_or_refused(document, False, named=("colour", "choice 1"))
    entry = ["train", 3, 2.5]
    read_or_refused({**DOCUMENT, "purchases": [entry, entry]}, False, named=("purchases, entry 2", "twice"))
    read_or_refused({**DOCUMENT, "purchases": [entry[:2]]}, False, named=("purchases, entry 1",))


@pytest.mark.parametrize("value", VALUES)
def test_what_is_no_document_is_refused(value: str) -> None:
    read_or_refused(VALUES[value], False, named=("the plan",))


def read_or_refused(document: Any, right: bool, *, named: tuple[str, ...]) -> None:
    """Read a right document; else expect an error that names what is wrong."""
    if right:
        Plan.from_document(document)
        return
    with pytest.raises((TypeError, ValueError)) as caught:
        Plan.from_document(document)
    for text in named:
        assert text in str(caught.value)
