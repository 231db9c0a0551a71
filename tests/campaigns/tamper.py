"""Run files and folders of comparisons in which one value, key, type or cell was changed, read by every command.

Each must refuse, with exit code 3 or 7, or what was changed is on the short list of what only the solver can know.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from click.testing import CliRunner

from outlay.cli import main
from outlay.cli.commands.answers import SECTIONS
from tests.campaigns.originals import folder_of_comparison, run_documents
from tests.campaigns.resuming import Resuming
from tests.campaigns.tally import Ending, Tally

NAME = "tamper"

#: What is as recorded, by its path in a run document.
AS_RECORDED = re.compile(
    r"(message|trace.*|times_s.*|sizes\.(columns|rows|nonzeros)|options.*|versions.*|user_rows.*|request"
    r"|levels\[\d+\]\.(nodes|seconds|size)|comparison\.nearest_proved)"
)
REFUSED = frozenset({3, 7})

Path_ = tuple[str | int, ...]


def run(ending: Ending, random: Random) -> Tally:
    """Change one thing after another."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="outlay-tamper-") as place, Resuming() as resuming:
        originals = run_documents(random.randrange(1, 10**6))
        folder = folder_of_comparison(Path(place) / "original", resuming)
        right = {name: exit_codes(write(Path(place), document), random) for name, document in originals.items()}
        for name, codes in right.items():
            honest = REFUSED.isdisjoint(codes.values()) and 1 not in codes.values()
            tally.enter(f"{name}, untouched", None if honest else f"an honest run: {codes}")
        while not ending.reached(tally):
            name = random.choice([*originals, "folder", "folder, resumed"])
            if name in originals:
                changed, what = tampered(originals[name], random)
                problem = of_run(write(Path(place), changed), what, right[name], random)
                tally.enter(name, problem)
            else:
                copied = Path(place) / "copy"
                shutil.rmtree(copied, ignore_errors=True)
                shutil.copytree(folder, copied)
                tally.enter(name, of_folder(copied, random, resuming if name == "folder, resumed" else None))
    return tally


def write(place: Path, document: Any) -> Path:
    """Write a run file."""
    target = place / "run.json"
    target.write_text(json.dumps(document), encoding="utf-8")
    return target


def exit_codes(path: Path, random: Random) -> dict[str, int]:
    """Return what each reading command says of a run file, by command."""
    report = path.with_suffix(".html")
    section = random.choice(SECTIONS)
    commands = {
        "verify": ["verify", str(path)],
        "show": ["show", str(path)],
        "show section": ["show", str(path), section],
        "show --json": ["show", str(path), section, "--json"],
        "report": ["report", str(path), "-o", str(report), "--force"],
    }
    return {name: CliRunner().invoke(main, words).exit_code for name, words in commands.items()}


def of_run(path: Path, what: str, right: dict[str, int], random: Random) -> str | None:
    """Return what is wrong with what is said of a tampered run file; None if nothing is."""
    codes = exit_codes(path, random)
    if all(code in REFUSED for code in codes.values()) and len(set(codes.values())) == 1:
        return None
    if codes == right and AS_RECORDED.fullmatch(what.split(" ", maxsplit=1)[0]):
        return None
    return f"{what}: {codes}, the original {right}"


def of_folder(folder: Path, random: Random, resuming: Resuming | None) -> str | None:
    """Change one thing in a folder, and return what is wrong with what is said of it."""
    files = [*sorted((folder / "runs").iterdir())]
    target = random.choice(files if resuming is not None else [*files, folder / "comparison.json"])
    document = json.loads(target.read_text(encoding="utf-8"))
    changed, what = tampered(document, random)
    target.write_text(json.dumps(changed), encoding="utf-8")
    recorded = AS_RECORDED.fullmatch(what.split(" ")[0]) is not None
    if resuming is not None:
        problem = resuming.problem(folder, recorded=recorded)
        return None if problem is None else f"{target.name}, {what}: {problem}"
    report = folder.with_suffix(".html")
    code = CliRunner().invoke(main, ["report", str(folder), "-o", str(report), "--force"]).exit_code
    if code in REFUSED or (code == 0 and recorded and target.parent.name == "runs"):
        return None
    return f"{target.name}, {what}: report exits with {code}"


# -- one change --------------------------------------------------------------------------------------------------


def tampered(document: dict[str, Any], random: Random) -> tuple[dict[str, Any], str]:
    """Return a document with one thing changed that matters, and what: its path, then how."""
    while True:
        changed = copy.deepcopy(document)
        path = somewhere(changed, random)
        parent = at(changed, path[:-1])
        before = parent[path[-1]]
        how, change = random.choice([*changes(before, random)])
        change(parent, path[-1])
        if not same(without_order(changed), without_order(document)):
            return changed, f"{path_text(path)} {how}: {shown(before)}"


def somewhere(document: Any, random: Random) -> Path_:
    """Return the path of something in a document; what has few parts comes as often as what has many."""
    path: Path_ = ()
    value = document
    while isinstance(value, dict | list) and value and (not path or random.random() < 0.85):
        key = random.choice([*value] if isinstance(value, dict) else [*range(len(value))])
        path, value = (*path, key), value[key]
    return path


def at(document: Any, path: Path_) -> Any:
    """Return what stands at a path."""
    for key in path:
        document = document[key]
    return document


def changes(before: Any, random: Random) -> Iterator[tuple[str, Callable[[Any, Any], object]]]:
    """Yield the ways to change a value where it stands."""

    def put(value: Any) -> Callable[[Any, Any], object]:
        return lambda parent, key: parent.__setitem__(key, value)

    for how, values in other_values(before, random).items():
        yield from ((how, put(value)) for value in values)
    for value in (None, [], {}, "text", 3, -2.5, True, [1], {"a": None}):
        yield "another type", put(value)
    yield "gone", lambda parent, key: parent.pop(key)


def other_values(before: Any, random: Random) -> dict[str, list[Any]]:
    """Return other values of the same type."""
    if isinstance(before, bool):
        return {"turned": [not before]}
    if isinstance(before, int | float):
        some = [before + 1, 2 * before, -before, before * 1.001, 0, 1e308, 10**400, float("nan"), before + 0.5]
        return {"another number": some}
    if isinstance(before, str):
        return {"another text": ["", f"{before}x", "optimal", "base", "\x1b[2J<script>", "within gap"]}
    if isinstance(before, list) and before:
        mixed = random.sample(before, len(before))
        return {"an entry less": [before[:-1]], "an entry twice": [[*before, before[-1]]], "another order": [mixed]}
    if isinstance(before, dict):
        fewer = {key: before[key] for key in [*before][1:]}
        return {"a key more": [{**before, "colour": 1.0}], "a key less": [fewer]}
    return {}


def without_order(document: Any) -> Any:
    """Return a run document with the rows of its instance's tables sorted: their order has no meaning."""
    if not isinstance(document, dict) or not isinstance(document.get("instance"), dict):
        return document
    tables = {
        name: sorted(rows, key=lambda row: json.dumps(row, sort_keys=True)) if isinstance(rows, list) else rows
        for name, rows in document["instance"].items()
    }
    return {**document, "instance": tables}


def same(one: Any, other: Any) -> bool:
    """Whether two documents say the same; order of keys and 1 for 1.0 change nothing."""
    if isinstance(one, dict) and isinstance(other, dict):
        return set(one) == set(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def path_text(path: Path_) -> str:
    """Return a path as the messages write it, without blanks."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")
    return text.replace(" ", "_")


def shown(value: Any) -> str:
    """Return a value in few characters."""
    return json.dumps(value)[:60]
