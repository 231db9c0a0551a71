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


@slowly
@given(documents())
def test_writing_and_reading_is_the_identity(document: dict[str, Any]) -> None:
    instance = parsed(document)
    for name in ("folder", "one.json", "one.xlsx"):
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


@pytest.mark.parametrize("number", ["0.1", "123456789012345.123456789012345678901234567891", "1E-30", "-5", "2.50"])
@pytest.mark.parametrize("name", ["folder", "one.json", "one.xlsx"])
def test_numbers_keep_every_digit(number: str, name: str) -> None:
    document = small()
    document["projects"][0]["value"] = document["instance"]["objective"]["value"] = Decimal(number)
    document["sets"]["tight"]["change"][0]["scale"]["amount"] = Decimal(number)
    copy = written_and_read(parsed(document), name)
    assert copy["projects"].raw("value")[0] == Decimal(number)
    assert copy.settings.objective == {"value": Decimal(number), "jobs": Decimal("0.1")}
    assert copy.sets["tight"]["change"][0]["scale"]["amount"] == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
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
    ],
)
@pytest.mark.parametrize("name", ["folder", "one.json", "one.xlsx"])
def test_text_keeps_every_character(text: str, name: str) -> None:
    document = small()
    document["projects"][0] |= {"name": text, "tags": ["x", f"x{text}x"]}
    document["instance"]["title"] = f" {text} "
    document["sets"] = {
        f"s{text}s".replace(",", "").replace("+", ""): {
            "title": text,
            "change": [{"table": "projects", "set": {"name": text}}],
        }
    }
    copy = written_and_read(parsed(document), name)
    assert copy == parsed(document)
    assert copy["projects"].raw("name")[0] == text
    assert copy.settings.title == f" {text} "


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
