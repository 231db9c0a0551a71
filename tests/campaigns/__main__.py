"""``python -m tests.campaigns NAME --minutes N --seed S``."""

from __future__ import annotations

import sys
from random import Random

import click

from tests.campaigns.registry import NAMES, campaign
from tests.campaigns.tally import Ending


@click.command()
@click.argument("name", type=click.Choice(NAMES))
@click.option("--minutes", type=float, default=1.0, show_default=True, help="How long.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the cases.")
def main(name: str, minutes: float, seed: int) -> None:
    """Attack the product and say what was tried, what failed, and the smallest reproduction of each kind."""
    tally = campaign(name).run(Ending(seconds=60.0 * minutes), Random(f"{name} {seed}"))
    click.echo(f"{name}, seed {seed}, {minutes:g} minutes")
    for line in tally.lines():
        click.echo(line)
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
