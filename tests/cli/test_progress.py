"""Progress on standard error: what the tables hold never acts on the terminal."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from outlay.cli.terminal.progress import Progress


def test_names_in_progress_do_not_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress("preparing")
    tell: Any = progress.telling(lambda state: f"{state.name} ...")
    tell(SimpleNamespace(name="a\x1b[2Jb", note="c\u202ed"))
    assert "a\\x1b[2Jb" in progress._text()
    assert capsys.readouterr().err == "outlay: c\\u202ed\n"
