"""``outlay generate``."""

from __future__ import annotations

from typing import Any

from outlay.cli import streams
from outlay.cli.terminal.progress import Progress
from outlay.instances.formats.output import check_target
from outlay.instances.formats.writing import write
from outlay.instances.samples.generating import generate


def run(*, projects: int, seed: int, periods: int, output: str, as_json: bool, **_: Any) -> int:
    """Write a generated instance."""
    check_target(output, folder=True)
    with Progress("generating"):
        instance = generate(projects, seed, periods=periods)
        path = write(instance, output)
    if as_json:
        streams.write_json({"folder": str(path), "name": instance.name, "hash": instance.digest})
    else:
        streams.write(f"{path}: {instance.settings.title}; every number is invented.\n")
    return 0
