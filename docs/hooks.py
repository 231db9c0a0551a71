"""What the site takes from the code while it is built: the data dictionary, and the help of every command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import click

from outlay.cli.commands.root import main
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.reference.page import markdown as reference


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put what is generated in the place of its mark, such as ``<!-- generated: dictionary -->``.

    Raises
    ------
    KeyError
        If nothing of that name is generated.
    """
    return re.sub(r"<!-- generated: (\w+) -->", lambda found: GENERATED[found[1]](), markdown)


def dictionary() -> str:
    """Return the reference page of `outlay schema` without its title."""
    return reference().partition("\n")[2]


def tables() -> str:
    """Return every table with its meaning, and a link to its columns."""
    rows = [f"| [`{spec.name}`](#{spec.name}csv) | {spec.meaning} |" for spec in TABLES.values()]
    return "\n".join(["| table | says |", "| --- | --- |", *rows])


def commands() -> str:
    """Return the help of every command."""
    return "\n".join(_commands())


def _commands() -> Iterator[str]:
    parent = click.Context(main, info_name="outlay")
    for name in main.list_commands(parent):
        if main.commands[name].hidden:
            continue
        command = main.commands[name]
        yield f"## outlay {name}\n"
        context = click.Context(command, info_name=name, parent=parent, max_content_width=88)
        yield f"```text\n{command.get_help(context)}\n```\n"


GENERATED: dict[str, Callable[[], str]] = {"dictionary": dictionary, "tables": tables, "commands": commands}
