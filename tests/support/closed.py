"""Closed folders and full disks, also for root: commands run without the right to enter everything."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

#: Root may do anything unless these rights are taken from it.
_RIGHTS = "-dac_override,-dac_read_search"


def obeys_permissions() -> bool:
    """Return whether a child can be made to obey the permissions of files."""
    return os.name == "posix" and (os.geteuid() != 0 or shutil.which("setpriv") is not None)


class Answer(NamedTuple):
    """What a command line gave."""

    code: int
    stdout: str
    stderr: str


#: Runs command lines one after the other in one process, because to start one costs more than all of them.
_RUNNER = """
import json, sys
from click.testing import CliRunner
from outlay.cli import main
given = [CliRunner().invoke(main, line) for line in json.load(sys.stdin)]
json.dump([[one.exit_code, one.stdout, one.stderr] for one in given], sys.stdout)
"""


def obedient(lines: Sequence[Sequence[str]]) -> list[Answer]:
    """Run command lines in a child for which permissions count, whoever we are."""
    less = ["setpriv", f"--bounding-set={_RIGHTS}", f"--inh-caps={_RIGHTS}"] if os.geteuid() == 0 else []
    command = [*less, sys.executable, "-c", _RUNNER]
    given = json.dumps([list(line) for line in lines])
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True, timeout=600)
    return [Answer(*one) for one in json.loads(done.stdout)]


@contextmanager
def closed(folder: Path, mode: int = 0) -> Iterator[Path]:
    """Close a folder (mode 0: it may not be entered; 0o500: nothing may be written) for a while."""
    before = folder.stat().st_mode
    folder.chmod(mode)
    try:
        yield folder
    finally:
        folder.chmod(before)
