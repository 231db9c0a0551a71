"""The wheel holds one name and everything below it, and works where it is installed alone."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
FOLDERS = ("optimizer", "models", "instances", "cli")
#: What a source tree holds that is no part of the package.
NOT_PACKAGED = {"__pycache__", ".DS_Store"}


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel that `OUTLAY_WHEEL` names, or build one.

    From a copy, so that nothing is left in the source tree and nothing built before gets in.
    """
    if "OUTLAY_WHEEL" in os.environ:
        return Path(os.environ["OUTLAY_WHEEL"])
    source, target = tmp_path_factory.mktemp("source") / "outlay", tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns(".git", "*.egg-info", "build", "dist", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, source, symlinks=True, ignore=ignore)
    # The build runs in an environment of its own: the setuptools of this one may be too old for pyproject.toml.
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", target, source, cwd=target)
    (found,) = target.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_one_name(contents: set[str]) -> None:
    tops = {name.split("/")[0] for name in contents}
    (information,) = (name for name in tops if name.endswith(".dist-info"))
    assert tops == {"outlay", information}


def test_the_wheel_holds_every_file_of_the_source_tree(contents: set[str]) -> None:
    expected = {f"outlay/{file.relative_to(ROOT / 'src' / 'outlay')}" for file in packaged(ROOT / "src" / "outlay")}
    for folder in FOLDERS:
        expected |= {f"outlay/{file.relative_to(ROOT)}" for file in packaged(ROOT / folder)}
    assert {name for name in contents if name.startswith("outlay/")} == expected
    assert "outlay/py.typed" in contents
    assert any(name.startswith("outlay/instances/bundled-data/us-japan-550/") for name in contents)


def packaged(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and not NOT_PACKAGED & set(file.parts)]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a fresh environment with the wheel, and the dependencies of this one behind it."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    packages = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    command = (sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--quiet", wheel)
    run(*command, cwd=folder)
    # Dependencies come from where the tests run; a folder named in a .pth file is searched, but its own .pth files
    # (an editable outlay among them) are not read.
    here = [sysconfig.get_path("purelib"), *site.getsitepackages()]
    (packages / "dependencies.pth").write_text("\n".join(dict.fromkeys(here)) + "\n", encoding="utf-8")
    return python


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """Return a folder with modules of the user's own that bear our folders' names."""
    for name in FOLDERS:
        (tmp_path / f"{name}.py").write_text(
            f"raise RuntimeError('this is the {name} of the user')\n", encoding="utf-8"
        )
    return tmp_path


def bundled() -> str:
    from outlay.instances.formats.bundled import bundled_names

    return "tutorial" if "tutorial" in bundled_names() else bundled_names()[0]


def test_what_is_imported_is_what_was_installed(installed: Path, crowded: Path) -> None:
    code = "import outlay, outlay.models.build, outlay.cli; print(outlay.__file__, outlay.models.build.__file__)"
    places = run(installed, "-c", code, cwd=crowded).split()
    assert all(Path(place).is_relative_to(installed.parents[1]) for place in places)


def test_an_instance_is_read_and_solved_beside_modules_of_the_user_s_own(installed: Path, crowded: Path) -> None:
    name = bundled()
    assert run(installed, "-c", f"import outlay; print(outlay.read({name!r}).name)", cwd=crowded).strip() == name
    (crowded / "case.py").write_text(
        "import outlay\n"
        "from outlay.instances.formats.parsing import parse_document\n"
        "calendar = {'start': '2026-01', 'periods': 1, 'months_per_period': 12}\n"
        "document = {'instance': {'name': 'one', 'calendar': calendar}, 'projects': [{'id': 'A', 'value': 3}]}\n"
        "print(outlay.solve(parse_document(document, source='case')).objective)\n",
        encoding="utf-8",
    )
    assert run(installed, "case.py", cwd=crowded).strip() == "3.0"


def test_the_command_line_runs_beside_modules_of_the_user_s_own(installed: Path, crowded: Path) -> None:
    assert bundled() in run(installed, "-m", "outlay", "list", cwd=crowded)
    assert bundled() in run(installed.parent / "outlay", "list", cwd=crowded)


def test_the_folders_of_the_source_tree_are_no_modules_of_their_own(installed: Path, tmp_path: Path) -> None:
    for name in FOLDERS:
        code = f"import importlib.util; print(importlib.util.find_spec({name!r}))"
        assert run(installed, "-c", code, cwd=tmp_path).strip() == "None"
