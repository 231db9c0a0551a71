"""Folders and files that are not what they should be: each is one clear fault, and never another exception."""

from __future__ import annotations

import csv
import os
import socket
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from outlay.instances.errors import Fault, InputError
from outlay.instances.formats import reading
from outlay.instances.formats.bundled import bundled_folder, bundled_names
from outlay.instances.formats.reading import read
from tests.instances.support import LEAST_FILES, write_files


def folder_with(path: Path, **files: str | bytes) -> Path:
    """Return the least folder with files added or replaced; a double underscore stands for the point."""
    return write_files(
        path / "case", {**LEAST_FILES, **{name.replace("__", "."): text for name, text in files.items()}}
    )


def faults_of(source: Any, **options: Any) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read(source, **options)
    assert str(caught.value).replace("\n", "").isprintable()
    return tuple(caught.value.faults)


def only_fault(source: Any, **options: Any) -> Fault:
    (fault,) = faults_of(source, **options)
    assert fault.remedy
    return fault


# -- what is read ------------------------------------------------------------------------------------------------


def test_the_least_instance_is_read(tmp_path: Path) -> None:
    instance = read(folder_with(tmp_path))
    assert instance["availability"].raw("amount") == (Decimal(2),)
    assert read(str(tmp_path / "case")) == instance
    assert read(os.path.join(tmp_path, "case", "")) == instance  # noqa: PTH118 - ends with a slash


def test_line_ends_and_byte_order_marks_do_not_matter(tmp_path: Path) -> None:
    plain = read(folder_with(tmp_path / "a"))
    for end in (b"\r\n", b"\r"):
        files = {name: b"\xef\xbb\xbf" + text.encode().replace(b"\n", end) for name, text in LEAST_FILES.items()}
        files["instance.toml"] = LEAST_FILES["instance.toml"].encode()
        assert read(write_files(tmp_path / end.hex(), files)) == plain
    files = {name: text.rstrip("\n") for name, text in LEAST_FILES.items()}
    assert read(write_files(tmp_path / "no end", files)) == plain


def test_blank_rows_and_hidden_files_are_skipped(tmp_path: Path) -> None:
    text = "\n\nid,value,commitment\n\nA,3,2\n , ,\n\n"
    folder = folder_with(
        tmp_path, projects__csv=text, **{".~lock": b"\xff", "README__md": "hello", "._projects__csv": b"\0"}
    )
    assert read(folder) == read(folder_with(tmp_path / "other"))


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    (folder / "projects.csv").rename(folder / "data.txt")
    (folder / "projects.csv").symlink_to("data.txt")
    (tmp_path / "alias").symlink_to(folder)
    assert read(tmp_path / "alias") == read(folder_with(tmp_path / "other"))


def test_json_is_read(tmp_path: Path) -> None:
    file = tmp_path / "least.JSON"
    file.write_text(
        '{"instance": {"name": "least", "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}},'
        '"projects": [{"id": "A", "value": 3.0, "commitment": "2"}], "resources": [{"resource": "commitments",'
        '"kind": "finance", "basis": "cumulative"}], "availability": [{"resource": "commitments", "from": "2026-01",'
        '"amount": 2}], "links": [], "funds": null}'
    )
    assert read(file) == read(folder_with(tmp_path))


# -- the path ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    ["", "  ", "no such", "a\0b", "\ud800", "x" * 5000, "/" * 3 + "none", "a\nb\x1b", None, 3, b"x", ["x"], 1.5],
)
def test_what_is_no_instance_is_refused(source: Any) -> None:
    fault = only_fault(source)
    assert "instance" in fault.problem or "File name too long" in fault.problem


def test_an_unknown_name_draws_the_bundled_ones() -> None:
    assert all(name in only_fault("us-japan-5500").remedy for name in bundled_names())


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("a = 1")
    assert "neither a folder nor a .json file" in only_fault(tmp_path / "x.toml").problem


def test_a_bundled_name_wins_and_a_path_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = bundled_names()[0]
    write_files(tmp_path / name, LEAST_FILES)
    assert read(name).name != "least"
    assert read(f"./{name}").name == read(Path(name)).name == "least"
    assert bundled_folder("../instances") is None


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_instances_are_valid(name: str) -> None:
    assert read(name).name == name


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert only_fault(tmp_path / "loop")
    (tmp_path / "loop.json").symlink_to("loop.json")
    assert only_fault(tmp_path / "loop.json")


def test_a_folder_that_must_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    folder = folder_with(tmp_path)
    monkeypatch.setattr(reading.os, "listdir", refuse)
    assert "Permission denied" in only_fault(folder).problem


# -- files of a folder -------------------------------------------------------------------------------------------


def test_missing_files_are_told_together(tmp_path: Path) -> None:
    faults = faults_of(write_files(tmp_path / "empty", {}))
    assert [(fault.where, fault.problem) for fault in faults] == [
        ("instance.toml", "the file is missing"),
        ("projects.csv", "the file is missing"),
    ]


@pytest.mark.parametrize("name", ["project.csv", "Projects.csv", "links.CSV", "set.toml", "provenence.csv"])
def test_a_misspelt_file_is_refused(tmp_path: Path, name: str) -> None:
    fault = only_fault(folder_with(tmp_path, **{name.replace(".", "__"): "id\nA\n"}))
    assert fault.where == name
    assert fault.remedy.startswith("did you mean")


@pytest.mark.parametrize("name", LEAST_FILES)
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"\n \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (LEAST_FILES["projects.csv"].encode("utf-16"), "not UTF-8"),
        ("id\n".encode("utf-16-le"), "NUL"),
        (b"# Z\x81rich\n", "not UTF-8"),
        (b"a\xed\xa0\x80", "not UTF-8"),
        (b"id,name\nA,a\0b\n", "NUL"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    fault = only_fault(folder_with(tmp_path, **{name.replace(".", "__"): content}))
    assert fault.where == name
    assert problem in fault.problem


def test_the_row_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    assert only_fault(folder_with(tmp_path, projects__csv=b"id,name\nA,a\nB,\xff\n")).row == 3
    assert only_fault(folder_with(tmp_path, projects__csv=b"id,name\nA,\0\n")).row == 2


def a_fifo(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


KINDS: dict[str, Callable[[Path], object]] = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": a_fifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to nothing": lambda path: path.symlink_to("nothing"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link outside": lambda path: path.symlink_to("/etc/hostname"),
    "a link upwards": lambda path: path.symlink_to("../outside.txt"),
    "a link through a folder": lambda path: path.symlink_to("sub/../../outside.txt"),
}


@pytest.mark.parametrize("name", ["instance.toml", "projects.csv", "sets.toml", "links.csv"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_of_the_folder_is_refused_at_once(tmp_path: Path, name: str, kind: str) -> None:
    folder = folder_with(tmp_path)
    (tmp_path / "outside.txt").write_text("id\nA\n")
    (folder / "sub").mkdir()
    (folder / name).unlink(missing_ok=True)
    KINDS[kind](folder / name)
    assert only_fault(folder).where == name


def test_a_socket_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_with(tmp_path)
    monkeypatch.chdir(folder)  # the name of a socket must be short
    a_socket(Path("links.csv"))
    assert "not a regular file" in only_fault(folder).problem


@pytest.mark.parametrize("kind", ["a pipe", "a device", "a link to nothing"])
def test_a_json_path_that_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    KINDS[kind](tmp_path / "x.json")
    assert only_fault(tmp_path / "x.json")


def test_a_file_of_the_kernel_is_not_read_without_end(tmp_path: Path) -> None:
    (tmp_path / "x.json").symlink_to("/proc/self/mem")
    assert only_fault(tmp_path / "x.json")


def test_a_file_that_must_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from outlay.instances.formats import files

    def refuse(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    folder = folder_with(tmp_path)
    monkeypatch.setattr(files.os, "open", refuse)
    faults = faults_of(folder)
    assert [fault.where for fault in faults] == ["projects.csv", "resources.csv", "availability.csv", "instance.toml"]
    assert all("Permission denied" in fault.problem for fault in faults)


def test_a_large_file_is_refused_by_its_size_without_being_read(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    with (folder / "requirements.csv").open("wb") as file:
        file.truncate(200_000_000)
    fault = only_fault(folder)
    assert (fault.where, "200.0 MB" in fault.problem, "100 MB" in fault.problem) == ("requirements.csv", True, True)
    assert "max_file_mb" in fault.remedy


def test_the_limit_of_size_can_be_chosen(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, projects__csv="id,note\nA," + "x" * 1000 + "\n")
    assert only_fault(folder, max_file_mb=0.001).where == "projects.csv"
    assert read(folder, max_file_mb=0.0011)
    assert read(folder, max_file_mb=float("inf"))


@pytest.mark.parametrize("limit", [0, -1, float("nan"), "100", None, True])
def test_a_limit_is_a_size(tmp_path: Path, limit: Any) -> None:
    assert {fault.where for fault in faults_of(folder_with(tmp_path), max_file_mb=limit)} == {"max_file_mb"}


# -- CSV ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "row", "column", "problem"),
    [
        ("id,value,value\nA,1,2\n", 1, "value", "stands twice"),
        ("id,,value\nA,1,2\n", 1, None, "column 2 of the header is blank"),
        ("id,value\nA,1\nB\n", 3, None, "the row has 1 cells, the header 2"),
        ('id,name\n"A\n\n",1\nB,1,2\n', 5, None, "the row has 3 cells"),
        ("id;value\nA;1.250\n", 2, "value", "this may be 1250 or 1.250"),
        ("id;value\nA;1\nB\n", 3, None, "the row has 1 cells, the header 2"),
        ('id,name\nA,"x"y\n', 2, None, "not valid CSV"),
        ('id,name\nA,"x\n', 2, None, "not valid CSV"),
        ("id,name\nA," + "x" * 200_000 + "\n", 2, None, "field larger than field limit"),
        ("id,name\nA," + "x" * 110_000 + "\n", 2, "name", "more than 100000"),
        ("id,value\nA,1e999999\n", 2, "value", "at most 15 digits"),
        ("id,value\nA,１２\n", 2, "value", "not a number"),
        ("id,value\nA,1_000\n", 2, "value", "not a number"),
        ("id,value\nA,true\n", 2, "value", "not a number"),
        ("id,value\nA,NaN\n", 2, "value", "finite"),
        ("id,commitment\nA,-1\n", 2, "commitment", "negative"),
        ("id,latest_start\nA,2026-13\n", 2, "latest_start", "not a month"),
        ("id,latest_start\nA,2026-1\n", 2, "latest_start", "not a month"),
        ("id,vlaue\nA,1\n", None, "vlaue", "unknown"),
        ("name\nA\n", None, "id", "missing"),
        ("id\nA\n\nA\n", 4, "id", "stands already in row 2"),
    ],
)
def test_a_wrong_table_is_told_with_its_row(
    tmp_path: Path, text: str, row: int | None, column: str | None, problem: str
) -> None:
    fault = only_fault(folder_with(tmp_path, projects__csv=text))
    assert (fault.where, fault.row, fault.column) == ("projects.csv", row, column)
    assert problem in fault.problem


def test_the_limit_of_the_csv_module_belongs_to_the_caller(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, projects__csv="id,name\nA," + "x" * 1000 + "\n")
    before = csv.field_size_limit(500)
    try:
        assert "field larger" in only_fault(folder).problem
    finally:
        csv.field_size_limit(before)


def test_thousands_of_wrong_columns_are_each_told(tmp_path: Path) -> None:
    header = ",".join(["id", *(f"c{number}" for number in range(3000))])
    assert len(faults_of(folder_with(tmp_path, projects__csv=header + "\nA" + "," * 3000 + "\n"))) == 3000


def test_records_with_keys_of_their_own_take_no_room() -> None:
    from tests.instances.support import changed, faults_of

    rows = [{"id": f"P{number}", f"key{number}": 1, "life_years": 9} for number in range(3000)]
    assert len(faults_of(changed(projects=rows))) >= 3000


# -- TOML and JSON -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["instance.toml", "sets.toml"])
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = ", "not valid TOML"),
        ("a = 1\na = 2", "not valid TOML"),
        ("a = " + "[" * 5000, "nested too deeply"),
        ("a = " + "9" * 5000, "a number is too large"),
        ("a = 1e99999999999999999999", "a number is too large"),
        ("a = 2026-13-01", "not valid TOML"),
    ],
)
def test_toml_that_is_none_is_refused(tmp_path: Path, name: str, text: str, problem: str) -> None:
    fault = only_fault(folder_with(tmp_path, **{name.replace(".", "__"): text}))
    assert fault.where == name
    assert problem in fault.problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = 0x" + "f" * 5000, "at most 15 digits"),
        (".".join("a" * 3000) + " = 1", "nested too deeply"),
        ("title = 2026-01-01", "in quotation marks"),
        ("money_unit = nan", "finite"),
        ("periods = 1", "unknown"),
        ("sources = [1_000.5]", "not text"),
    ],
)
def test_odd_values_of_the_settings_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    faults = faults_of(folder_with(tmp_path, instance__toml=text + "\n" + LEAST_FILES["instance.toml"]))
    assert {fault.where for fault in faults} == {"instance.toml"}
    assert any(problem in fault.problem for fault in faults), [str(fault) for fault in faults]


def test_dates_without_quotation_marks_are_told(tmp_path: Path) -> None:
    text = '[a]\n[[a.change]]\ntable = "availability"\nwhere = { from = 2026-01-01 }\ndelete = true\n'
    fault = only_fault(folder_with(tmp_path, sets__toml=text))
    assert (fault.where, fault.column) == ("sets.toml", "a.change[1].where.from")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not valid JSON"),
        ("{} x", "not valid JSON"),
        ('{"instance": {"name": NaN}}', "not valid JSON"),
        ('{"instance": -Infinity}', "not valid JSON"),
        ('{"instance": {}, "projects": [], "instance": {}}', "the key 'instance' twice"),
        ('{"projects": [{"id": "A", "id": "B"}]}', "the key 'id' twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"projects": ' + "[" * 100_000, "nested too deeply"),
        ("9" * 5000, "a number is too large"),
        ("1e99999999999999999999", "a number is too large"),
        ('"' + "\0" + '"', "NUL"),
        ("[]", "not an instance"),
        ("null", "not an instance"),
        ("3", "not an instance"),
        ('"instance"', "not an instance"),
    ],
)
def test_json_that_is_no_instance_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "x.json").write_text(text)
    fault = only_fault(tmp_path / "x.json")
    assert fault.where == "x.json"
    assert problem in fault.problem


@pytest.mark.parametrize(
    ("name", "remedy"), [("projects__csv", "write a header"), ("instance__toml", "write its keys")]
)
def test_an_empty_file_is_told_what_belongs_into_it(tmp_path: Path, name: str, remedy: str) -> None:
    assert str(only_fault(folder_with(tmp_path, **{name: ""})).remedy).startswith(remedy)
