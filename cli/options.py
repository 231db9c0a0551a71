"""Options that several commands have, declared once. Nothing heavy is imported here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]


def common(command: Command) -> Command:
    """Add the options that every command has."""
    debug = click.option("--debug", is_flag=True, help="Show the trace of an internal error.")
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document for machines.")(debug(command))


def reading(command: Command) -> Command:
    """Add the limit on what is read."""
    return click.option(
        "--max-file-mb",
        type=click.FloatRange(min=0, min_open=True),
        default=100.0,
        show_default=True,
        metavar="MB",
        help="Refuse to read larger files.",
    )(command)


SET = click.option(
    "--set",
    "constraint_set",
    default="base",
    show_default=True,
    metavar="NAME",
    help="Constraint set to apply; several as a+b, from left to right.",
)


def finite(context: click.Context, parameter: click.Parameter, value: float) -> float:
    """Return a number that is one.

    Raises
    ------
    BadParameter
        If it is NaN.
    """
    if math.isnan(value):
        raise click.BadParameter("this is not a number", ctx=context, param=parameter)
    return value


def objective(context: click.Context, parameter: click.Parameter, value: str | None) -> dict[str, float] | str | None:
    """Return ``metric=weight,...`` as a mapping, or ``@NAME`` as it is.

    Raises
    ------
    BadParameter
        If a part is not metric=weight.
    """
    if value is None or value.startswith("@"):
        return value
    weights: dict[str, float] = {}
    for part in value.split(","):
        name, equals, text = part.rpartition("=")
        try:
            weight = float(text)
        except ValueError:
            weight = math.nan
        if not equals or not name.strip() or not math.isfinite(weight) or name.strip() in weights:
            raise click.BadParameter(
                f"{part!r} is not metric=weight (each metric once); write us_npv=1,jobs=0.5 or @STAKEHOLDER",
                ctx=context,
                param=parameter,
            )
        weights[name.strip()] = weight
    return weights


GAP = click.option(
    "--gap",
    type=click.FloatRange(min=0, max=1, max_open=True),
    default=1e-4,
    show_default=True,
    callback=finite,
    metavar="SHARE",
    help="Share of the objective that may stay unproved.",
)
TIME_LIMIT = click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    callback=finite,
    metavar="SECONDS",
    help="Stop then with the best plan so far; inf: only when proved.",
)


def solving(command: Command) -> Command:
    """Add the options of every solve."""
    seed = click.option(
        "--seed",
        type=click.IntRange(0, 2**31 - 2001),
        default=1,
        show_default=True,
        metavar="N",
        help="Of the solver.",
    )
    for option in (seed, GAP, TIME_LIMIT):
        command = option(command)
    return command


def what_if(command: Command) -> Command:
    """Add the options that change an instance without a file."""
    for option in (
        click.option(
            "--change",
            "changes",
            multiple=True,
            metavar="CHANGE",
            help="What if: 'availability.amount[resource=draws] * 0.9'; also + - = and instance.KEY. Repeatable.",
        ),
        click.option(
            "--force-out", multiple=True, metavar="ID", help="What if this project may not be funded. Repeatable."
        ),
        click.option(
            "--force-in",
            multiple=True,
            metavar="ID",
            help="What if this must be funded: id, id@alternative or id@alternative@YYYY-MM. Repeatable.",
        ),
    ):
        command = option(command)
    return command
