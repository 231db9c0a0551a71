"""The page in a real browser: what a committee does, what goes wrong, and who cannot see or use a mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import outlay
from outlay.instances.formats.parsing import parse_document
from tests.cli.report.cases import SCRIPT, hostile_document
from tests.cli.small import run
from tests.cli.web.browsing import TABLET, UPRIGHT, Tab, chromium
from tests.cli.web.serving import Served, served
from tests.support.documents import hard_knapsack, parsed

#: A real browser.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Served]:
    plan = outlay.write(outlay.read("tutorial"), tmp_path / "plan")
    with served(tmp_path / "kept", outlay.read(plan), source=str(plan)) as page:
        yield page
        assert page.errors == []


def test_a_committee_asks_undoes_saves_and_hands_over(browser: Browser, town: Served, tmp_path: Path) -> None:
    tab = Tab(browser, town)
    tab.page.wait_for_selector("#gantt .main-svg")
    tab.drawn()  # only then a click is heard
    tab.page.click("#gantt .barlayer .point >> nth=0", force=True)  # a bar of the plan opens its project
    assert "Primary school" in tab.page.inner_text("#dialog-title")
    tab.page.keyboard.press("Escape")
    tab.force("library", "in")
    tab.solve()
    assert tab.page.inner_text(".headline") == "It costs $1.1M (5.8 %): $18M, base $19.1M"
    assert tab.page.input_value("#case") == "draft-1"
    tab.page.click("#undo")
    tab.sees("None yet")
    tab.page.select_option("#draft-choice", "draft-1")
    tab.page.wait_for_selector(".lines li")
    tab.page.click("#d-name > summary")
    tab.page.click("#save")
    tab.page.wait_for_selector("#message.good")
    done = run("solve", str(tmp_path / "plan"), "--set", "draft-1", "-o", str(tmp_path / "run.json"))
    assert done.exit_code == 0
    assert outlay.load(tmp_path / "run.json").plan == town.session.answers.found["draft-1"].plan
    with tab.page.expect_download() as download:
        tab.page.click("text=Report of all answers")
    download.value.save_as(tmp_path / "report.html")
    assert "What each set is worth" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert tab.complaints == []


def test_sliders_sets_and_text_are_lines_and_bad_ones_are_told(browser: Browser, town: Served) -> None:
    tab = Tab(browser, town)
    tab.page.click("#d-levels > summary")
    slider = tab.page.locator("input[type=range][aria-label], .slider input[type=range]").first
    slider.focus()
    tab.page.keyboard.press("ArrowRight")
    tab.sees("commitments at 105 %")
    assert tab.page.locator("#d-levels").get_attribute("open") is not None  # still unfolded
    tab.page.click("#d-sets > summary")
    tab.page.check("#set-two-crews")
    tab.sees("Set two-crews")
    assert tab.complaints == []
    tab.page.click("#d-text > summary")
    tab.page.fill("#text", "availability.amount[resource=nobody] * 2")
    tab.page.click("#d-text button")
    tab.page.wait_for_selector("#message:not([hidden])")
    assert "no row of availability matches" in tab.page.inner_text("#message")
    assert len(town.session.draft.lines) == 2
    # The browser itself logs the refusal.
    assert all("422" in text for text in tab.complaints)


def test_what_a_project_is_worth_and_what_would_bring_it_in(browser: Browser, town: Served) -> None:
    tab = Tab(browser, town)
    tab.show("projects")
    tab.page.click('[data-project="library"]')
    tab.page.click("#explain")
    tab.page.wait_for_selector("dialog .changes")
    assert "Forced in, the plan is worth 1.1 less (proved exactly)" in tab.page.inner_text("#dialog-body")
    tab.page.click("dialog button:has-text('Try')")
    tab.sees("Proposed: with 9.09 % more commitments")
    tab.solve()
    assert "It brings" in tab.page.inner_text(".headline")
    assert tab.complaints == []


def test_a_draft_without_a_plan_is_mended_by_a_click(browser: Browser, town: Served) -> None:
    tab = Tab(browser, town)
    tab.force("library", "in")
    tab.force("bridge", "in")
    tab.page.click("#solve")
    tab.sees("The least that would mend it")
    tab.drawn()
    assert not tab.page.is_visible("[data-download=report]")
    assert tab.serious() == []
    tab.page.click("#shown button:has-text('Add this change to the draft')")
    tab.sees("Taken into draft-2")
    tab.page.click("#solve")
    tab.page.wait_for_selector("h2:has-text('draft-2 beside base')")
    assert tab.page.inner_text(".headline").startswith("It brings $3.4M")
    assert tab.complaints == []


@pytest.mark.nightly
def test_a_frontier_is_a_tab_beside_the_plan(browser: Browser, town: Served, tmp_path: Path) -> None:
    outlay.frontier(outlay.read("tutorial"), ["max:value", "min:commitment"], jobs=1, folder=tmp_path / "kept" / "f")
    tab = Tab(browser, town)
    tab.show("frontier-1")
    tab.page.wait_for_selector("#strip-chart .main-svg")
    assert "8 efficient plans" in tab.page.inner_text("#shown")
    assert tab.serious() == []
    assert tab.overflow() <= 0
    assert tab.complaints == []


@pytest.mark.nightly
def test_two_tabs_show_one_session(browser: Browser, town: Served) -> None:
    first = Tab(browser, town)
    second = Tab(browser, town, other=first)
    first.force("park", "out")
    second.sees("Station park (park) is not funded")
    second.page.click("#undo")
    first.sees("None yet")
    second.page.click("#solve")
    first.page.wait_for_selector('#case option[value="draft-1"]', state="attached")
    assert first.page.input_value("#case") == "base"  # who did not ask is not disturbed
    assert first.complaints + second.complaints == []


def test_a_long_solve_is_followed_reloaded_and_stopped(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, parsed(hard_knapsack()), wait=False, time_limit_s=3600.0) as page:
        tab = Tab(browser, page)
        tab.sees("/plan .* at best .* gap/")
        tab.page.reload()
        tab.sees("/plan .* at best .* gap/")
        tab.page.click("#jobs button:has-text('Stop')")
        tab.page.wait_for_selector("#gantt .main-svg")
        assert "stopped by the user" in tab.page.inner_text("#shown .trust")
        assert tab.complaints == []
        assert page.errors == []


def test_names_of_the_data_stay_text(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, parse_document(hostile_document(), source="hostile")) as page:
        tab = Tab(browser, page)
        tab.drawn()
        tab.force("zoo", "out")
        tab.page.wait_for_selector(".lines li")
        assert SCRIPT in tab.page.inner_text(".lines")
        tab.solve()
        for name in ("plan", "all", "projects"):
            tab.show(name)
        assert tab.page.evaluate("document.querySelectorAll('#shown script:not([type]), #shown img').length") == 0
        assert tab.complaints == []


@pytest.mark.nightly
def test_everybody_can_use_it(browser: Browser, town: Served) -> None:
    tab = Tab(browser, town)
    tab.force("library", "in")
    tab.solve()
    tab.page.evaluate("document.querySelectorAll('#panel details').forEach(function (one) { one.open = true; })")
    for name in ("plan", "difference", "projects", "all"):
        tab.show(name)
        assert tab.serious() == [], name
        assert tab.overflow() <= 0, name
    tab.show("projects")
    tab.page.click('[data-project="park"]')
    tab.page.wait_for_selector("dialog[open]")
    assert tab.serious() == []
    tab.page.keyboard.press("Escape")
    # By keyboard alone.
    tab.page.focus("#tab-plan")
    tab.page.keyboard.press("ArrowRight")
    assert tab.page.get_attribute("#tab-difference", "aria-selected") == "true"
    for width, height in (TABLET, UPRIGHT):
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.show("plan")
        assert tab.overflow() <= 0
    assert tab.complaints == []


@pytest.mark.nightly
def test_what_is_printed_is_the_report(browser: Browser, town: Served) -> None:
    tab = Tab(browser, town)
    tab.page.wait_for_selector("#gantt .main-svg")
    tab.page.emulate_media(media="print")
    assert not tab.page.is_visible("aside")
    assert not tab.page.is_visible(".tabs")
    assert tab.page.is_visible("#shown h1")
    assert tab.page.is_visible("#gantt .main-svg")
    assert tab.page.pdf().startswith(b"%PDF")
