"""The site: every block of code does what the page shows, and what a page names exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import outlay
from tests.docs_support import NOT_RUN, Block, Reader, blocks_of

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))
#: What takes a while to follow.
LONG = {
    "capital-plans.md",
    "constraint-sets.md",
    "frontier.md",
    "how-wrong.md",
    "next-year.md",
    "priority-lists.md",
    "python.md",
    "reading-an-answer.md",
    "scenarios.md",
    "search.md",
    "spreadsheets.md",
    "why-not.md",
}
FOLLOWED = [pytest.param(page, marks=[pytest.mark.slow] if page.name in LONG else [], id=page.name) for page in PAGES]


def name_of(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", FOLLOWED)
def test_every_block_does_what_the_page_shows(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reader = Reader(page.name)
    for block in blocks_of(page.read_text(encoding="utf-8")):
        reader.follow(block)


def test_a_block_that_is_wrong_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reader = Reader("a page")
    reader.follow(Block("python", "", "one = 1\n", 1))
    reader.follow(Block("python", "", ">>> one + one\n2\n", 1))
    reader.follow(Block("console", "", "$ outlay solve nowhere\noutlay: ...\n$ echo $?\n3\n", 1))
    reader.follow(Block("sh", "", "rm -r *\n", 1, not_run="for a reason"))
    for wrong in (
        Block("python", "", ">>> one\n2\n", 1),
        Block("python", "", "assert one == 2\n", 1),
        Block("console", "", "$ outlay solve nowhere\noutlay: ...\n", 1),
        Block("console", "", "$ outlay --version\nsomething else\n", 1),
        Block("sh", "", "outlay list\n", 1),
        Block("", "", "outlay list\n", 1),
    ):
        with pytest.raises(AssertionError):
            reader.follow(wrong)


def test_blocks_are_found_with_their_file_and_their_excuse() -> None:
    file = '```toml title="a/b.toml"\nx = 1\n```\n\n'
    text = file + "*Not run by the tests here: it takes the whole day.*\n\n```sh\nls\n```\n"
    assert list(blocks_of(text)) == [
        Block("toml", "a/b.toml", "x = 1\n", 1),
        Block("sh", "", "ls\n", 7, not_run="it takes the whole day."),
    ]
    with pytest.raises(AssertionError):
        list(blocks_of("* a list\n\n    ```python\n    hidden\n    ```\n"))


def test_the_api_page_shows_every_public_name() -> None:
    shown = re.findall(r"^::: outlay\.(\w+)$", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(shown) == sorted(outlay.__all__)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=name_of)
def test_prose_is_no_wider_than_code(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    prose = [line for line in text.splitlines() if not line.startswith(("|", "    ")) and not NOT_RUN.match(line)]
    assert [line for line in prose if len(line) > 120] == []


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=name_of)
def test_the_files_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|optimizer|models|instances|cli|docs|\.ci)/[\w./*-]+)`", text))
    missing = [name for name in sorted(named) if not list(ROOT.glob(name.rstrip("/")))]
    assert missing == []


def test_every_extra_that_is_named_exists() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    folders = ("optimizer", "models", "instances", "cli", "docs")
    files = [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".md", ".html"}
    ]
    for file in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *files]:
        named = re.findall(r"(?:outlay|['\" ]\.)\[(\w+)\]", file.read_text(encoding="utf-8"))
        assert set(named) <= set(extras), file
    assert "dev" in re.findall(r"'\.\[(\w+)\]'", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))


def test_the_site_has_every_page_in_its_menu() -> None:
    menu = re.findall(r"^  - [^:]+: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(menu) == [page.name for page in PAGES]
