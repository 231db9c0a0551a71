"""The rows of every constraint family, as text that was checked by hand; see `golden_cases`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from outlay.instances.instance import Instance
from outlay.models.build import build
from outlay.models.case import Case
from outlay.models.families.registry import FAMILIES, rows_of
from outlay.models.options.generation import generate_options
from outlay.optimizer.problem.compiling import compile_model
from tests.models.families.golden_cases import CASES, lender
from tests.support.documents import parsed, small_plan
from tests.support.generated import some_generated
from tests.support.lp_text import dropped_text, lp_text

GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("OUTLAY_UPDATE_GOLDEN") == "1"


def compare(name: str, text: str) -> None:
    file = GOLDEN / name
    if UPDATE:
        file.write_text(text, encoding="utf-8")
    assert file.exists(), f"{name} is missing: run with OUTLAY_UPDATE_GOLDEN=1, then check it by hand"
    assert text == file.read_text(encoding="utf-8")


def rules_of(instance: Instance, *, cancelling: bool) -> set[tuple[str, str]]:
    return {(block.family, block.name) for block in rows_of(Case(instance, cancelling))}


@pytest.mark.parametrize("name", CASES)
def test_the_rows_are_those_that_were_checked_by_hand(name: str) -> None:
    case = CASES[name]
    compare(f"{name}.lp", lp_text(build(parsed(case.document()), cancelling=case.cancelling), case.families))


def test_the_lender_drops_the_options_that_were_checked_by_hand() -> None:
    compare("lender.txt", dropped_text(Case(parsed(lender())).options))


def test_every_family_has_a_golden_text() -> None:
    covered = {family for case in CASES.values() for family in case.families}
    assert {family.name for family in FAMILIES} <= covered


def test_no_golden_text_is_left_over() -> None:
    assert {file.name for file in GOLDEN.iterdir()} == {*(f"{name}.lp" for name in CASES), "lender.txt", "so_far.lp"}


#: What the lender refuses without a saving and accepts with it is drawn too seldom; `test_saved.py` has it by hand.
RARE = {("lender", "lender_needs_saving")}


@pytest.mark.slow
def test_every_rule_has_a_golden_text() -> None:
    # The generator uses every feature of the schema, and so every rule, if it is given enough tries.
    covered = {
        rule for case in CASES.values() for rule in rules_of(parsed(case.document()), cancelling=case.cancelling)
    }
    used = {rule for instance in some_generated(160) for rule in rules_of(instance, cancelling=True)}
    assert used <= covered
    assert covered - used <= RARE


@pytest.mark.slow
def test_the_pyomo_model_says_what_the_rows_say() -> None:
    for instance in some_generated(8):
        assert_same_rows(build(instance))


def assert_same_rows(model: Any) -> None:
    compiled = compile_model(model)
    place = {id(variable): column for column, variable in enumerate(model.columns)}
    wide = np.zeros((compiled.problem.matrix.shape[0], len(model.columns)))
    for column, variable in enumerate(compiled.variables):
        if id(variable) in place:
            wide[:, place[id(variable)]] = compiled.problem.matrix[:, [column]].toarray()[:, 0]
    found = {
        (tuple(row), float(side))
        for row, low, high in zip(wide.tolist(), compiled.problem.row_lower, compiled.problem.row_upper, strict=True)
        for side in (low, high)
        if np.isfinite(side) and any(row)
    }
    told = {
        (tuple(row), float(side))
        for block in model.row_blocks
        for row, low, high in zip(block.matrix.toarray().tolist(), block.lower, block.upper, strict=True)
        for side in (low, high)
        if np.isfinite(side) and any(row)
    }
    # Rows of nothing, which make a model infeasible, have their golden text (`impossible`).
    assert found == told


@pytest.mark.slow
def test_a_family_that_is_off_adds_no_rows() -> None:
    instance = parsed(small_plan())
    for family in ("cap", "draws", "labour", "permits", "dependencies"):
        off = instance.replace(instance={**small_plan()["instance"], "applied": {"disable": [family]}})
        assert family in {block.family for block in rows_of(Case(instance))}
        assert family not in {block.family for block in rows_of(Case(off))}


def test_the_lender_switched_off_drops_nothing() -> None:
    made = lender()
    made["instance"]["applied"] = {"disable": ["lender"]}
    case = Case(parsed(made))
    assert case.lender is not None
    assert all(item.rule != "lender" for item in generate_options(case.alternatives, None, case.needs).dropped)
    assert all(item.rule != "lender" for item in case.options.dropped)
