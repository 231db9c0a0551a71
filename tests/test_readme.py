"""The README's commands and examples, and the worked example of the tutorial, do what they say."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs_support import Reader, blocks_of
from tests.support.clocks import LONGEST_S

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


def _indented_blocks() -> list[str]:
    return [
        "\n".join(line[4:] for line in block.strip("\n").splitlines())
        for block in re.findall(r"(?:(?<=\n\n))((?:    [^\n]*\n)+)", README)
    ]


def _command_lines() -> list[str]:
    block = next(block for block in _indented_blocks() if block.startswith("outlay list"))
    return [re.split(r"\s{2,}", line)[0] for line in block.splitlines()]


def test_ci_runs_exactly_the_test_command_of_the_readme() -> None:
    command = next(block for block in _indented_blocks() if block.endswith("-m pytest"))
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_first_command_solves_the_flagship_with_pip_alone() -> None:
    command = next(block for block in _indented_blocks() if "solve us-japan-550" in block)
    assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert command.endswith(".venv/bin/outlay solve us-japan-550")


@pytest.mark.slow
def test_the_command_lines_work_in_their_order(tmp_path: Path) -> None:
    lines = _command_lines()
    assert len(lines) >= 10
    (tmp_path / "plan.csv").write_text("project,start\nschool,2026-01\nbridge,2027-01\n", encoding="utf-8")
    for line in lines:
        words = shlex.split(line)
        if words[1] == "open":
            _opened_and_ended(words, tmp_path)
            continue
        done = subprocess.run(
            [sys.executable, "-m", "outlay", *words[1:]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        assert done.stdout, line


def _opened_and_ended(words: list[str], folder: Path) -> None:
    """Serve a page until its address is told, then press Ctrl-C."""
    command = [sys.executable, "-m", "outlay", *words[1:], "--no-browser"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.wait(LONGEST_S) == 0


def test_the_python_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reader = Reader("README.md")
    blocks = list(blocks_of(README))
    assert [block.language for block in blocks] == ["python", "python"]
    for block in blocks:
        assert not block.not_run
        reader.follow(block)
    solution = reader.names["solution"]
    assert solution.verified
    assert solution.user_rows.holds.all()


def test_every_page_that_is_named_exists() -> None:
    named = set(re.findall(r"\((docs/[\w-]+\.md)\)", README))
    assert named == {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}


def test_it_fits_on_a_screen_and_a_half() -> None:
    assert len(README.splitlines()) <= 95


@pytest.mark.slow
def test_the_worked_example_has_the_numbers_that_are_told(tmp_path: Path) -> None:
    import outlay

    instance = outlay.read("tutorial")
    told = set(re.findall(r"\*\*(\d+\.\d)\*\*", TUTORIAL))
    assert told == {"18.0", "19.1"}
    best = outlay.solve(instance)
    assert best.objective == pytest.approx(19.1)
    assert set(best.projects[best.projects.funded].project) == {"school", "bridge", "solar"}
    assert outlay.solve(instance, constraint_set="library-first").objective == pytest.approx(18.0)


def test_ranking_by_value_per_dollar_loses_on_the_tutorial() -> None:
    import outlay

    projects = outlay.read("tutorial")["projects"]
    rows = sorted(
        zip(projects.texts("id"), projects.floats("value"), projects.floats("commitment"), strict=True),
        key=lambda row: -row[1] / row[2],
    )
    money, crew_years, total = 11.0, 2, 0.0
    chosen: set[str] = set()
    for name, value, cost in rows:
        needs_crew = name != "solar"
        if cost <= money and crew_years >= needs_crew and (name != "solar" or "school" in chosen):
            chosen.add(name)
            money, crew_years, total = money - cost, crew_years - needs_crew, total + value
    assert total == pytest.approx(18.0)
