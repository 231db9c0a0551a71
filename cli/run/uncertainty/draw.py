"""``outlay draw``."""

from __future__ import annotations

from typing import Any

import click
import simplejson

from outlay.cli import streams
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Page
from outlay.cli.terminal.uncertainty.draws import show_draws
from outlay.instances.formats.output import check_target
from outlay.instances.formats.reading import read
from outlay.instances.formats.writing import document_text, write
from outlay.optimizer.answer.documents import table_document
from outlay.optimizer.export.tables import spreadsheet_csv
from outlay.optimizer.uncertainty.draws import Draws, draw


def run(
    *,
    instance: str,
    constraint_set: str,
    draws: int,
    seed: int,
    sets: bool,
    as_csv: bool,
    output: str | None,
    max_file_mb: float,
    as_json: bool,
    **_: Any,
) -> int:
    """Draw possible worlds of an instance, make sure that each is valid, and show or write them.

    Raises
    ------
    UsageError
        If several forms are asked for at once.
    InputError
        If the instance, its uncertainty or a draw is wrong, or something cannot be written.
    """
    if sets + as_csv + as_json > 1:
        raise click.UsageError("--sets, --csv and --json exclude each other")
    if output is not None:
        check_target(output, folder=True)
    with Progress("reading the tables") as progress:
        source = read(instance, max_file_mb=max_file_mb)
        drawn = draw(source, draws=draws, seed=seed, constraint_set=constraint_set)
        drawn.check(lambda done, total: progress.now(f"{done} of {total} draws checked"))
        if output is not None:
            write(drawn.with_sets(), output)
    if sets:
        streams.write(drawn.sets_toml)
    elif as_csv:
        streams.write(spreadsheet_csv(drawn.values))
    elif as_json:
        streams.write_json_text(document_text(_document(drawn)))
    else:
        page = Page()
        show_draws(page, drawn)
        if output is not None:
            page.fact("Saved", f"{output}: solve a draw by outlay solve {output} --set {drawn[0].name}")
        page.show()
    return 0


def _document(drawn: Draws) -> dict[str, Any]:
    return {
        "name": drawn.instance.name,
        "seed": drawn.seed,
        "notes": list(drawn.notes),
        "factors": simplejson.loads(simplejson.dumps(table_document(drawn.factors), ignore_nan=True)),
        "draws": [
            {
                "name": one.name,
                "probability": one.probability,
                "scenario": one.scenario,
                "values": dict(one.values),
                "set": one.body,
            }
            for one in drawn
        ],
    }
