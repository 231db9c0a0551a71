"""The house of DESIGN, section 1, kept by parsing what imports what; each test tells all faults at once."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import networkx
import pytest

from tests.support.floors import FLOORS
from tests.support.syntax import statements, tree_of

ROOT = Path(__file__).parents[1]
#: No room holds more files than this; the verifier has a small one for each rule.
MOST_FILES = 12
MORE_FILES = {"optimizer/verify": 20}
#: Imports inside functions that close a circle: `Instance` offers `with_set`, `replace` and `write` as methods, and
#: `Solution` offers `save` and `to_excel`; what does the work knows `Instance` and `Solution`.
LATE = {
    ("outlay.instances.instance", "outlay.instances.sets.applying"),
    ("outlay.instances.instance", "outlay.instances.formats.parsing"),
    ("outlay.instances.instance", "outlay.instances.formats.writing"),
    ("outlay.optimizer.answer.solution", "outlay.optimizer.record.run_file"),
    ("outlay.optimizer.answer.solution", "outlay.optimizer.export.workbook"),
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


def module_of(file: Path) -> str:
    parts = ("outlay", *file.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = sorted(file for folder in FLOORS for file in (ROOT / folder).rglob("*.py"))
FACE = sorted((ROOT / "src" / "outlay").glob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
NAMES = {module_of(file): file for file in SOURCES}
VERIFIER = [file for file in SOURCES if file.is_relative_to(ROOT / "optimizer" / "verify")]


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


@cache
def imported(file: Path) -> tuple[str, ...]:
    """Return the modules that a file imports anywhere, also inside functions; a name imported from one counts too."""
    return tuple(modules_in(statements(tree_of(file))))


def modules_in(nodes: Iterator[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def belongs(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def test_there_is_something_to_check() -> None:
    assert len(SOURCES) > 60
    assert {file.relative_to(ROOT).parts[0] for file in SOURCES} == set(FLOORS)
    assert len(VERIFIER) > 10


def test_imports_point_only_downwards() -> None:
    """Imports for type checking aside."""
    assert not [
        edge
        for edge in import_graph(tuple(SOURCES)).edges
        if floor_of(edge[1]) > floor_of(edge[0]) and edge not in LATE
    ]


def test_imports_are_absolute_and_name_the_module_itself() -> None:
    faults = [(name_of(file), fault) for file in SOURCES for fault in badly_named(file)]
    assert not faults


def badly_named(file: Path) -> Iterator[str]:
    """Yield what is wrong with the words of a file's imports."""
    own = module_of(file)
    for module in imported(file):
        if module.startswith("."):
            yield f"{module} is a relative import"
        if belongs(module, *FLOORS):
            yield f"{module} is imported without `outlay.`"
        if module == "outlay" and not belongs(own, "outlay.cli"):
            yield "import the module itself, not the public face"


@cache
def floor_of(module: str) -> int:
    """Return the height of a module's place in the house; 0 for what is not of the house."""
    folder, _, rest = module.removeprefix("outlay.").partition(".")
    if folder not in FLOORS or not belongs(module, "outlay"):
        return 0
    places = [f"{name}.{room}" for name, rooms in FLOORS.items() for room in rooms]
    homes = [place for place in places if belongs(f"{folder}.{rest}", place)]
    return 1 + places.index(max(homes, key=len)) if homes else 0


def test_every_room_has_a_floor_of_its_own() -> None:
    """So that rooms make no circle; what stands above the rest of its room is listed by itself."""
    places = {f"outlay.{folder}.{place}" for folder, floors in FLOORS.items() for place in floors}
    rooms = {module_of(file.parent / "__init__.py") for file in SOURCES if file.name != "__init__.py"}
    assert rooms - places == {f"outlay.{folder}" for folder in FLOORS}


def test_every_module_has_a_place() -> None:
    assert not [name for name, file in NAMES.items() if file.name != "__init__.py" and not floor_of(name)]


def test_renderers_do_not_import_each_other() -> None:
    """What terminal and page share stands in `cli/views`."""
    renderers = {f"outlay.cli.{room}" for room in ("terminal", "report")}
    assert not [
        edge
        for edge in import_graph(tuple(SOURCES)).edges
        if len({room for room in renderers for module in edge if belongs(module, room)}) > 1
    ]


def test_no_room_is_crowded() -> None:
    rooms = Counter(name_of(file.parent) for file in SOURCES if file.name != "__init__.py")
    assert not {room: many for room, many in rooms.items() if many > MORE_FILES.get(room, MOST_FILES)}


def test_every_room_is_packaged() -> None:
    """A room that is forgotten is missing from the wheel alone."""
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    assert sorted(packages) == sorted({"outlay", *(module_of(file.parent / "__init__.py") for file in SOURCES)})
    assert not [file.parent for file in SOURCES if not (file.parent / "__init__.py").exists()]


def test_modules_do_not_import_each_other_in_circles() -> None:
    """Imports inside functions count too, except the few that are declared."""
    assert circles(LATE) == []


def test_every_declared_late_import_is_one_and_closes_a_circle() -> None:
    graph = import_graph(tuple(SOURCES))
    assert set(graph.edges) >= LATE
    assert not set(import_graph(tuple(SOURCES), late=False).edges) & LATE
    for one in LATE:
        assert circles(LATE - {one}), one


def circles(declared: set[tuple[str, str]]) -> list[list[str]]:
    """Return the groups of modules that import each other, declared imports aside."""
    graph = import_graph(tuple(SOURCES)).copy()
    graph.remove_edges_from(declared)
    groups = [sorted(group) for group in networkx.strongly_connected_components(graph) if len(group) > 1]
    return sorted(groups) + [[name] for name, _ in networkx.selfloop_edges(graph)]


@cache
def import_graph(files: tuple[Path, ...], *, late: bool = True) -> networkx.DiGraph:
    """Return which of our own modules imports which, type checking aside; `late`: inside functions too."""
    by_name = {module_of(file): file for file in files if file.name != "__init__.py"}
    graph = networkx.DiGraph()
    graph.add_nodes_from(by_name)
    for name, file in by_name.items():
        for module in modules_in(statements(tree_of(file), late=late, typing=False)):
            if module in by_name:
                graph.add_edge(name, module)
    return graph


def test_instances_need_no_solver() -> None:
    assert not [
        (name_of(file), module)
        for file in SOURCES
        if file.is_relative_to(ROOT / "instances")
        for module in imported(file)
        if belongs(module, "pyomo", "highspy", "scipy")
    ]


def test_the_verifier_shares_nothing_with_the_model() -> None:
    own = ("outlay.instances", *map(module_of, VERIFIER))
    assert not [
        (name_of(file), module)
        for file in VERIFIER
        for module in imported(file)
        if not belongs(module, *own)
        and module != "outlay.optimizer"
        and module.split(".")[0] not in sys.stdlib_module_names
    ]


@pytest.mark.slow
def test_verifying_loads_no_model_and_no_solver() -> None:
    loaded = modules_after("from outlay.optimizer.verify.plan import verify_plan")
    assert not [name for name in loaded if belongs(name, "pyomo", "highspy", "scipy", "outlay.models")]


def test_importing_the_package_imports_nothing_heavy() -> None:
    loaded = modules_after("import outlay; dir(outlay)")
    assert "outlay" in loaded
    assert not [name for name in loaded if belongs(name, *HEAVY)]
    assert [name for name in loaded if name.startswith("outlay.")] == []


@pytest.mark.slow
def test_reading_an_instance_imports_no_solver() -> None:
    loaded = modules_after("import outlay; outlay.read('us-japan-550')")
    assert not [
        name for name in loaded if belongs(name, "pyomo", "highspy", "scipy", "outlay.models", "outlay.optimizer")
    ]


@pytest.mark.slow
def test_a_model_needs_no_statistics() -> None:
    loaded = modules_after("import outlay; outlay.read; outlay.build; outlay.solve")
    assert {"pyomo.core", "scipy.sparse"} <= set(loaded)
    assert not [name for name in loaded if belongs(name, "scipy.stats", "scipy.integrate", "highspy", "networkx")]


@pytest.mark.slow
def test_an_instance_is_solved_without_loading_pyomo_and_without_pandas_until_a_table_is_asked_for() -> None:
    solved = "import outlay; solution = outlay.solve(outlay.read('tutorial'))"
    loaded = modules_after(solved)
    assert "outlay.optimizer.solve" in loaded
    assert not [name for name in loaded if belongs(name, "pyomo", "scipy.linalg", "highspy", "networkx", "pandas")]
    assert "pandas" in modules_after(f"{solved}; solution.projects")


def test_pyomo_is_imported_in_one_place() -> None:
    own = {"models/modelling.py", "optimizer/ensemble/mpi/creator.py"}  # the latter's solvers want all of it
    assert not [
        name_of(file)
        for file in SOURCES
        if name_of(file) not in own and any(belongs(module, "pyomo") for module in imported(file))
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


def test_everything_public_has_a_docstring() -> None:
    assert not [
        (name_of(file), getattr(node, "name", "the module"))
        for file in (*SOURCES, *FACE)
        for node in (tree_of(file), *public_definitions(tree_of(file)))
        if not ast.get_docstring(node)
    ]


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


def test_no_file_is_too_long() -> None:
    lengths = {name_of(file): len(file.read_text(encoding="utf-8").splitlines()) for file in (*SOURCES, *FACE, *TESTS)}
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FILE}


def test_every_constraint_family_tells_its_mathematics() -> None:
    files = (file for file in (ROOT / "models" / "families").glob("*.py") if file.stem not in {"__init__", "registry"})
    families = {file: ast.get_docstring(tree_of(file)) or "" for file in files}
    assert families
    assert not [
        f"{file.name} does not tell its {part}"
        for file, told in families.items()
        for part in ("Rule", "Formula", "Why this form", "Size", "Source")
        if f"{part}:" not in told and f"{part}, " not in told
    ]
