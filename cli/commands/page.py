"""What can be typed about the committee's page. Nothing heavy is imported here."""

from __future__ import annotations

from typing import Any

import click

from outlay.cli.application import run
from outlay.cli.options import common, finite, reading


@click.command(
    "open",
    epilog="""\b
Examples:
  outlay open us-japan-550
  outlay open my-plan --folder tuesday --port 8550 --no-browser
  outlay open tuesday
""",
)
@click.argument("source", metavar="INSTANCE_OR_RUN_OR_FOLDER", type=click.Path())
@click.option(
    "--folder", type=click.Path(), metavar="FOLDER", help="Where the session is kept. Default: NAME-session, here."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Of 127.0.0.1. Default: any free one."
)
@click.option("--browser/--no-browser", default=True, help="Open it in the browser. Default: yes.")
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, max=86_400, min_open=True),
    default=60.0,
    show_default=True,
    callback=finite,
    metavar="SECONDS",
    help="Of each solve, unless the page says otherwise.",
)
@click.option(
    "--beside",
    type=click.Path(),
    multiple=True,
    metavar="FOLDER",
    help="Of outlay frontier -o or stress -o: a further tab. Those in the session's folder are found.",
)
@reading
@common
def open_command(**arguments: Any) -> int:
    """Open a page on this machine on which a committee asks what if.

    The plan as a chart; projects forced in or out, sliders for limits, weights and loan terms; the new plan beside the
    old one. Nothing leaves the machine. Each solved draft is a run file in the session's folder, which is the folder of
    a comparison: outlay report FOLDER. Opening the folder again shows the same state. Needs outlay[page].
    """
    return run("open", **arguments)
