"""What a report promises whatever it shows: one file, nothing from outside, nothing from data but text."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import hashlib
import json
import re
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import outlay
from outlay.cli.report.layout import page as report_page
from outlay.cli.report.layout.page import MOST_BYTES, json_block, policy
from outlay.cli.report.layout.size import render_within
from outlay.cli.report.layout.style import label, money, plain
from outlay.cli.report.solution.brief import brief
from outlay.cli.report.solution.page import solution_context
from outlay.cli.report.write import write_comparison_report, write_report
from outlay.instances.formats.parsing import parse_document
from outlay.optimizer.verify.report import Violation
from tests.cli.report.cases import MARKUP, SCRIPT, comparison, hostile_solution, tutorial_solution
from tests.support.documents import document, small_plan


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text of each script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self._open = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag
        if tag == "script":
            self.scripts.append((dict(attrs).get("type") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            kind, text = self.scripts[-1]
            self.scripts[-1] = (kind, text + data)
        elif self._open != "style":
            self.texts.append(data)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    return {
        "hostile": write_report(hostile_solution(), folder / "hostile.html"),
        "tutorial": write_report(tutorial_solution(), folder / "tutorial.html"),
        "comparison": write_comparison_report(comparison(), folder / "comparison.html"),
    }


@pytest.fixture(params=["hostile", "tutorial", "comparison"])
def page(request: pytest.FixtureRequest, reports: dict[str, Path]) -> Page:
    return Page(reports[request.param].read_text(encoding="utf-8"))


@pytest.mark.slow
def test_a_report_asks_nobody_for_anything(page: Page) -> None:
    for tag, attributes in page.elements:
        assert "src" not in attributes, (tag, attributes)
        assert (attributes.get("href") or "#").startswith(("#", "data:")), (tag, attributes)
        assert tag not in {"iframe", "object", "embed", "img", "base", "form", "video", "audio"}
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
    assert "url(" not in str([text for kind, text in page.scripts if kind])


@pytest.mark.slow
def test_the_style_loads_nothing(reports: dict[str, Path]) -> None:
    style = re.search(r"<style>(.*?)</style>", reports["tutorial"].read_text(encoding="utf-8"), re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_a_report_stays_below_its_largest_size(reports: dict[str, Path]) -> None:
    assert all(path.stat().st_size < MOST_BYTES / 2 for path in reports.values())


def test_every_table_has_a_name_and_every_chart_a_sentence(page: Page) -> None:
    tables = [tag for tag, _ in page.elements if tag in {"table", "caption"}]
    assert tables
    assert tables[::2] == ["table"] * (len(tables) // 2)
    assert tables[1::2] == ["caption"] * (len(tables) // 2)
    assert {row.get("scope") for tag, row in page.elements if tag == "th"} == {"col", "row"}
    told = [row["aria-label"] for tag, row in page.elements if row.get("role") in {"img", "figure"}]
    assert told
    assert all(told)
    assert len(set(told)) == len(told)


def test_a_report_begins_with_five_lines_made_from_the_tables(page: Page, request: pytest.FixtureRequest) -> None:
    if "tutorial" not in request.node.name:
        return
    solution = tutorial_solution()
    lines = [line.text for line in brief(solution)]
    assert 2 <= len(lines) <= 5
    assert lines[0] == "3 of 5 projects are funded: $11M of the $11M that may be committed (100 %)."
    assert "Central library (library)" in " ".join(lines)
    assert all(line in page.texts for line in lines)


@pytest.mark.slow
def test_a_page_is_signed_by_whom_it_is_told(tmp_path: Path) -> None:
    made = outlay.report(tutorial_solution(), tmp_path / "a.html", author="<b>Office</b>", date="May 2026")
    texts = Page(made.read_text(encoding="utf-8")).texts
    assert sum("May 2026 · <b>Office</b>" in text for text in texts) == 2
    assert outlay.report(tutorial_solution(), tmp_path / "a.xlsx").stat().st_size > 5_000
    assert outlay.report(comparison(), tmp_path / "b.xlsx").stat().st_size > 5_000
    with pytest.raises(outlay.InputError, match="there is no report of a str"):
        outlay.report("run.json", tmp_path / "c.html")  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_page_of_two_runs_speaks_of_runs(tmp_path: Path) -> None:
    found = outlay.compare_runs({"one": tutorial_solution(), "two": tutorial_solution()})
    texts = Page(outlay.report(found, tmp_path / "runs.html").read_text(encoding="utf-8")).texts
    assert any("2 runs; differences are to" in text for text in texts)
    assert {text for text in texts if re.search(r"\bsets?\b", text, re.IGNORECASE)} == {"set base"}  # whose each is


def test_the_library_says_whose_it_is_and_its_licence_lies_beside_it() -> None:
    folder = report_page.TEMPLATES
    head = (folder / "plotly-cartesian.min.js").read_text(encoding="utf-8")[:400]
    assert re.search(r"plotly\.js \(cartesian - minified\) v\d+\.\d+\.\d+", head)
    assert "MIT License" in (folder / "plotly-cartesian.LICENSE").read_text(encoding="utf-8")


def test_the_policy_names_the_two_scripts_of_the_page_and_lets_nothing_else_in(page: Page) -> None:
    metas = [attributes for tag, attributes in page.elements if tag == "meta"]
    given = next(str(meta["content"]) for meta in metas if meta.get("http-equiv") == "Content-Security-Policy")
    own = [text for kind, text in page.scripts if not kind]
    assert len(own) == 1
    library = next(text for kind, text in page.scripts if kind == "application/gzip")
    assert given == policy(gzip.decompress(base64.b64decode(library)).decode(), *own)
    assert "default-src 'none'" in given
    assert "connect-src 'none'" in given
    assert "unsafe-inline" not in given.split("script-src")[1].split(";")[0]
    assert "http" not in given


def test_policy_is_the_hash_that_browsers_compute() -> None:
    digest = base64.b64encode(hashlib.sha256(b"go()").digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy("go()")


def test_hostile_names_are_text(page: Page, request: pytest.FixtureRequest) -> None:
    blocks = [text for kind, text in page.scripts if kind == "application/json"]
    assert blocks
    for text in blocks:
        assert not set("<>&\u2028") & set(text)
        json.loads(text)
    assert [kind for kind, _ in page.scripts].count("") == 1
    if "tutorial" not in request.node.name:
        assert SCRIPT in page.texts
        assert any("alert(3)" in text for text in page.texts)


def test_charts_hold_no_markup_from_data(reports: dict[str, Path]) -> None:
    for name in ("hostile", "comparison"):
        text = reports[name].read_text(encoding="utf-8")
        for block in re.findall(
            r'<script type="application/json" id="(?!returns)[^"]*">(.*?)</script>', text, re.DOTALL
        ):
            shown = block.replace("\\u003c", "<").replace("\\u003e", ">").replace("\\u0026", "&")
            assert "<script" not in shown
            assert "<img" not in shown
            assert "<a " not in shown
    assert "\u202e" not in reports["hostile"].read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_same_solution_gives_the_same_bytes(tmp_path: Path) -> None:
    solution = hostile_solution()
    first = write_report(solution, tmp_path / "a.html").read_bytes()
    assert write_report(solution, tmp_path / "b.html").read_bytes() == first
    loaded = outlay.load(solution.save(tmp_path / "run.json"))
    assert write_report(loaded, tmp_path / "c.html").read_bytes() == first
    again = outlay.solve(solution.instance)
    assert write_report(again, tmp_path / "d.html").read_bytes() == first


@pytest.mark.slow
def test_the_same_comparison_gives_the_same_bytes(tmp_path: Path, reports: dict[str, Path]) -> None:
    slower = comparison()
    slower = dataclasses.replace(slower, cases=slower.cases.assign(seconds=9.0))
    again = write_comparison_report(slower, tmp_path / "again.html")
    assert again.read_bytes() == reports["comparison"].read_bytes()


def test_a_report_says_what_is_proved_and_checked(reports: dict[str, Path]) -> None:
    text = reports["tutorial"].read_text(encoding="utf-8")
    assert "Proved optimal: objective" in text
    assert re.search(r"Checked again independently in exact rational arithmetic: \d+ conditions, all hold", text)


@pytest.mark.slow
def test_every_unfunded_project_is_named_with_its_reason() -> None:
    solution = hostile_solution()
    rows = solution.projects[~solution.projects["funded"].astype(bool)]
    losers = solution_context(solution, outlay.verify(solution))["losers"]
    assert len(losers) == len(rows) > 0
    assert all(row[-1].text for row in losers.rows)


@pytest.mark.slow
def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("mine")
    with pytest.raises(outlay.InputError, match="exists"):
        write_report(tutorial_solution(), target)
    with pytest.raises(outlay.InputError, match="exists"):
        write_comparison_report(comparison(), target)
    assert target.read_text() == "mine"
    assert (
        write_report(tutorial_solution(), target, force=True).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    )
    with pytest.raises(outlay.InputError, match="this is a folder"):
        write_report(tutorial_solution(), tmp_path, force=True)


def test_an_answer_that_failed_its_verification_is_refused(tmp_path: Path) -> None:
    solution = tutorial_solution()
    assert solution.verification is not None
    broken = Violation("cap", "cap kept", "commitments", Fraction(2), Fraction(1), Fraction(1), "too much is spent")
    refused = dataclasses.replace(
        solution, verification=dataclasses.replace(solution.verification, violations=(broken,))
    )
    with pytest.raises(outlay.UnverifiedError):
        write_report(refused, tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_a_plan_that_was_tampered_with_is_refused_whatever_it_says_of_itself(tmp_path: Path) -> None:
    solution = tutorial_solution()
    assert solution.plan is not None
    tampered = dataclasses.replace(solution, plan=outlay.Plan(choices=solution.plan.choices[1:]))
    assert tampered.verified
    with pytest.raises(outlay.UnverifiedError):
        write_report(tampered, tmp_path / "report.html")


def test_without_a_plan_there_is_no_report(tmp_path: Path) -> None:
    impossible = parse_document(
        document(
            projects=[{"id": "A", "commitment": 2, "status": "mandatory"}],
            resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
            availability=[{"resource": "commitments", "from": "2026-01", "amount": 1}],
        ),
        source="impossible",
    )
    with pytest.raises(outlay.InfeasibleError):
        write_report(outlay.solve(impossible), tmp_path / "report.html")


def test_a_comparison_with_an_unverified_plan_is_refused(tmp_path: Path) -> None:
    cases = comparison().cases.assign(verified=[True, False, True, False])
    with pytest.raises(outlay.UnverifiedError, match="set<u>1</u>"):
        write_comparison_report(comparison(cases=cases), tmp_path / "report.html")


def test_a_comparison_without_attribution_or_anything_binding_is_shown(tmp_path: Path) -> None:
    bare = comparison()
    bare = dataclasses.replace(
        bare, attribution=None, combinations=None, binding=bare.binding[:0], inputs=bare.inputs[:0]
    )
    text = write_comparison_report(bare, tmp_path / "report.html").read_text(encoding="utf-8")
    assert "No limit is used up in any set." in text
    assert 'id="attribution"' not in text


@pytest.mark.slow
def test_a_plan_without_loans_needs_or_money_is_shown(tmp_path: Path) -> None:
    nothing = document(calendar={"periods": 1}, projects=[{"id": "A", "value": -1}])
    text = write_report(outlay.solve(parse_document(nothing, source="least")), tmp_path / "a.html").read_text(
        encoding="utf-8"
    )
    assert "No project is funded." in text
    assert 'id="returns"' not in text
    small = outlay.solve(parse_document(small_plan(), source="small"))
    assert 'id="chain"' in write_report(small, tmp_path / "b.html").read_text(encoding="utf-8")


@pytest.mark.nightly
def test_a_page_that_would_be_too_large_is_cut_and_says_so() -> None:
    solution = hostile_solution()
    context = solution_context(solution, outlay.verify(solution))
    whole = len(render_within("solution.html", context).encode())
    for most in (whole - 1, whole - 20_000, 0):
        text = render_within("solution.html", context, most)
        assert "cut or left out to keep this file small" in text
        assert len(text.encode()) < whole
    assert "cut or left out" not in render_within("solution.html", context)


@pytest.mark.parametrize(
    ("text", "safe"),
    [("a<br>b", "a&lt;br&gt;b"), ("&lt;", "&amp;lt;"), ("a\nb", "a\\nb"), ("\u202eabc", "\\u202eabc"), (7, "7")],
)
def test_labels_are_safe_for_plotly(text: object, safe: str) -> None:
    assert label(text) == safe


def test_json_blocks_cannot_end_their_script() -> None:
    given = {"</script>": [MARKUP, float("nan"), "\u2028", None, True, pd.Series([1.5]).iloc[0]]}
    text = json_block(given)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"</script>": [MARKUP, None, "\u2028", None, True, 1.5]}


def test_money_and_numbers_are_short() -> None:
    assert [money(-2.5, "$B"), money(3, ""), money(float("nan"), "$")] == ["−$2.5B", "3", "–"]
    assert [plain(1 / 3), plain(-0.0), plain(None), plain(float("inf"))] == [0.333333, 0.0, None, None]
