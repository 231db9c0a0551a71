"""What `tests/conftest.py` holds every test to, tried on files of one test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: A dozen fresh interpreters.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
BUSY = "import os\n    until = sum(os.times()[:2]) + 0.2\n    while sum(os.times()[:2]) < until: pass"
ABSENT = "import pytest\n    pytest.importorskip('nowhere_to_be_found')"


def outcome(folder: Path, body: str, *, marker: str = "", ci: bool = False, most_cpu_s: float = 3.0) -> str:
    """Return what a run of one test tells."""
    head = f"import pytest\nimport tests.conftest\ntests.conftest.MOST_CPU_S = {most_cpu_s}\n"
    (folder / "test_one.py").write_text(f"{head}{marker}\ndef test_one():\n    {body}\n", encoding="utf-8")
    options = ["-q", "-c", os.devnull, "--rootdir", folder, "-p", "tests.conftest", "-n0"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *map(str, options), "test_one.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CI": str(ci).lower(), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize("body", [ABSENT, "pytest.skip('not here')"])
def test_what_is_skipped_fails_in_ci_alone(body: str, tmp_path: Path) -> None:
    assert "1 skipped" in outcome(tmp_path, body)
    told = outcome(tmp_path, body, ci=True)
    assert "1 failed" in told
    assert "no test may be skipped in CI" in told


def test_a_whole_file_that_is_skipped_fails_in_ci(tmp_path: Path) -> None:
    everything = "pytest.skip('not here', allow_module_level=True)"
    assert "1 skipped" in outcome(tmp_path, "pass", marker=everything)
    assert "no test may be skipped in CI" in outcome(tmp_path, "pass", marker=everything, ci=True)


def test_what_is_expected_to_fail_is_no_skip(tmp_path: Path) -> None:
    assert "1 xfailed" in outcome(tmp_path, "assert False", marker="@pytest.mark.xfail", ci=True)


def test_a_test_that_takes_long_must_say_that_it_is_slow(tmp_path: Path) -> None:
    told = outcome(tmp_path, BUSY, most_cpu_s=0.01, ci=True)
    assert "1 failed" in told
    assert "s of CPU without the marker `slow`, and the default run has 0.01 s for one test" in told
    assert "leave a cheaper test of the same feature" in told
    assert "1 passed" in outcome(tmp_path, BUSY, most_cpu_s=0.01)
    assert "1 passed" in outcome(tmp_path, BUSY, most_cpu_s=0.01, ci=True, marker="@pytest.mark.slow")


def test_seconds_that_nothing_is_done_in_do_not_count(tmp_path: Path) -> None:
    assert "1 passed" in outcome(tmp_path, "import time\n    time.sleep(1.0)", most_cpu_s=0.9, ci=True)
