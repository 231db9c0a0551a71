"""``outlay open`` as a process: its address, its end, and what it refuses before anything is opened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import psutil
import pytest

import outlay
from outlay.cli.run.open import _check_place
from outlay.cli.web.server import bound_socket
from tests.cli.small import run as run_command
from tests.support.documents import hard_knapsack, parsed

PATIENCE_S = 300.0


def run(*words: str) -> tuple[int, str]:
    done = run_command("open", *words, "--no-browser")
    return done.exit_code, done.output


def test_what_cannot_be_opened_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").touch()
    (tmp_path / "file").touch()
    sock = bound_socket(0)
    for words, text in (
        (["nowhere"], "there is no such instance"),
        (["other"], "instance.toml"),
        (["tutorial", "--folder", "other"], "no session"),
        (["tutorial", "--folder", "file"], "cannot be written"),
        (["tutorial", "--port", str(sock.getsockname()[1])], "the port cannot be used"),
    ):
        code, output = run(*words)
        assert (code, text in output) == (3, True), output
    sock.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "other"]


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        _check_place(tmp_path / "new")  # root may write anywhere; /proc takes nothing from anybody
        with pytest.raises(outlay.InputError, match="cannot be written"):
            _check_place(Path("/proc/session"))
        return
    tmp_path.chmod(0o500)
    with pytest.raises(outlay.InputError, match="cannot be written"):
        _check_place(tmp_path / "new")


@pytest.mark.slow
@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.nightly),
        pytest.param(signal.SIGTERM, marks=pytest.mark.nightly),
        signal.SIGKILL,
    ],
)
def test_its_end_is_that_of_its_solver(tmp_path: Path, how: signal.Signals) -> None:
    outlay.write(parsed(hard_knapsack()), tmp_path / "long")
    command = [sys.executable, "-m", "outlay", "open", "long", "--no-browser", "--json"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        text = ""
        while "}" not in text:
            text += process.stdout.readline()
        address = json.loads(text)["address"]
        assert address.startswith("http://127.0.0.1:")
        child = solver_of(process)
        listening = {
            place.laddr.ip for place in psutil.Process(process.pid).net_connections() if place.status == "LISTEN"
        }
        assert listening == {"127.0.0.1"}
        assert httpx2.get(address).status_code == 200
        process.send_signal(how)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert "Traceback" not in out + err
        if how == signal.SIGINT:
            assert process.returncode == 0
        child.wait(PATIENCE_S)
        assert not child.is_running()
    finally:
        process.kill()
    # What was kept can be opened again.
    assert json.loads((tmp_path / "long-session" / "comparison.json").read_text("utf-8"))["finished"] is False


def solver_of(process: subprocess.Popen[str]) -> psutil.Process:
    """Return the solver process, once there is one."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        for child in psutil.Process(process.pid).children(recursive=True):
            if any("solver.worker" in word for word in child.cmdline()):
                return child
        time.sleep(0.1)
    raise AssertionError("no solver was started")
