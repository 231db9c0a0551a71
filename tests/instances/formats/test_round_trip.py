"""What is written is read again as it was, to the last digit and the last odd character."""

from __future__ import annotations

import csv
import random
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import simplejson
from hypothesis import given
from hypothesis import strategies as st

from outlay.instances.errors import InputError
from outlay.instances.formats import writing
from outlay.instances.formats.bundled import bundled_names
from outlay.instances.formats.reading import read
from outlay.instances.formats.writing import document_text, to_document, write
from outlay.instances.instance import Instance
from tests.instances.strategies import documents
from tests.instances.support import changed, parsed, small
from tests.support.choosing import some
from tests.support.examples import examples

slowly = examples(64)


def written_and_read(instance: Instance, name: str) -> Instance:
    with tempfile.TemporaryDirectory() as folder:
        return read(write(instance, Path(folder) / name))


@pytest.mark.parametrize("name", ["folder", "one.json", "one.JSON", "one.xlsx"])
def test_writing_and_reading_the_small_instance_is_the_identity(name: str) -> None:
    instance = parsed(small())
    assert written_and_read(instance, name) == instance
    assert written_and_read(instance, name).digest == instance.digest


@pytest.mark.parametrize("name", some(["folder", "one.json", "one.xlsx"], 2))
@slowly
@given(document=documents())
def test_writing_and_reading_is_the_identity(name: str, document: dict[str, Any]) -> None:
    instance = parsed(document)
    copy = written_and_read(instance, name)
    assert copy == instance
    assert copy.digest == instance.digest


@pytest.mark.slow
@slowly
@given(documents(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_means_nothing(document: dict[str, Any], chance: random.Random) -> None:
    instance = parsed(document)
    with tempfile.TemporaryDirectory() as name:
        folder = write(instance, Path(name) / "folder")
        for file in folder.glob("*.csv"):
            with file.open(newline="", encoding="utf-8") as text:
                header, *body = list(csv.reader(text))
            chance.shuffle(body)
            order = list(range(len(header)))
            chance.shuffle(order)
            with file.open("w", newline="", encoding="utf-8") as text:
                csv.writer(text, quoting=csv.QUOTE_ALL).writerows(
                    [row[place] for place in order] for row in [header, *body]
                )
        shuffled = read(folder)
    assert shuffled == instance
    assert shuffled.digest == instance.digest
    assert [list(table.cells) for table in shuffled.tables.values()] == [
        list(table.cells) for table in instance.tables.values()
    ]


@pytest.mark.parametrize("name", some(bundled_names(), {"tutorial"}))
def test_bundled_instances_are_written_and_read(name: str) -> None:
    instance = read(name)
    assert written_and_read(instance, "folder") == instance == written_and_read(instance, "one.json")
    assert written_and_read(instance, "one.xlsx") == instance


NUMBERS = ["0.1", "123456789012345.123456789012345678901234567891", "1E-30", "-5", "2.50"]


def of_numbers(numbers: list[str]) -> dict[str, Any]:
    """Return a document with each number in its tables, settings and sets; the last one in the objective."""
    document = small()
    first, *_ = document["projects"]
    for place, number in enumerate(numbers):
        document["projects"].append({**first, "id": f"N{place}", "value": Decimal(number)})
        document["instance"]["objective"]["value"] = Decimal(number)
        document["sets"][f"n{place}"] = {
            "change": [{"table": "projects", "where": {"id": f"N{place}"}, "scale": {"value": Decimal(number)}}]
        }
    return document


def assert_numbers_are_kept(numbers: list[str], name: str) -> None:
    copy = written_and_read(parsed(of_numbers(numbers)), name)
    assert list(copy["projects"].raw("value")[-len(numbers) :]) == [Decimal(number) for number in numbers]
    assert copy.settings.objective == {"value": Decimal(numbers[-1]), "jobs": Decimal("0.1")}
    amounts = [copy.sets[f"n{place}"]["change"][0]["scale"]["value"] for place in range(len(numbers))]
    assert amounts == [Decimal(number) for number in numbers]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ["folder", "one.json"])
def test_numbers_keep_every_digit(number: str, name: str) -> None:
    assert_numbers_are_kept([number], name)


def test_numbers_keep_every_digit_in_a_workbook() -> None:
    assert_numbers_are_kept(NUMBERS, "one.xlsx")


TEXTS = [
    'a"b',
    "a,b",
    "a\nb",
    "a\r\nb",
    "a\rb",
    '"',
    "a\u2028b",
    "a\x0bb",
    "a\x85b",
    "a\x1cb",
    "#a",
    "=1+1",
    "'a'",
    "\ufeffa",
    "😀",
]


def of_texts(texts: list[str]) -> dict[str, Any]:
    """Return a document with each text in its tables, settings and sets; the last one in the title."""
    document = small()
    first, *_ = document["projects"]
    document["sets"] = {}
    for place, text in enumerate(texts):
        document["projects"].append({**first, "id": f"T{place:02}", "name": text, "tags": ["x", f"x{text}x"]})
        document["instance"]["title"] = f" {text} "
        document["sets"][f"s{text}s".replace(",", "").replace("+", "")] = {
            "title": text,
            "change": [{"table": "projects", "set": {"name": text}}],
        }
    return document


def assert_texts_are_kept(texts: list[str], name: str) -> None:
    document = of_texts(texts)
    copy = written_and_read(parsed(document), name)
    assert copy == parsed(document)
    assert list(copy["projects"].raw("name")[-len(texts) :]) == texts
    assert sorted(made["title"] for made in copy.sets.values()) == sorted(texts)
    assert copy.settings.title == f" {texts[-1]} "


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", ["folder", "one.json"])
def test_text_keeps_every_character(text: str, name: str) -> None:
    assert_texts_are_kept([text], name)


def test_text_keeps_every_character_in_a_workbook() -> None:
    assert_texts_are_kept(TEXTS, "one.xlsx")


def test_white_space_at_the_ends_of_a_cell_is_dropped() -> None:
    document = small()
    document["projects"][0] |= {"name": " \u2003a b\n", "sector": " energy "}
    document["projects"][1]["name"] = " \t"
    assert parsed(document)["projects"].raw("name") == ("a b", None, None)
    assert parsed(document)["projects"].raw("sector")[0] == "energy"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["folder", "one.json", "one.xlsx"])
def test_a_blank_test_of_the_npv_is_no_absent_one(name: str) -> None:
    row = {"terms": "usual", "rate": 0.04, "tenor_years": 10}
    absent = written_and_read(parsed(changed(terms=[row])), name)
    blank = written_and_read(parsed(changed(terms=[{**row, "min_japan_npv": ""}])), name)
    assert "min_japan_npv" not in absent["terms"].cells
    assert blank["terms"].cells["min_japan_npv"] == (None,)
    assert absent != blank
    assert absent.digest != blank.digest
    assert blank.with_set("tight")["terms"] == blank["terms"]


def test_a_column_of_blanks_is_an_absent_one_elsewhere() -> None:
    document = small()
    for row in document["projects"]:
        row["company"] = "" if row["id"] == "A" else None
    assert parsed(document) == parsed(small())
    assert "company" not in parsed(document)["projects"].cells


def test_the_document_is_the_callers_own() -> None:
    instance = parsed(small())
    document = to_document(instance)
    document["sets"]["tight"]["change"].clear()
    document["projects"][0]["tags"].append("z")
    document["instance"]["objective"].clear()
    assert instance == parsed(small())


def test_documents_can_be_written_by_any_json_library() -> None:
    text = document_text(to_document(parsed(small())))
    assert parsed(simplejson.loads(text, use_decimal=True)) == parsed(small())
    assert parsed(simplejson.loads(text)) == parsed(small())


# -- writing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["there", "there.json"])
def test_nothing_that_exists_is_touched(tmp_path: Path, name: str) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there.json").symlink_to("nothing")
    with pytest.raises(InputError, match="something with this name exists"):
        write(parsed(small()), tmp_path / name)
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "\ud800", "file/below", "", None, 3])
def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path, name: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("x")
    for suffix in ("", ".json") if isinstance(name, str) and name else ("",):
        with pytest.raises(InputError) as caught:
            write(parsed(small()), name + suffix if suffix else name)
        assert len(caught.value.faults) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", ["folder", "one.json", "one.xlsx"])
def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_write_text", fail)
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(InputError, match="No space left on device"):
        write(parsed(small()), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
