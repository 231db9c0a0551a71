"""Files of answers that were kept: what is no file is as good as no answer."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from outlay.optimizer.explain.folder import TODAY, ExplanationFolder


@pytest.mark.parametrize("kind", ["a pipe", "a device", "a folder"])
def test_an_answer_that_is_no_file_is_none_and_not_waited_for(tmp_path: Path, kind: str) -> None:
    home = ExplanationFolder.open(tmp_path / "out")
    nothing: Any = SimpleNamespace(key="key")
    for name in ("key.json", TODAY):
        path = home.answers.path / name
        {"a pipe": os.mkfifo, "a device": lambda path: path.symlink_to("/dev/zero"), "a folder": os.mkdir}[kind](path)
    assert home.answers.find(nothing, nothing) is None
    assert home.find_today("key", nothing) is None
