"""Blocks of code in Markdown: found, and run as a reader would, in their order and in one folder."""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from outlay.cli.commands.root import main

#: What stands before a block that is not run; the reason follows.
NOT_RUN = re.compile(r"^\*Not run by the tests here: (?P<reason>.{20,})\*$")
FENCE = re.compile(r"^```(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?[ \t]*$")
CHECKER = doctest.OutputChecker()
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that it is (or ""), its text and line, and why it is not run (or "")."""

    language: str
    title: str
    text: str
    line: int
    not_run: str = ""


def blocks_of(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    lines = text.splitlines()
    place = 0
    while place < len(lines):
        opened = FENCE.match(lines[place])
        assert opened or not lines[place].lstrip().startswith("```"), f"line {place + 1}: {lines[place]}"
        if opened:
            end = lines.index("```", place + 1)
            before = NOT_RUN.match(next((line for line in reversed(lines[:place]) if line.strip()), ""))
            body = "".join(f"{line}\n" for line in lines[place + 1 : end])
            yield Block(opened["language"], opened["title"] or "", body, place + 1, before["reason"] if before else "")
            place = end
        place += 1


@dataclass
class Reader:
    """Somebody who follows a page in the current folder."""

    page: str
    names: dict[str, object] = field(default_factory=lambda: {"__name__": "__main__"})
    last_exit_code: int = 0

    def follow(self, block: Block) -> None:
        """Do what a block says, and compare what comes with what it shows."""
        if block.not_run:
            return
        if block.title:
            path = Path(block.title)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            self._console(block)
        elif block.language == "python" and block.text.startswith(">>> "):
            self._session(block)
        elif block.language == "python":
            exec(compile("\n" * block.line + block.text, self.page, "exec"), self.names)
        else:
            raise AssertionError(f"{self.page} line {block.line}: a block of {block.language!r} that nothing runs")

    def _console(self, block: Block) -> None:
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            got = self._run(command)
            where = f"{self.page} line {block.line}: $ {command}"
            assert CHECKER.check_output(shown, got, FLAGS), f"{where}\nshown:\n{shown}\ngot:\n{got}"
            assert self.last_exit_code == 0 or "echo $?" in block.text, f"{where}: ends with {self.last_exit_code}"

    def _run(self, command: str) -> str:
        """Return what a command prints; progress, on standard error, only where it failed."""
        if command == "echo $?":
            return f"{self.last_exit_code}\n"
        words = shlex.split(command)
        assert words[0] == "outlay", command
        done = CliRunner().invoke(main, words[1:], prog_name="outlay")
        self.last_exit_code = done.exit_code
        return done.stdout or done.stderr

    def _session(self, block: Block) -> None:
        test = doctest.DocTestParser().get_doctest(block.text, self.names, self.page, self.page, block.line)
        said: list[str] = []
        runner = doctest.DocTestRunner(CHECKER, verbose=False, optionflags=FLAGS)
        runner.run(test, out=said.append, clear_globs=False)
        self.names.update(test.globs)
        assert runner.failures == 0, "".join(said)
