"""``python -m outlay`` and the command ``outlay``: the command line."""

from __future__ import annotations

import gc
import importlib
import signal


def main() -> None:
    """Run the command line; Ctrl-C while it is still being loaded ends it without a word, for nothing has begun.

    Nothing that is loaded is garbage, so none is looked for until the work begins (`outlay.cli.application.run`).
    """
    gc.disable()
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    commands = importlib.import_module("outlay.cli")
    signal.signal(signal.SIGINT, before)
    commands.main()


if __name__ == "__main__":
    main()
