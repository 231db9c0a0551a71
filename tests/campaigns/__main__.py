"""Attack a promise for a while: ``python -m tests.campaigns NAME [--minutes N | --cases N] [--seed S]``.

Prints how many cases were tried, how many broke the promise, and the smallest of them. Exit code: 0 all kept, 1 not.
"""

from __future__ import annotations

import sys
from random import Random

import click

from tests.campaigns.registry import CAMPAIGNS, campaign
from tests.campaigns.tally import Until, report, run


@click.command(help=__doc__.split("\n\n")[0])
@click.argument("name", type=click.Choice(sorted(CAMPAIGNS)))
@click.option("--minutes", type=click.FloatRange(min=0), default=None, help="Default: 1, unless --cases is given.")
@click.option("--cases", type=click.IntRange(min=1), default=None, help="End after so many.")
@click.option("--seed", default=1, show_default=True)
def main(name: str, minutes: float | None, cases: int | None, seed: int) -> None:
    """Run one campaign and print its figures."""
    if minutes is None and cases is None:
        minutes = 1.0
    attack = campaign(name)
    tally = run(attack, Random(seed), Until(None if minutes is None else 60 * minutes, cases))
    click.echo(report(name, seed, tally, attack.told))
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
