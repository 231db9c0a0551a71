"""Folders that other commands wrote and something damaged: told with their path and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import outlay
from outlay.optimizer.answer.documents import tables_digest
from outlay.optimizer.frontier.folder import load_frontier
from outlay.optimizer.stress.folder import load_stress


@pytest.mark.parametrize(
    ("load", "what", "command"),
    [(load_frontier, "frontier", "frontier"), (load_stress, "stress test", "stress")],
)
@pytest.mark.parametrize("rest", [{}, {"objectives": 3, "tables": {"draws": None}}])
def test_a_folder_with_parts_missing_or_of_another_kind_is_told(
    load: Callable[..., Any], what: str, command: str, rest: dict[str, Any], tmp_path: Path
) -> None:
    town = outlay.read("tutorial")
    head = {"digest": tables_digest(town), "constraint_set": "base"}
    (tmp_path / f"{command}.json").write_text(json.dumps(head | rest), encoding="utf-8")
    with pytest.raises(outlay.InputError, match=f"the {what} is damaged") as told:
        load(tmp_path, town)
    assert str(tmp_path) in str(told.value)
    assert f"run outlay {command} once more" in str(told.value)
