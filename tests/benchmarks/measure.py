"""Run peers as processes, follow their memory, and turn what they tell into figures."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from tests.benchmarks.peers import NAN, Task
from tests.benchmarks.run_peer import write_task

#: A peer may overrun its limit, and take this long to load a model, before it is killed.
PATIENCE_S = 900.0
#: A run that got less than this share of its cores is warned of: the machine was busy, or it left cores idle.
LEAST_SHARE = 0.8


@dataclass
class Run:
    """What one peer did on one instance; values as maximised.

    Attributes
    ----------
    trace
        (seconds, value, bound) of each change; NaN: none.
    load_s, total_s
        Seconds until the solve began, and of the solve.
    cpu_s
        CPU seconds that the process and its children got, from its first moment (loading included) to its last.
    peak_mb
        Largest memory of the process and its children together.
    point
        Its plan over the problem's columns, or None.
    verified
        What the product's verifier says of the plan; None without one.
    error
        Last words, if it failed.
    """

    peer: str
    trace: list[tuple[float, float, float]] = field(default_factory=list)
    load_s: float = NAN
    total_s: float = NAN
    cpu_s: float = NAN
    peak_mb: float = NAN
    point: np.ndarray | None = None
    verified: bool | None = None
    error: str = ""

    def at(self, seconds: float) -> tuple[float, float]:
        """Return (value, bound) known after so many seconds of the solve: the best plan, the newest bound."""
        known = [entry for entry in self.trace if entry[0] <= seconds]
        values = [value for _, value, _ in known if not math.isnan(value)]
        bounds = [bound for _, _, bound in known if not math.isnan(bound)]
        return max(values, default=NAN), min(bounds, default=NAN)

    def time_to(self, share: float, bound: float) -> float:
        """Return when the plan came within a share of a bound; NaN: never."""
        return next((at for at, value, _ in self.trace if gap(value, bound) <= share), NAN)

    def starved(self, threads: int) -> bool:
        """Whether it got less than `LEAST_SHARE` of the cores that it was given; no figure of such a run is fair."""
        return self.cpu_s < LEAST_SHARE * (self.load_s + self.total_s * threads)


def gap(value: float, bound: float) -> float:
    """Return |bound - value| / |value|."""
    return NAN if math.isnan(value) or math.isnan(bound) else abs(bound - value) / max(abs(value), 1e-6)


def run(peer: str, task: Task, tell: Callable[[str], None]) -> Run:
    """Run a peer on a task in a process and session of its own.

    Kernels share cores between sessions before they share them between processes (sched_autogroup of Linux), and our
    engine's workers are sessions of their own: beside other work a peer in the harness's session would get less.
    """
    found = Run(peer)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_task(folder, task)
        command = [sys.executable, "-m", "tests.benchmarks.run_peer", peer, str(folder)]
        with (folder / "errors").open("w+b") as errors:
            before = _cpu_of_children()
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True)
            killer = threading.Timer(task.seconds + PATIENCE_S, child.kill)
            watch = threading.Thread(target=_watch, args=(child, found), daemon=True)
            killer.daemon = True  # whatever happens here must not wait for it
            killer.start()
            watch.start()
            assert child.stdout is not None
            with child.stdout:
                for line in child.stdout:
                    _take(found, json.loads(line), tell)
            code = child.wait()
            found.cpu_s = _cpu_of_children() - before
            killer.cancel()
            watch.join()
            errors.seek(0)
            last = errors.read().decode(errors="replace").strip().splitlines()[-1:]
        if (folder / "point.npy").is_file():
            found.point = np.load(folder / "point.npy")
    if code:
        found.error = " ".join([f"ended with code {code}:", *last])
    return found


def _cpu_of_children() -> float:
    """Return the CPU seconds of all processes below this one that have ended and were waited for."""
    used = os.times()
    return used.children_user + used.children_system


def _take(found: Run, line: dict[str, float], tell: Callable[[str], None]) -> None:
    if "load_s" in line:
        found.load_s = line["load_s"]
        return
    if "solve_s" in line:
        found.total_s = line["solve_s"]
        return
    found.trace.append((line["seconds"], line["value"], line["bound"]))
    tell(f"{found.peer} {line['seconds']:.1f} s: {line['value']:.6g}, bound {line['bound']:.6g}")


def _watch(child: subprocess.Popen[str], found: Run) -> None:
    """Follow the memory of a process and its children until it ends."""
    while child.poll() is None:
        try:
            parent = psutil.Process(child.pid)
            total = sum(process.memory_info().rss for process in (parent, *parent.children(recursive=True)))
            found.peak_mb = np.fmax(found.peak_mb, total / 1e6)
        except psutil.Error:
            pass
        time.sleep(0.2)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
