"""Hostile input: whatever is read, every command ends with a documented exit code and, if it refuses, says what to do.

Each case is an instance that uses many features, made worse: odd cells, keys and shapes in a document; broken bytes,
headers and encodings in a folder of tables; names that try to be code, paths or control characters. It goes through
`check`, `solve`, `report`, `show` and `compare`; `generate` and `schema` get odd arguments.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from click.testing import CliRunner

import outlay
from outlay.cli.commands.root import main
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import OutlayError
from outlay.instances.formats.parsing import parse_document
from tests.brute_force.generator import case_of
from tests.campaigns.tally import Ending, Tally
from tests.support.shuffle import renamed

NAME = "fuzz"

#: Proved, usage, bad input, no plan possible, stopped with a plan, stopped without, an answer that fails verification.
DOCUMENTED = frozenset({0, 2, 3, 4, 5, 6, 7})
REFUSED = 3
#: Documents that are made worse: drawing one takes longer than reading it.
DOCUMENTS = 150
#: Accidents of a document: with many nearly all are refused.
ACCIDENTS = (0, 1, 1, 1, 2, 4)
#: Periods of a calendar, at most: a long one costs time and finds nothing.
MOST_PERIODS = 40

ODD: list[Any] = [
    None, "", " ", "x", "@", "A@B@C", "*", "2026-07", "2026-13", "0000-01", "9999-12", "a;b;;", "base", "true", "nan",
    "commitments", "draws", "selections", "use:", "cost", "count", "=1+1", "-1e400", "1e-400", "1e308", "0x10", "1_000",
    0, -1, 1, 2, 0.5, -0.0, 1e-12, 1e300, -1e300, 10**30, 10**400, 5e-324, math.nan, math.inf, -math.inf, True, False,
    [], {}, [None], [[[]]], {"a": 1}, {"": {"": ""}},
]  # fmt: skip
#: Numbers that most columns allow, of every size.
PLAUSIBLE: list[Any] = [0, 1, 2, 0.5, 0.999999, 1e-9, 1e-6, 1e-3, 12, 1e3, 1e6, 1e9, 1e12, 123456.789, 1e15]
HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "../../../etc/passwd", "..", "/", "C:\\con", "a/b",
    "x" * 5000, "\u202egnp", "\u2028", "\ufeffA", "\x1b[31mred", "a\tb", "a\nb", "\0", "\ud800", "%n%s", "{0}{{",
    "'; DROP TABLE projects; --", "=cmd|' /C calc'!A0", "é", "e\u0301", "🏗️", "None", "nan", "__proto__", "-o", "--help",
]  # fmt: skip


def _flipped(random: Random, data: bytes) -> bytes:
    changed = bytearray(data or b"x")
    for _ in range(random.randint(1, 5)):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


#: What breaks a file as bytes.
BROKEN: list[Callable[[Random, bytes], bytes]] = [
    lambda _, data: b"",
    lambda _, data: b"\xef\xbb\xbf" + data,
    lambda _, data: data.decode(errors="replace").encode("utf-16"),
    lambda _, data: data.decode(errors="replace").encode("utf-32-le"),
    lambda _, data: data.replace(b"\n", b"\r"),
    lambda _, data: data.replace(b",", b";"),
    lambda _, data: data.replace(b",", b"\t"),
    lambda _, data: data + b'"',
    lambda _, data: data + b"\0",
    lambda _, data: data + data,
    lambda _, data: data.split(b"\n")[0] + b",,\n" + data,
    lambda _, data: data + b",".join([b"x"] * 2000) + b"\n",
    lambda _, data: data + b"y" * 300_000 + b"\n",
    lambda _, data: b"[" * 5000 + data,
    lambda random, data: data[: random.randrange(len(data) + 1)],
    lambda random, data: bytes(random.randrange(256) for _ in range(200)),
    _flipped,
    _flipped,
]


def run(ending: Ending, random: Random) -> Tally:
    """Try one piece of hostile input after another."""
    tally = Tally()
    while not ending.reached(tally):
        seed = random.randrange(2**32)
        found = broken(seed)
        tally.enter("hostile input", None if found is None else f"broken({seed}): {found}")
    return tally


def broken(seed: int) -> str | None:
    """Return what is wrong with how the commands answer to the case of a seed, None if nothing is."""
    random = Random(seed)
    with tempfile.TemporaryDirectory(prefix="outlay-fuzz-") as folder:
        for arguments in _command_lines(random, Path(folder)):
            found = complaint(arguments)
            if found is not None:
                return f"{' '.join(arguments)[:200].replace(folder, '')}: {found}"
    return None


def complaint(arguments: list[str]) -> str | None:
    """Run a command line and return what is wrong with its answer."""
    result = CliRunner().invoke(main, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return f"{type(result.exception).__name__}: {result.exception}"
    told = result.stdout + result.stderr
    if result.exit_code not in DOCUMENTED:
        return f"exit code {result.exit_code}: {told[-300:]}"
    if "Traceback (most recent call last)" in told:
        return "it shows a traceback"
    if any(ord(sign) < 32 and sign not in "\n\r\t" for sign in told):
        return "it writes control characters"
    return _poor_refusal(arguments, result.exit_code, result.stdout, result.stderr)


def _poor_refusal(arguments: list[str], code: int, stdout: str, stderr: str) -> str | None:
    if "--json" in arguments and code != 2:
        try:
            document = json.loads(stdout)
        except ValueError:
            return f"its JSON is none: {stdout[:200]!r}"
        if code == REFUSED and not document.get("faults"):
            return f"a refusal without faults: {stdout[:200]!r}"
        if code == REFUSED and not all(
            fault["where"] and fault["problem"] and fault["remedy"] for fault in document["faults"]
        ):
            return f"a fault without place, problem or remedy: {stdout[:300]!r}"
    elif code == REFUSED and not re.search(r"^outlay: \S.*; \S", stderr, re.MULTILINE):
        return f"a refusal without remedy: {stderr[:200]!r}"
    return None


# -- cases -----------------------------------------------------------------------------------------------------------


def _command_lines(random: Random, folder: Path) -> Iterator[list[str]]:
    """Yield the command lines of a case, each when the ones before have run."""
    if random.random() < 0.05:
        yield _odd_arguments(random, folder)
        return
    source = str(random.choice([_document, _document, _document, _tables, _named])(random, folder))
    json_too = ["--json"] if random.random() < 0.5 else []
    yield ["check", source, *json_too]
    if random.random() < 0.4:
        run_file = str(folder / "run.json")
        yield ["solve", source, "--time-limit", "3", "-o", run_file, *json_too]
        if Path(run_file).exists():
            yield ["show", run_file, random.choice(["summary", "projects", "resources", "finance"]), *json_too]
            yield ["report", run_file, "-o", str(folder / "page.html"), *json_too]
    elif random.random() < 0.15:
        out = str(folder / "out")
        yield ["compare", source, "--all", "--time-limit", "2", "--jobs", "1", "-o", out, *json_too]
        if (Path(out) / "comparison.json").exists():
            yield ["report", out, "-o", str(folder / "page.html"), *json_too]


def _odd_arguments(random: Random, folder: Path) -> list[str]:
    odd = [cell for cell in [*ODD, *HOSTILE] if isinstance(cell, str) and "\0" not in cell and "\ud800" not in cell]
    words = [*odd, "0", "-1", "1", "7", "1e9", "99999999999999999999"]
    command = random.choice(["generate", "schema", "solve", "check", "show", "report", "verify", "compare", "new"])
    if command == "generate":
        size = random.choice(["0", "-3", "1", "5", "x", "1e3", "99999999999"])
        periods = random.choice(["0", "8", "16", "201", "x"])
        where = str(folder / random.choice(["made", "made.json", "a/b/made"]))
        return ["generate", "--projects", size, "--periods", periods, "-o", where]
    if command == "schema":
        return ["schema", *random.sample([*words, "--json"], 1)]
    return [command, str(folder / "none"), *random.sample(words, random.randint(0, 2))]


def _generated(random: Random) -> dict[str, Any]:
    """Return a document that uses many features, to be changed."""
    return json.loads(_text(random.randrange(DOCUMENTS)))  # type: ignore[no-any-return]


@cache
def _text(seed: int) -> str:
    return json.dumps(case_of(seed).document)


def _document(random: Random, folder: Path) -> Path:
    """Write a generated document with accidents as JSON."""
    document = _generated(random)
    for _ in range(random.choice(ACCIDENTS)):
        _accident(random, document)
    calendar = document.get("instance", {}).get("calendar") if isinstance(document.get("instance"), dict) else None
    periods = calendar.get("periods") if isinstance(calendar, dict) else None
    if isinstance(calendar, dict) and isinstance(periods, int | float) and periods > MOST_PERIODS:
        calendar["periods"] = MOST_PERIODS
    data = json.dumps(document).encode(errors="surrogatepass")
    if random.random() < 0.1:
        data = random.choice(BROKEN)(random, data)
    path = folder / "case.json"
    path.write_bytes(data)
    return path


def _tables(random: Random, folder: Path) -> Path:
    """Write a generated instance as a folder of tables, and break some of its files."""
    path = outlay.write(parse_document(_generated(random), source="fuzz"), folder / "case")
    files = sorted(path.iterdir())
    for file in random.sample(files, min(len(files), random.randint(1, 2))):
        kind = random.random()
        if kind < 0.7:
            file.write_bytes(random.choice(BROKEN)(random, file.read_bytes()))
            continue
        file.unlink()
        if kind < 0.8:
            file.mkdir()
        elif kind < 0.85:
            file.symlink_to(file)
        elif kind < 0.9:
            (path / file.name.upper()).write_bytes(b"x")
    return path


def _named(random: Random, folder: Path) -> Path:
    """Write a generated instance whose names are hostile, as JSON or, where it is allowed, as a folder."""
    document = _generated(random)
    document = renamed(document, {row["id"]: random.choice(HOSTILE) for row in document["projects"]})
    for row in document["projects"]:
        row |= {column: random.choice(HOSTILE) for column in ("name", "sector", "region", "company", "note")}
    names = {row["resource"]: random.choice(HOSTILE) for row in document.get("resources", []) if random.random() < 0.3}
    text = json.dumps(document)
    for name, other in names.items():
        text = text.replace(json.dumps(name), json.dumps(other))
    document = json.loads(text)
    document["instance"] |= {key: random.choice(HOSTILE) for key in ("name", "title", "money_unit")}
    if random.random() < 0.5:
        try:
            return outlay.write(parse_document(document, source="fuzz"), folder / "case")
        except OutlayError:
            shutil.rmtree(folder / "case", ignore_errors=True)
    path = folder / "case.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _accident(random: Random, document: dict[str, Any]) -> None:
    """Do something odd to a place of a document."""
    tables = [name for name, rows in document.items() if isinstance(rows, list) and rows and isinstance(rows[0], dict)]
    if random.random() < 0.25 or not tables:
        part: Any = document
        while isinstance(part, dict) and part:
            key = random.choice(sorted(part))
            if not isinstance(part[key], dict) or random.random() < 0.4:
                part[key] = random.choice([*ODD, *HOSTILE])
                return
            part = part[key]
        return
    rows = document[random.choice(tables)]
    row = random.choice(rows)
    if not isinstance(row, dict) or not row:
        return
    kind, column = random.random(), random.choice(sorted(row))
    if kind < 0.55:
        beside = [other[column] for other in rows if isinstance(other, dict) and column in other]
        strange = random.choice([*ODD, *HOSTILE, *_cells(random, document)])
        row[column] = strange if random.random() < 0.5 else random.choice([*beside, *PLAUSIBLE])
    elif kind < 0.65:
        row[random.choice(sorted({one.name for spec in TABLES.values() for one in spec.columns}))] = row.pop(column)
    elif kind < 0.8:
        rows.append({**row, column: random.choice([row[column], *ODD])})
    elif kind < 0.9:
        rows.remove(row)
    else:
        rows.append(random.choice([None, [], "x", 3, {}, {"": 1}]))


def _cells(random: Random, document: dict[str, Any]) -> list[Any]:
    """Return some cells of a document: names that exist, but belong elsewhere."""
    rows = [row for rows in document.values() if isinstance(rows, list) for row in rows if isinstance(row, dict)]
    cells = [cell for row in rows for cell in row.values()]
    return random.sample(cells, min(20, len(cells)))
