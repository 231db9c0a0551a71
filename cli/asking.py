"""What `outlay explain` can be asked on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from outlay.cli.options import shared

Command = Callable[..., Any]


def asking(command: Command) -> Command:
    """Add the arguments and options of a question."""
    for option in reversed(
        (
            click.argument("source", metavar="RUN_OR_INSTANCE"),
            click.argument("projects", nargs=-1, metavar="[PROJECT]..."),
            click.option(
                "--limit",
                "limits",
                multiple=True,
                metavar="LIMIT",
                help="Tell the worth of this limit too: a resource, a fund, limits/METRIC/...; one row as NAME@PERIOD, "
                "several moved together as 'labour/*'.",
            ),
            click.option(
                "--curve",
                "curves",
                multiple=True,
                metavar="LIMIT",
                help="Tell the best objective over how far this limit is stretched, by its breakpoints.",
            ),
            click.option(
                "--step",
                default="10%",
                show_default=True,
                metavar="STEP",
                help="By how much limits are moved: 5%, or 1 (unit).",
            ),
            click.option(
                "--conflicts",
                type=click.IntRange(1, 1000),
                metavar="N",
                help="If no plan is possible: look for so many conflicts. Default: one.",
            ),
            click.option(
                "--keep",
                multiple=True,
                metavar="NAME",
                help="A limit that a repair must not move, or a project it must not let go.",
            ),
            click.option(
                "--sets", is_flag=True, help="Print every proposed change as constraint sets, to paste into sets.toml."
            ),
            shared("Questions", "Keep answers and tables there; what is answered there is not asked again."),
            click.option("--report", type=click.Path(), metavar="HTML", help="Draw a page of it that works offline."),
            click.option("--force", is_flag=True, help="Use FOLDER even if it holds other things; overwrite HTML."),
        )
    ):
        command = option(command)
    return command
