"""Words on a terminal: commands, tables, progress; no mathematics, no file formats.

`commands` declares what can be typed and imports nothing heavy; each command's work is in a module of `run` that is
imported when the command is used, so that ``outlay --help`` costs next to nothing.
"""

from __future__ import annotations

from outlay.cli.commands.root import main

__all__ = ["main"]
