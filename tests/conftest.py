"""What holds for every test: nothing is skipped in CI, what is slow says so, and Hypothesis has no clock."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, settings

from tests.support.solving import always_warm, idle_solvers, kept_solvers, own_solvers, running, warm  # noqa: F401

CI = os.environ.get("CI") == "true"
#: Seconds of CPU, of this process and of its children, that a test may take in CI without the marker `slow`. Aim at
#: one: a busy machine makes the same work cost up to twice as many.
MOST_CPU_S = 10.0
#: Files, and tests, listed with their CPU seconds at the end of a run in CI.
LISTED = 25
CPU_S = pytest.StashKey[float]()
UNHURRIED: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

# Else every worker, and each of the hundreds of processes that tests start, compiles the same files anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A page is as wide as its text unless this says otherwise; a worker of pytest-xdist has it from the terminal.
os.environ.pop("COLUMNS", None)

settings.register_profile("local", **UNHURRIED, max_examples=30)
settings.register_profile("ci", **UNHURRIED, max_examples=30, derandomize=True, print_blob=True)
settings.register_profile("nightly", **UNHURRIED, max_examples=500, print_blob=True)
settings.load_profile(os.environ.get("OUTLAY_HYPOTHESIS", "ci" if CI else "local"))


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """Let Ctrl-C interrupt, also where the shell that started the tests, in its background, ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def cpu_seconds() -> float:
    """Return what this process, its children that have ended and its solvers took, however busy the machine is.

    Solvers that live on are used from test to test, so what each took counts when it took it. Only CI asks: it costs up
    to a millisecond, six times a test.
    """
    if not CI:
        return 0.0
    return sum(os.times()[:4]) + sum(map(living_s, running()))


def living_s(pid: int) -> float:
    try:
        return sum(psutil.Process(pid).cpu_times()[:2])
    except psutil.Error:
        return 0.0


def measured(item: pytest.Item) -> Generator[None, Any, Any]:
    begun = cpu_seconds()
    try:
        return (yield)
    finally:
        item.stash[CPU_S] = cpu_seconds() - begun


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    return (yield from measured(item))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    return (yield from measured(item))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    return (yield from measured(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    report.cpu_s = item.stash[CPU_S]
    marked = item.get_closest_marker("slow") or item.get_closest_marker("nightly")
    if CI and report.when == "call" and report.passed and report.cpu_s > MOST_CPU_S and not marked:
        report.outcome = "failed"
        report.longrepr = (
            f"{report.cpu_s:.1f} s of CPU without the marker `slow`, and the default run has {MOST_CPU_S:g} s for one "
            'test. Make its case smaller, or share what it sets up (`scope="module"`, the fixture `warm`); else mark '
            "it `@pytest.mark.slow` and leave a cheaper test of the same feature in the default run."
        )
    return in_ci(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return in_ci((yield))


def in_ci(report: Any) -> Any:
    """Return the report of a skipped test as one of a failed test where nothing may be missing."""
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"no test may be skipped in CI: {reason}"
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not CI:
        return
    by_test: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            by_test[getattr(report, "nodeid", "")] += getattr(report, "cpu_s", 0.0)
    by_file: Counter[str] = Counter()
    for test, seconds in by_test.items():
        by_file[test.split("::")[0]] += seconds
    for what, dear in (("file", by_file), ("test", by_test)):
        terminalreporter.section(f"CPU seconds by {what}, {dear.total():.0f} in all")
        for name, seconds in dear.most_common(LISTED):
            terminalreporter.write_line(f"{seconds:8.1f}  {name}")


def pytest_collection_finish() -> None:
    """Look for garbage less often: a tenth of the time went into walking through what collecting has made."""
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
