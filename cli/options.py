"""Options that several commands have, declared once, and what they are together. Nothing heavy is imported here."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Any

import click

Command = Callable[..., Any]


@dataclass(frozen=True)
class Solving:
    """How to solve, as every command that solves is told.

    Attributes
    ----------
    time_limit
        Seconds, > 0; None: until proved.
    gap
        Share of the objective that may stay unproved.
    seed
        Of the solver.
    """

    time_limit: float | None
    gap: float
    seed: int

    @property
    def arguments(self) -> dict[str, Any]:
        """What Python's functions are told."""
        return asdict(self)


@dataclass(frozen=True)
class WhatIf:
    """What is changed of an instance without a file.

    Attributes
    ----------
    force_in, force_out
        Projects that must, or may not, be funded.
    changes
        Of tables and settings.
    """

    force_in: tuple[str, ...] = ()
    force_out: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


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


class Share(click.FloatRange):
    """A share, written 0.01 or 1%."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the share as a number.

        Raises
        ------
        BadParameter
            If it is none, or out of range.
        """
        if isinstance(value, str) and value.strip().endswith("%"):
            try:
                value = float(value.strip()[:-1]) / 100
            except ValueError:
                self.fail(f"{value!r} is no share; write 0.01 or 1%", param, ctx)
        return float(super().convert(value, param, ctx))


class Seconds(click.FloatRange):
    """A time, written 90, 90s, 1.5m or 2h."""

    name = "number of seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the time in seconds.

        Raises
        ------
        BadParameter
            If it is none, or out of range.
        """
        text = value.strip().lower() if isinstance(value, str) else ""
        if text[-1:] in _UNITS and text != "inf":
            try:
                value = float(text[:-1]) * _UNITS[text[-1]]
            except ValueError:
                self.fail(f"{value!r} is no time; write 90, 90s, 1.5m or 2h", param, ctx)
        return float(super().convert(value, param, ctx))


_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def limit(context: click.Context, parameter: click.Parameter, value: float) -> float | None:
    """Return a time limit; None for no limit.

    Raises
    ------
    BadParameter
        If it is NaN.
    """
    value = finite(context, parameter, value)
    return value if math.isfinite(value) else None


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
    type=Share(min=0, max=1, max_open=True),
    default=1e-4,
    show_default=True,
    callback=finite,
    metavar="SHARE",
    help="Share of the objective that may stay unproved: 0.001 or 0.1%.",
)
TIME_LIMIT = click.option(
    "--time-limit",
    type=Seconds(min=0, min_open=True),
    default=60.0,
    show_default=True,
    callback=limit,
    metavar="SECONDS",
    help="Stop then with the best plan so far: 60, 90s, 5m; inf: only when proved.",
)


def solving(command: Command) -> Command:
    """Add the options of every solve; the command is given them as its `Solving`."""

    @wraps(command)
    def told(*, time_limit: float | None, gap: float, seed: int, **arguments: Any) -> Any:
        return command(solving=Solving(time_limit, gap, seed), **arguments)

    seed = click.option(
        "--seed",
        type=click.IntRange(0, 2**31 - 2001),
        default=1,
        show_default=True,
        metavar="N",
        help="Of the solver.",
    )
    for option in (seed, GAP, TIME_LIMIT):
        option(told)
    return told


def what_if(command: Command) -> Command:
    """Add the options that change an instance without a file; the command is given them as its `WhatIf`."""

    @wraps(command)
    def told(
        *, force_in: tuple[str, ...], force_out: tuple[str, ...], changes: tuple[str, ...], **arguments: Any
    ) -> Any:
        return command(asked=WhatIf(force_in, force_out, changes), **arguments)

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
        option(told)
    return told


def shared(many: str, kept: str) -> Callable[[Command], Command]:
    """Return what adds the options of work that is shared: so many at a time, by whom, and the folder that keeps it.

    Parameters
    ----------
    many
        What is done so many at a time: ``Cases``.
    kept
        What is kept in the folder, and what that is good for.
    """

    def add(command: Command) -> Command:
        for option in (
            click.option("-o", "--output", type=click.Path(), metavar="FOLDER", help=kept),
            click.option("--executor", metavar="dask:tcp://HOST:PORT", help="Solve on a dask cluster instead of here."),
            click.option(
                "--jobs", type=click.IntRange(1, 256), metavar="N", help=f"{many} at a time. Default: one a core."
            ),
        ):
            command = option(command)
        return command

    return add
