"""The source distribution holds what it needs, no half of anything, and is built without a warning."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
#: Made by the build itself.
MADE = ("PKG-INFO", "setup.cfg", "outlay.egg-info")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], str]:
    """Return the names in a source distribution of a copy of the tree, and what the build said."""
    pytest.importorskip("build")
    source, target = tmp_path_factory.mktemp("source") / "outlay", tmp_path_factory.mktemp("distribution")
    ignore = shutil.ignore_patterns(".git", "*.egg-info", "build", "dist", "__pycache__", ".*_cache", ".venv*", "site")
    shutil.copytree(ROOT, source, symlinks=True, ignore=ignore)
    command = [sys.executable, "-m", "build", "--outdir", str(target), str(source)]
    environment = {**os.environ, "NO_COLOR": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else setuptools warns that it compiles nothing
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=600, check=False, cwd=target, env=environment
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (archive,) = target.glob("*.tar.gz")
    assert len(list(target.glob("*.whl"))) == 1
    with tarfile.open(archive) as opened:
        names = {member.name.partition("/")[2] for member in opened.getmembers() if member.isfile()}
    return names, done.stdout + done.stderr


@pytest.mark.nightly
def test_nothing_is_warned_of(built: tuple[set[str], str]) -> None:
    lines = built[1].splitlines()
    assert [line for line in lines if re.search(r"warning\b(?!s\.py)", line.lower()) or "is absent from" in line] == []


def test_it_carries_the_code_the_data_and_what_is_told_of_them(built: tuple[set[str], str]) -> None:
    given = {name for name in built[0] if not name.startswith(MADE)}
    told = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "MANIFEST.in", "pyproject.toml"}
    assert told <= given
    assert {name.split("/")[0] for name in given - told} == {"src", "instances", "models", "optimizer", "cli"}
    for folder in ("src/outlay", "instances", "models", "optimizer", "cli"):
        files = {path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts}
        assert {str(path.relative_to(ROOT)) for path in files} <= given
