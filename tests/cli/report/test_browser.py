"""Reports in a real browser: nothing complains, every chart is drawn, names from data stay text, paper works too."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from outlay.cli.report.write import (
    write_comparison_report,
    write_ensemble_report,
    write_frontier_report,
    write_ranking_report,
    write_report,
    write_stress_report,
)
from tests.cli.report.browser import Browser, chromium, find_chromium
from tests.cli.report.cases import (
    SCRIPT,
    comparison,
    hostile_ensemble,
    hostile_frontier,
    hostile_ranking,
    hostile_solution,
    hostile_stress,
    tutorial_solution,
)

#: A real browser.
pytestmark = pytest.mark.slow

CHARTS = """
Array.from(document.querySelectorAll('[data-figure]')).map(function (div) {
  var marks = div.querySelectorAll('.point path, .scatterlayer path, .heatmaplayer image, .barlayer path');
  var box = div.querySelector('.main-svg') && div.querySelector('.main-svg').getBoundingClientRect();
  return [div.id, marks.length, box ? box.width : 0, box ? box.height : 0];
})
"""


#: Opens what is closed.
OPEN = "document.querySelectorAll('details').forEach(function (part) { part.open = true; })"
#: Whether every chart that can be seen is drawn, and counted; the last step lets the keyboard walk through it.
DRAWN = """
(function () {
  var charts = Array.from(document.querySelectorAll('[data-figure]')), walkable = '[aria-keyshortcuts]';
  var ready = charts.filter(function (div) { return div.matches(walkable) });
  return Number(document.body.dataset.drawn) === ready.length
    && charts.every(function (div) { return div.matches(walkable) || !div.offsetParent });
})()
"""


def open_all(browser: Browser) -> None:
    """Open what is closed, and wait until it is drawn."""
    browser.evaluate(OPEN)
    browser.until(DRAWN)


def point_at(browser: Browser, chart: str) -> None:
    """Move the pointer to the first point of a chart, as a hand does."""
    place = browser.evaluate(
        f"(function () {{ var div = document.getElementById('{chart}'); div.scrollIntoView();"
        " var box = div.querySelector('.trace.scatter:last-child .point').getBoundingClientRect();"
        " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
    )
    for step in (-30, -10, 0):
        browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=place[0] + step, y=place[1])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        if os.environ.get("CI", "") not in {"", "0", "false"}:
            pytest.fail("chromium is missing; CI installs it with: apt-get install -y chromium")
        pytest.skip("chromium is missing: apt-get install -y chromium")
    with chromium(executable) as started:
        yield started


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    return {
        "hostile": write_report(hostile_solution(), folder / "hostile.html"),
        "tutorial": write_report(tutorial_solution(), folder / "tutorial.html"),
        "comparison": write_comparison_report(comparison(), folder / "comparison.html"),
        "stress": write_stress_report(hostile_stress(), folder / "stress.html"),
        "frontier": write_frontier_report(hostile_frontier(), folder / "frontier.html"),
        "ranking": write_ranking_report(hostile_ranking(), folder / "ranking.html"),
        "ensemble": write_ensemble_report(hostile_ensemble(), folder / "ensemble.html"),
    }


@pytest.mark.parametrize("name", ["hostile", "tutorial", "comparison", "stress", "frontier", "ranking", "ensemble"])
def test_every_chart_is_drawn_and_nothing_complains(browser: Browser, reports: dict[str, Path], name: str) -> None:
    browser.open(reports[name])
    open_all(browser)
    charts = browser.evaluate(CHARTS)
    assert (
        len(charts)
        >= int(browser.evaluate("document.body.dataset.drawn"))
        >= (2 if name in {"frontier", "ranking", "ensemble"} else 3)
    )
    for chart, marks, width, height in charts:
        assert marks > 0, f"{chart} is empty"
        assert width > 200, f"{chart} is too narrow"
        assert height > 100, f"{chart} is too low"
    assert browser.complaints() == []
    assert browser.requests() == [reports[name].resolve().as_uri()]
    assert browser.evaluate("document.documentElement.scrollWidth") == 1366


@pytest.mark.nightly
def test_the_library_draws_every_kind_of_chart_that_is_used(browser: Browser, reports: dict[str, Path]) -> None:
    kinds: set[str] = set()
    for path in reports.values():
        browser.open(path)
        open_all(browser)
        kinds |= set(
            browser.evaluate(
                "Array.from(document.querySelectorAll('[data-figure]')).flatMap(function (div) {"
                " return div._fullData.map(function (trace, n) { return trace.type + (trace.type === div.data[n].type"
                " ? '' : ' instead of ' + div.data[n].type) }) })"
            )
        )
    assert kinds == {"bar", "heatmap", "scatter"}


@pytest.mark.parametrize(
    ("name", "chart"),
    [
        ("hostile", "gantt"),
        ("comparison", "plan-map"),
        ("stress", "projects-chart-1"),
        ("frontier", "strip-chart"),
        ("ranking", "strip-chart"),
        ("ensemble", "fates-chart"),
    ],
)
def test_a_project_called_script_is_shown_as_text(
    browser: Browser, reports: dict[str, Path], name: str, chart: str
) -> None:
    browser.open(reports[name])
    assert SCRIPT in browser.evaluate("document.body.innerText")
    labels = browser.evaluate(
        f"Array.from(document.querySelectorAll('#{chart} text')).map(function (node) {{ return node.textContent }})"
    )
    assert any(SCRIPT in text for text in labels)
    injected = "document.querySelectorAll('img, iframe, object, embed, svg a, u, em, [onerror]').length"
    assert browser.evaluate(injected) == 0
    assert browser.evaluate("document.querySelectorAll('script:not([type])').length") == 2
    assert browser.complaints() == []


def test_the_policy_stops_a_script_that_gets_in_all_the_same(browser: Browser, reports: dict[str, Path]) -> None:
    browser.open(reports["tutorial"])
    browser.evaluate(
        "(function () { var s = document.createElement('script'); s.textContent = 'window.hit = 1';"
        " document.body.appendChild(s); })()"
    )
    browser.evaluate("fetch('https://example.invalid/').catch(function () { window.refused = 1 })")
    assert browser.evaluate("window.hit") is None
    assert browser.evaluate("window.refused") == 1
    assert browser.complaints() != []


def test_each_waterfall_can_be_chosen(browser: Browser, reports: dict[str, Path]) -> None:
    browser.open(reports["hostile"])
    options = browser.evaluate("document.getElementById('returns-choice').options.length")
    assert options == len(hostile_solution().projects.query("funded")) + 1
    titles = set()
    for place in range(options):
        browser.evaluate(
            f"(function () {{ var s = document.getElementById('returns-choice'); s.value = '{place}';"
            " s.dispatchEvent(new Event('change')); })()"
        )
        titles.add(browser.evaluate("document.querySelector('#returns-chart .gtitle').textContent"))
        assert browser.evaluate("document.querySelectorAll('#returns-chart .barlayer path').length") > 0
    assert len(titles) == options
    assert browser.complaints() == []


def test_pointing_at_a_node_shows_its_connections(browser: Browser, reports: dict[str, Path]) -> None:
    browser.open(reports["hostile"])
    open_all(browser)
    drawn = (
        "(function () { var div = document.getElementById('chain-chart'), trace = div.data[div.layout.meta.highlight];"
        " return trace.x.length; })()"
    )
    before = browser.evaluate(drawn)
    point_at(browser, "chain-chart")
    browser.until(f"{drawn} > {before}")
    assert browser.complaints() == []


def test_a_point_of_a_frontier_tells_its_plan_and_what_is_open_is_shaded(
    browser: Browser, reports: dict[str, Path]
) -> None:
    browser.open(reports["frontier"])
    shaded = "document.querySelectorAll('#frontier-chart-0-1 .shapelayer path').length"
    assert browser.evaluate(shaded) == len(hostile_frontier().open) > 0
    point_at(browser, "frontier-chart-0-1")
    told = "document.querySelector('#frontier-chart-0-1 .hoverlayer').textContent"
    browser.until(f"{told}.includes('Point 1')")
    assert "bridge, school, solar" in browser.evaluate(told)
    assert browser.complaints() == []


def test_a_priority_list_shows_its_marks_and_where_the_best_plan_alone_differs(
    browser: Browser, reports: dict[str, Path]
) -> None:
    ranking = hostile_ranking()
    browser.open(reports["ranking"])
    rows = "Array.from(document.querySelectorAll('#list tbody tr')).map(function (row) {"
    rows += " return Array.from(row.cells).map(function (cell) { return cell.textContent.trim() }) })"
    shown = browser.evaluate(rows)
    assert [row[1] for row in shown] == ranking.projects["project"].tolist()
    marks = [row[6] for row in shown if row[6]]
    assert marks == [f"up to {level:g}" for level in sorted(set(ranking.projects["level"]))]
    alone = sum(len([text for text in held.split("; ") if text]) for held in ranking.projects["best_at"])
    dots = "document.querySelectorAll('#strip-chart .scatterlayer .point').length"
    assert browser.evaluate(dots) == alone > 0
    told = "document.getElementById('worth-chart').data.map(function (trace) { return Array.from(trace.y) })"
    best, nested = browser.evaluate(told)
    assert nested == ranking.levels["nested"].tolist()
    assert best == ranking.levels["best"].tolist()
    assert any(price > 0 for price in ranking.levels["price"])
    assert browser.complaints() == []


def test_a_chart_can_be_saved_as_a_picture(browser: Browser, reports: dict[str, Path]) -> None:
    browser.open(reports["tutorial"])
    picture = browser.evaluate("Plotly.toImage(document.getElementById('gantt'), {format: 'png'})")
    assert picture.startswith("data:image/png")
    assert browser.complaints() == []


@pytest.mark.parametrize("name", ["hostile", "comparison"])
def test_a_report_can_be_printed_and_is_itself_again_afterwards(
    browser: Browser, reports: dict[str, Path], name: str
) -> None:
    browser.open(reports[name])
    before = browser.evaluate(CHARTS)
    opened = browser.evaluate("document.querySelectorAll('details[open]').length")
    pdf = browser.pdf()
    assert pdf.startswith(b"%PDF")
    assert len(pdf) < 1_500_000
    assert 1 <= pdf.count(b"/Type /Page\n") <= 14
    browser.until("!document.body.classList.contains('printing')")
    assert browser.evaluate("document.querySelectorAll('details[open]').length") == opened
    after = [row for row in browser.evaluate(CHARTS) if row[0] in {then[0] for then in before if then[1]}]
    before = [row for row in before if row[1]]
    assert [(row[0], row[1]) for row in after] == [(row[0], row[1]) for row in before]
    assert all(abs(now[2] - then[2]) < 2 and abs(now[3] - then[3]) < 2 for now, then in zip(after, before, strict=True))
    assert browser.complaints() == []


@pytest.mark.parametrize("name", ["hostile", "tutorial", "comparison", "stress", "ensemble"])
def test_a_phone_shows_everything_within_its_width(browser: Browser, reports: dict[str, Path], name: str) -> None:
    browser.open(reports[name], width=390, height=844)
    assert browser.evaluate("document.documentElement.scrollWidth") == 390
    beyond = """Array.from(document.querySelectorAll('body *')).filter(function (part) {
      return part.getBoundingClientRect().right > 391 && !part.closest('.table, svg, caption') }).length"""
    assert browser.evaluate(beyond) == 0
    cut = """Array.from(document.querySelectorAll('.table table')).filter(function (table) {
      return table.scrollWidth > table.closest('.table').clientWidth }).map(function (table) {
      return table.caption.textContent })"""
    assert browser.evaluate(cut) == []
    assert browser.complaints() == []


def test_tables_are_sorted_and_saved(browser: Browser, reports: dict[str, Path]) -> None:
    browser.open(reports["tutorial"])
    open_all(browser)
    table = "Array.from(document.querySelectorAll('table')).find(function (t) {"
    table += " return t.caption.textContent === 'The plan' })"
    first = f"Array.from({table}.tBodies[0].rows).map(function (row) {{ return row.cells[0].textContent.trim() }})"
    assert browser.evaluate(first) == ["bridge", "school", "solar"]
    click = f"{table}.tHead.rows[0].cells[5].querySelector('.sort').click()"
    browser.evaluate(click)
    assert browser.evaluate(first)[0] == "solar"
    browser.evaluate(click)
    assert browser.evaluate(first)[-1] == "solar"
    browser.evaluate(
        "URL.createObjectURL = function (blob) { blob.text().then(function (text) { window.saved = text });"
        " return 'data:,'; }; HTMLAnchorElement.prototype.click = function () { window.name_ = this.download; };"
        f"{table}.parentNode.previousElementSibling.click()"
    )
    browser.until("window.saved && window.name_")
    assert browser.evaluate("window.name_") == "the-plan.csv"
    lines = browser.evaluate("window.saved").splitlines()
    assert lines[0].lstrip("\ufeff").startswith('Project,Name,Sector,Alternative,Scale,"Commitment, $M"')
    assert len(lines) == 4
    assert browser.complaints() == []


def test_a_long_table_is_filtered_and_saved_as_it_is_shown(browser: Browser, reports: dict[str, Path]) -> None:
    browser.open(reports["hostile"])
    open_all(browser)
    long = "Array.from(document.querySelectorAll('.table table')).find("
    long += "function (t) { return t.tBodies[0].rows.length > 8 })"
    shown = f"Array.from({long}.tBodies[0].rows).filter(function (row) {{ return row.offsetHeight > 0 }}).length"
    every = browser.evaluate(shown)
    first = browser.evaluate(f"{long}.tBodies[0].rows[0].cells[0].textContent.trim()")
    write = f"(function (box) {{ box.value = %s; box.dispatchEvent(new Event('input')); }})({long}.closest('.table')"
    write += ".parentNode.querySelector('input.filter'))"
    browser.evaluate(write % json.dumps(first))
    assert 1 <= browser.evaluate(shown) < every
    browser.evaluate(write % "''")
    assert browser.evaluate(shown) == every
    assert browser.complaints() == []


def test_the_figures_of_a_chart_are_reached_by_keyboard(browser: Browser, reports: dict[str, Path]) -> None:
    browser.open(reports["tutorial"])
    chart = "document.querySelector('.chart.js-plotly-plot')"
    press = f"{chart}.focus(); {chart}.dispatchEvent(new KeyboardEvent('keydown', {{ key: '%s', bubbles: true }}))"
    told = f"{chart}.nextElementSibling.textContent"
    assert browser.evaluate(told) == ""
    heard = []
    settled = f"new Promise(function (done) {{ setTimeout(function () {{ done({told}); }}, 200); }})"
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End"):
        browser.evaluate(press % key)
        heard.append(browser.evaluate(settled))  # its timer ends after that of the page
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowLeft"):  # faster than labels are drawn
        browser.evaluate(press % key)
    assert browser.evaluate(settled) == heard[1]
    assert heard[0] == heard[2] != heard[1]
    assert re.fullmatch(r".+ \(1 of \d+\)", heard[0])
    assert re.fullmatch(r".+ \((\d+) of \1\)", heard[3])
    browser.evaluate(press % "Escape")
    assert browser.evaluate(told) == ""
    assert browser.complaints() == []
