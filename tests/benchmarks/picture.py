"""One picture of a run: the gap of each peer's plan to the best bound known, over time."""

from __future__ import annotations

import math
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.ticker import PercentFormatter

from tests.benchmarks.measure import Run, gap

LEAST = 1e-6


def draw(found: dict[str, list[Run]], path: Path) -> None:
    """Draw one panel an instance into a PNG file."""
    columns = min(3, len(found))
    rows = math.ceil(len(found) / columns)
    figure, panels = plt.subplots(rows, columns, figsize=(5.5 * columns, 4 * rows), squeeze=False)
    for panel in panels.flat:
        panel.set_visible(False)
    for panel, (name, runs) in zip(panels.flat, found.items(), strict=False):
        panel.set_visible(True)
        bound = min((run.at(math.inf)[1] for run in runs), key=lambda value: (math.isnan(value), value))
        for run in runs:
            # The best plan so far, as a step.
            steps = [(seconds, gap(run.at(seconds)[0], bound)) for seconds, *_ in run.trace]
            steps = [(seconds, min(max(share, LEAST), 1.0)) for seconds, share in steps if not math.isnan(share)]
            if steps:
                steps.append((run.total_s, steps[-1][1]))
                panel.step(*zip(*steps, strict=True), where="post", label=run.peer, linewidth=1.6)
        panel.set(title=name, xlabel="seconds of solving", ylabel="gap to the best bound", yscale="log")
        panel.yaxis.set_major_formatter(PercentFormatter(1.0))
        panel.grid(visible=True, alpha=0.3)
        panel.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)
