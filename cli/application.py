"""The frame around every command: exit codes, errors in words, a clean end after Ctrl-C."""

from __future__ import annotations

import contextlib
import gc
import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from outlay.cli import failures, streams
from outlay.instances.errors import InputError, OutlayError


class Application(click.Group):
    """The command group; whatever happens inside, it ends with one of the documented exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which they are used, as declared."""
        return list(self.commands)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line and exit with its code (or return it, if not in standalone mode)."""
        arguments = list(sys.argv[1:] if args is None else args)
        streams.prepare()
        code = self._answer(arguments, prog_name or "outlay", complete_var, extra)
        try:
            streams.flush()
        except InputError as error:
            code = failures.report(error, as_json=False)
        if standalone_mode:
            sys.exit(code)
        return code

    def _answer(self, arguments: list[str], name: str, complete_var: str | None, extra: dict[str, Any]) -> int:
        as_json = "--json" in arguments
        try:
            _refuse_missing_docstrings()
            result = super().main(arguments, name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            if as_json:
                failures.report_json(error.format_message())
            with contextlib.suppress(OSError):
                error.show()
            return error.exit_code
        except (click.Abort, KeyboardInterrupt):
            return failures.report_interrupt(as_json=as_json)
        except OutlayError as error:
            every = "--all" in arguments and "check" in arguments[:1]
            return failures.report(error, as_json=as_json, every_fault=every)
        except Exception as error:  # the last line of defence
            return failures.report_internal(error, as_json=as_json, debug="--debug" in arguments)
        return result if isinstance(result, int) else 0


def _refuse_missing_docstrings() -> None:
    if sys.flags.optimize > 1:  # Pyomo computes with docstrings while it is imported, and help pages are docstrings
        problem = "Python runs without docstrings (PYTHONOPTIMIZE=2 or -OO), which Pyomo cannot do without"
        raise InputError.single("Python", problem, "unset PYTHONOPTIMIZE, or use 1")


def run(command: str, **arguments: Any) -> int:
    """Import the module that does a command's work, now that it is needed, and return its exit code."""
    work = importlib.import_module(f"outlay.cli.run.{command}")
    if not gc.isenabled():  # while modules were loaded (`outlay.__main__`), which stay
        gc.freeze()
        gc.enable()
    code: int = work.run(**arguments)
    return code
