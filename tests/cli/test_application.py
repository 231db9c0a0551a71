"""The frame: help, version, usage, internal errors, closed pipes, and what is imported when."""

from __future__ import annotations

import doctest
import importlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from outlay.cli import failures
from outlay.cli.views import reasons, words
from outlay.instances.errors import Fault, InputError
from tests.cli.small import run, write_small
from tests.support.choosing import some
from tests.support.clocks import LONGEST_S

HEAVY = ("numpy", "pandas", "scipy", "pyomo", "highspy", "networkx", "pydantic", "rich", "simplejson", "tomli_w")


def python(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=folder, timeout=LONGEST_S
    )


def test_garbage_is_looked_for_only_once_the_work_begins():
    code = (
        "import gc, importlib, sys\nload = importlib.import_module\n"
        "def told(name, package=None):\n    print(name, gc.isenabled())\n    return load(name, package)\n"
        "import outlay.cli.run.show as command\n"
        "importlib.import_module = told\n"
        "command.run = lambda **_: print('work', gc.isenabled(), gc.get_freeze_count() > 0) or 0\n"
        "sys.argv = ['outlay', 'show', 'run.json']\nfrom outlay.__main__ import main\nmain()"
    )
    done = python("-c", code)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["outlay.cli False", "outlay.cli.run.show False", "work True True"]


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom outlay.cli import main\nmain(['--help'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = python("-c", code)
    assert done.stderr == ""
    assert done.returncode == 0
    assert "Exit codes:" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_a_saved_answer_is_shown_without_a_solver():
    done = python("-c", "import sys, outlay.cli.run.show, outlay.cli.run.verify\nprint(*sys.modules, sep='\\n')")
    loaded = set(done.stdout.split())
    engine = ("outlay.optimizer.session", "outlay.optimizer.search", "outlay.optimizer.engine.levels")
    assert "outlay.optimizer.verify.report" in loaded
    assert not loaded & {"pyomo", "networkx", "highspy", "scipy.stats", *engine}


def test_a_saved_run_is_shown_without_what_reads_folders_of_runs():
    done = python("-c", "import sys, outlay.cli.run.show\nprint(*sys.modules, sep='\\n')")
    several = {"outlay.optimizer.ensemble.record", "outlay.optimizer.ranking.record"}
    assert "outlay.optimizer.record.run_file" in done.stdout.split()
    assert not several & set(done.stdout.split())


@pytest.mark.slow
def test_a_solver_process_loads_no_more_of_numpy_than_it_uses():
    code = (
        "import sys, outlay.optimizer.solver.worker\nimport numpy\n"
        "print([name for name in ('numpy.f2py', 'pandas', 'pyomo', 'scipy.optimize') if name in sys.modules])\n"
        "print(numpy.f2py.__name__, numpy.testing.assert_equal.__name__)"
    )
    assert python("-c", code).stdout.splitlines() == ["[]", "numpy.f2py assert_equal"]


@pytest.mark.parametrize("command", ["list", "new", "check", "solve", "show", "verify", "schema"])
def test_every_command_has_help(command):
    for flag in ("-h", "--help"):
        result = run(command, flag)
        assert result.exit_code == 0
        assert "--json" in result.stdout


@pytest.mark.slow
def test_the_module_can_be_run():
    done = python("-m", "outlay", "--version")
    assert done.returncode == 0
    assert done.stdout.startswith("outlay ")


def test_a_wrong_command_line_exits_with_2():
    for arguments in (["solve"], ["nonsense"], ["solve", "x", "--gap", "2"], ["solve", "x", "--time-limit", "nan"]):
        result = run(*arguments)
        assert result.exit_code == 2
        assert result.stdout == ""
    with_json = run("solve", "x", "--threads", "0", "--json")
    assert with_json.exit_code == 2
    assert "threads" in json.loads(with_json.stdout)["error"]


@pytest.mark.parametrize("text", ["us_npv", "=1", "a=x", "a=1,a=2", "a=inf"])
def test_a_wrong_objective_is_a_usage_error(text):
    result = run("solve", "tutorial", "--objective", text)
    assert result.exit_code == 2
    assert "metric=weight" in result.stderr


def test_an_internal_error_is_told_without_its_trace(monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a \x1b[31mbug")

    monkeypatch.setattr(importlib.import_module("outlay.cli.run.starting.list"), "read", broken)
    result = run("list")
    assert result.exit_code == 1
    assert "internal error: RuntimeError: a \\x1b[31mbug" in result.stderr
    assert "Traceback" not in result.stderr
    assert "Traceback" in run("list", "--debug").stderr
    monkeypatch.setenv("OUTLAY_DEBUG", "1")
    assert "Traceback" in run("list").stderr
    assert "RuntimeError" in json.loads(run("list", "--json").stdout)["error"]


def test_that_there_is_not_enough_memory_is_told_in_words(monkeypatch):
    def too_much(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(importlib.import_module("outlay.cli.run.starting.list"), "read", too_much)
    result = run("list")
    assert result.exit_code == 1
    assert "the system refused: there is not enough memory to go on; end other programs" in result.stderr
    assert "MemoryError" not in result.stderr


def test_ctrl_c_outside_the_solver_ends_cleanly(monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib.import_module("outlay.cli.run.starting.list"), "read", interrupted)
    result = run("list")
    assert result.exit_code == 130
    assert "interrupted" in result.stderr
    assert "Traceback" not in result.output


def test_faults_that_are_alike_are_told_as_one(monkeypatch):
    faults = [Fault("projects.csv", row, "value", "x\ny", "this is not a number", "write one") for row in range(250)]
    faults += [Fault("limits.csv", 2, f"c{row}", "x", "this is unknown", "delete it") for row in range(30)]

    def wrong(*_: object, **__: object) -> None:
        raise InputError(faults)

    monkeypatch.setattr(importlib.import_module("outlay.cli.run.starting.list"), "read", wrong)
    result = run("list")
    assert result.exit_code == 3
    lines = result.stderr.splitlines()
    assert len(lines) == failures.MOST_GROUPS + 2
    first = r"projects.csv, column value: 250 cells: this is not a number, first in row 0: 'x\ny'; write one"
    assert lines[0] == f"outlay: {first}"
    assert lines[-2:] == ["outlay: ... and 11 more", "outlay: 280 faults in all; each of them: outlay check ... --all"]
    document = json.loads(run("list", "--json").stdout)
    assert len(document["faults"]) == 280
    assert (document["groups"][0]["count"], document["groups"][0]["value"]) == (250, "x\ny")
    assert document["faults"][3]["row"] == 3
    assert "280 faults" in document["error"]


def test_faults_that_no_check_knows_of_are_all_told_as_json(monkeypatch):
    def wrong(*_: object, **__: object) -> None:
        raise InputError([Fault("stress", None, "now", f"P{row}", "there is no such project", "") for row in range(4)])

    monkeypatch.setattr(importlib.import_module("outlay.cli.run.starting.list"), "read", wrong)
    result = run("list")
    assert result.stderr.splitlines()[-1] == "outlay: 4 faults in all; each of them: --json"
    assert len(json.loads(run("list", "--json").stdout)["faults"]) == 4


@pytest.mark.slow
def test_a_closed_pipe_is_no_error():
    command = [sys.executable, "-c", "import sys; sys.stdin.read(1); from outlay.cli import main; main(['list'])"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    child.stdin.write("x")
    child.stdin.close()
    told = child.stderr.read()
    child.stderr.close()
    assert child.wait(timeout=LONGEST_S) == 0
    assert told == ""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [["list"], ["--help"], ["list", "--json"]])
def test_a_full_disk_is_told_in_a_line(arguments):
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "outlay", *arguments]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=LONGEST_S)
    assert done.returncode == 3
    assert done.stderr.startswith("outlay: standard output: it cannot be written")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    ("arguments", "code"), [(["check", "nowhere"], 3), *some([(["list"], 0), (["no such"], 2)], 0)]
)
def test_an_exit_code_stands_where_nobody_can_be_told(arguments, code):
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "outlay", *arguments]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=full, check=False, timeout=LONGEST_S)
    assert done.returncode == code


@pytest.mark.slow
def test_output_fits_an_encoding_without_our_signs():
    code = "import sys; sys.stdout.reconfigure(encoding='ascii'); from outlay.cli import main; main(['list'])"
    done = python("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()


@pytest.mark.parametrize("module", [words, reasons])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.slow
def test_shares_and_times_are_written_as_people_write_them(tmp_path: Path) -> None:
    folder = write_small(tmp_path)
    assert run("solve", folder, "--gap", "1%", "--time-limit", "1m").exit_code == 0
    assert run("solve", folder, "--time-limit", "inf").exit_code == 0
    assert "is no share; write 0.01 or 1%" in run("solve", folder, "--gap", "one%").output
    assert "is no time; write 90, 90s, 1.5m or 2h" in run("solve", folder, "--time-limit", "xm").output
    assert run("solve", folder, "--gap", "200%").exit_code == 2


def test_help_is_a_command_too() -> None:
    assert "COMMAND [ARGS]" in run("help").output
    assert "--time-limit" in run("help", "solve").output
    assert run("help", "slove").exit_code == 2


@pytest.mark.slow
def test_python_without_docstrings_is_refused_in_words():
    done = python("-OO", "-m", "outlay", "list")
    assert (done.returncode, done.stdout) == (3, "")
    assert "unset PYTHONOPTIMIZE" in done.stderr


def test_an_interrupt_while_the_command_line_is_loaded_ends_it_without_a_trace(tmp_path):
    (tmp_path / "click.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # a shell's background ignores it
    code = f"{heard}\nimport sys; sys.path.insert(0, {str(tmp_path)!r})\nfrom outlay.__main__ import main\nmain()"
    done = python("-c", code)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")
