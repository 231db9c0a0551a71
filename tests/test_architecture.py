"""The house of DESIGN, section 1, kept by parsing what imports what."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: Each folder with those that it may import from, itself included; arrows point only downwards.
MAY_IMPORT = {
    "instances": {"instances"},
    "models": {"models", "instances"},
    "optimizer": {"optimizer", "models", "instances"},
    "cli": {"cli", "optimizer", "models", "instances"},
}
HEAVY = (
    "pyomo",
    "highspy",
    "numpy",
    "pandas",
    "scipy",
    "networkx",
    "pydantic",
    "rich",
    "click",
    "simplejson",
    "tomli_w",
)
LONGEST_FILE = 400

SOURCES = sorted(file for folder in MAY_IMPORT for file in (ROOT / folder).rglob("*.py"))
FACE = sorted((ROOT / "src" / "outlay").glob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imported(file: Path) -> Iterator[str]:
    """Yield the modules that a file imports anywhere, also inside functions; a name imported from one counts too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(file)} line {node.lineno}: a relative import"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def belongs(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def test_there_is_something_to_check() -> None:
    assert len(SOURCES) > 60
    assert {file.relative_to(ROOT).parts[0] for file in SOURCES} == set(MAY_IMPORT)


@pytest.mark.parametrize("file", SOURCES, ids=name_of)
def test_imports_point_only_downwards(file: Path) -> None:
    folder = file.relative_to(ROOT).parts[0]
    for module in imported(file):
        assert not belongs(module, *MAY_IMPORT), f"{module} is imported without `outlay.`"
        if belongs(module, "outlay") and module != "outlay":
            assert module.split(".")[1] in MAY_IMPORT[folder], f"{folder} must not import {module}"
        assert module != "outlay" or folder == "cli", "import the module itself, not the public face"


@pytest.mark.parametrize("file", SOURCES, ids=name_of)
def test_modules_do_not_import_each_other_in_circles_at_import_time(file: Path) -> None:
    reached: set[str] = set()
    open_ = [module_of(file)]
    while open_:
        for other in sorted(at_import_time(open_.pop())):
            if other not in reached:
                reached.add(other)
                open_.append(other)
    assert module_of(file) not in reached


def module_of(file: Path) -> str:
    parts = ("outlay", *file.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def at_import_time(module: str) -> set[str]:
    """Return our own modules that a module imports when it is imported itself, type checking aside."""
    by_name = {module_of(file): file for file in SOURCES}
    tree = ast.parse(by_name[module].read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found & set(by_name) if by_name[name].name != "__init__.py"}


@pytest.mark.parametrize("file", [file for file in SOURCES if file.parent.name == "instances"], ids=name_of)
def test_instances_need_no_solver(file: Path) -> None:
    assert not [module for module in imported(file) if belongs(module, "pyomo", "highspy", "scipy")]


@pytest.mark.parametrize(
    "file", [*(ROOT / "optimizer").glob("verify.py"), *(ROOT / "optimizer").glob("verify_*.py")], ids=name_of
)
def test_the_verifier_shares_nothing_with_the_model(file: Path) -> None:
    for module in imported(file):
        own = belongs(module, "outlay.instances") or module.startswith("outlay.optimizer.verify")
        assert own or module == "outlay.optimizer" or module.split(".")[0] in sys.stdlib_module_names, module


def test_verifying_loads_no_model_and_no_solver() -> None:
    loaded = modules_after("from outlay.optimizer.verify import verify_plan")
    assert not [name for name in loaded if belongs(name, "pyomo", "highspy", "scipy", "outlay.models")]


def test_importing_the_package_imports_nothing_heavy() -> None:
    loaded = modules_after("import outlay; dir(outlay)")
    assert "outlay" in loaded
    assert not [name for name in loaded if belongs(name, *HEAVY)]
    assert [name for name in loaded if name.startswith("outlay.")] == []


def test_reading_an_instance_imports_no_solver() -> None:
    loaded = modules_after("import outlay; outlay.read('us-japan-550')")
    assert not [
        name for name in loaded if belongs(name, "pyomo", "highspy", "scipy", "outlay.models", "outlay.optimizer")
    ]


def modules_after(code: str) -> list[str]:
    """Return the names of all modules that a fresh interpreter has loaded after running code."""
    script = f"{code}\nimport sys\nprint('\\n'.join(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT / "tests"
    )
    return done.stdout.split()


def test_every_public_name_can_be_imported() -> None:
    import outlay

    for name in outlay.__all__:
        assert getattr(outlay, name) is not None
    assert set(outlay.__all__) <= set(dir(outlay))
    with pytest.raises(AttributeError, match="no attribute 'solver'"):
        outlay.solver  # noqa: B018


@pytest.mark.parametrize("file", [*SOURCES, *FACE], ids=name_of)
def test_everything_public_has_a_docstring(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the module has none"
    missing = [node.name for node in public_definitions(tree) if not ast.get_docstring(node)]
    assert missing == []


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public_definitions(tree: ast.Module) -> Iterator[Definition]:
    """Yield public functions and classes, and the public methods of public classes."""
    for node in tree.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                for child in node.body:
                    if isinstance(child, Definition) and not child.name.startswith("_"):
                        yield child


@pytest.mark.parametrize("file", [*SOURCES, *FACE, *TESTS], ids=name_of)
def test_no_file_is_too_long(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_every_constraint_family_tells_its_mathematics() -> None:
    for file in (ROOT / "models").glob("family_*.py"):
        told = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        for part in ("Rule", "Formula", "Why this form", "Size", "Source"):
            assert f"{part}:" in told or f"{part}, " in told, f"{file.name} does not tell its {part}"
