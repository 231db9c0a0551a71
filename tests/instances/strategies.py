"""Hypothesis strategies: documents that are valid, with cells of every kind that a file can garble."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from outlay.instances.dictionary.tables import TABLES
from outlay.instances.dictionary.vocabulary import Column
from outlay.instances.values.numbers import month_text

#: Characters that quoting, splitting and stripping trip over, among ordinary ones.
AWKWARD = ",;\"'\n\r\t \x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\u00a0\ufeff\u202e#=@|<>&%{}[]\\/+-*?.0aZé漢😀"
texts = st.text(
    st.sampled_from(AWKWARD) | st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8
)
#: White space at the ends is not held, and a cell of nothing else is blank.
filled_texts = st.builds(lambda text: text.strip() or "x", texts)
list_items = filled_texts.map(lambda text: text.replace(";", ",").strip() or "x")
ids = filled_texts.map(lambda text: text.replace("@", "a"))
months = st.integers(min_value=12 * 1900, max_value=12 * 2026 + 12).map(month_text)


def numbers(least: Decimal | None = Decimal(0), most: Decimal | None = None) -> st.SearchStrategy[Decimal]:
    """Return exact numbers within bounds, of up to 15 digits before and 30 after the point."""
    most = Decimal(10**15 - 1) if most is None else most
    least = -most if least is None else least
    places = st.sampled_from([0, 0, 1, 3, 30])
    return places.flatmap(lambda count: st.decimals(least, most, places=count, allow_nan=False))


def cells(column: Column) -> st.SearchStrategy[Any]:
    """Return what may stand in a column of plain values; None is blank."""
    kinds: dict[str, Any] = {
        "text": filled_texts,
        "id": ids,
        "list": st.lists(list_items, max_size=3),
        "flag": st.booleans(),
        "month": months,
        "choice": st.sampled_from(column.choices or ("",)),
    }
    if column.kind in kinds:
        found: st.SearchStrategy[Any] = kinds[column.kind]
    elif column.kind == "whole":
        found = st.integers(int(column.minimum or 0), int(column.maximum or 1000))
    else:
        least = Decimal("0.001") if column.positive else column.minimum
        found = numbers(least, column.maximum)
    return found if column.required else st.none() | found


def rows(table: str, columns: list[str], /, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return rows of a table with cells in some columns, of which those in `fixed` are chosen otherwise."""
    described = {name: TABLES[table].column(name) for name in columns}
    return st.fixed_dictionaries({**{name: cells(column) for name, column in described.items() if column}, **fixed})


_PROJECT_COLUMNS = [
    "name",
    "sector",
    "region",
    "company",
    "tags",
    "status",
    "review_remaining_months",
    "source",
    "note",
]
_PROJECT_COLUMNS += ["selection_load", "strategic_score", "commitment", "value", "construction_months", "life_years"]
_PROJECT_COLUMNS += ["min_scale", "draw_shape", "cash_yield", "earliest_start"]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Return a valid document."""
    metrics = [f"m{name}m" for name in draw(st.lists(filled_texts, max_size=2, unique=True))]
    names = draw(st.lists(ids, min_size=1, max_size=4, unique=True))
    resources = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    weights = {name: draw(numbers(None)) for name in draw(st.lists(st.sampled_from(["value", *metrics]), min_size=1))}
    values = {name: st.none() | numbers(None) for name in metrics}
    project = rows("projects", draw(st.lists(st.sampled_from(_PROJECT_COLUMNS), unique=True)), **values)
    document: dict[str, Any] = {
        "instance": {
            "name": draw(texts.filter(bool)),
            "title": draw(texts),
            "calendar": {"start": "2026-01", "periods": draw(st.integers(2, 9)), "months_per_period": 12},
            "metrics": {name: {"unit": draw(texts), "scaled": draw(st.booleans())} for name in metrics},
            "objective": draw(st.sampled_from([weights, [{"weights": weights, "tolerance": Decimal("0.5")}]])),
            "sources": draw(st.lists(texts, max_size=2)),
        },
        "projects": [{"id": name, **draw(project)} for name in names],
        "resources": [
            {"resource": name, **draw(rows("resources", ["kind", "region", "basis", "penalty"]))} for name in resources
        ],
        "sets": draw(sets()),
    }
    some = st.sampled_from
    tables = {
        "availability": st.lists(rows("availability", ["from", "amount"], resource=some(resources)), max_size=3),
        "requirements": st.lists(
            rows("requirements", ["role", "amount", "shape", "note"], project=some(names), resource=some(resources)),
            max_size=4,
        ),
        "programs": st.lists(
            rows("programs", ["program", "cost_per_unit", "counts_against_cap"], resource=some(resources)), max_size=2
        ),
        "terms": st.lists(
            rows("terms", draw(some([["rate"], ["rate", "min_japan_npv"]])), tenor_years=st.just(9)), max_size=3
        ),
        "provenance": st.lists(rows("provenance", ["key", "kind", "text"], table=some([*TABLES])), max_size=3),
    }
    for name, strategy in tables.items():
        found = draw(strategy)
        for number, row in enumerate(found):
            if name == "requirements":
                row["phase"] = "construction"
            if name == "terms":
                row["terms"] = f"t{number}"
        key = TABLES[name].key
        document[name] = list(
            {tuple(row[part] for part in key) or number: row for number, row in enumerate(found)}.values()
        )
    for row in document["projects"]:
        if row.get("status") == "started":
            row["started"] = draw(some(["2025-07", "2026-03"]))
    for row in document["requirements"]:
        row["resource"] = row["resource"].replace("commitments", "c").replace("draws", "d").replace("selections", "s")
    known = {row["resource"] for row in document["resources"]}
    document["requirements"] = [row for row in document["requirements"] if row["resource"] in known]
    return document


@st.composite
def sets(draw: st.DrawFn) -> dict[str, Any]:
    """Return constraint sets that may not fit the instance, but are well formed."""
    names = st.builds(lambda text: "s" + text.replace("+", "").replace(",", "").strip(), texts)
    values = texts | st.booleans() | numbers(None) | st.integers(-5, 5) | st.lists(texts, max_size=2) | st.none()
    columns = st.sampled_from(["note", "value", "id", "no such"])
    table = st.sampled_from(["projects", "resources", "provenance"])
    change = st.fixed_dictionaries(
        {"table": table, "where": st.dictionaries(columns, values, max_size=2)},
    ).flatmap(
        lambda base: st.sampled_from(["set", "scale", "add", "delete"]).flatmap(
            lambda operation: st.fixed_dictionaries(
                {
                    **{key: st.just(value) for key, value in base.items()},
                    operation: st.just(True)
                    if operation == "delete"
                    else st.dictionaries(
                        columns, values if operation == "set" else numbers(None), min_size=1, max_size=2
                    ),
                }
            )
        )
    )
    body = st.fixed_dictionaries(
        {},
        optional={
            "title": texts | st.none(),
            "change": st.lists(change, max_size=2),
            "disable": st.lists(st.sampled_from(["labour", "supply"]), max_size=2),
            "force_in": st.lists(texts, max_size=2),
            "objective": st.dictionaries(texts, numbers(None), min_size=1, max_size=2) | st.just("@x") | st.none(),
        },
    )
    return draw(st.dictionaries(names, body, max_size=2))
