"""The walk of the page in docs/committee-page.md, done on the flagship; the pictures there are taken here."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import outlay
from tests.cli.web.browsing import Tab, chromium
from tests.cli.web.serving import served

#: A real browser, and three solves of the flagship.
pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[3] / "docs"
#: Set it to take the pictures of the page anew.
UPDATE = "OUTLAY_UPDATE_SCREENSHOTS"


@pytest.mark.nightly
def test_the_walk_can_be_walked(tmp_path: Path) -> None:
    pictures = DOCS / "assets" if os.environ.get(UPDATE) else tmp_path
    # The clock must not decide what is found.
    with chromium() as browser, served(tmp_path / "kept", outlay.read("us-japan-550"), time_limit_s=3600.0) as page:
        tab = Tab(browser, page)
        fab, pool = walk(tab, pictures)
        with tab.page.expect_download() as download:
            tab.page.click("text=Report of all answers")
        download.value.save_as(tmp_path / "report.html")
        assert tab.complaints == []
        assert page.errors == []
    assert outlay.load_comparison(tmp_path / "kept").sets == ("base", "draft-1", "draft-2")
    # The page tells what is found.
    told = (DOCS / "committee-page.md").read_text(encoding="utf-8")
    for headline in (fab, pool):
        cost = re.match(r"It costs (\d+\.\d)", headline)
        assert cost is not None, headline
        assert f"costs {cost.group(1)}" in told, headline


def walk(tab: Tab, pictures: Path) -> tuple[str, str]:
    """Do what the page of the docs says, take its pictures, and return what the two drafts cost."""
    tab.page.wait_for_selector("#gantt .main-svg")
    # The pictures tell of no machine.
    tab.page.evaluate("document.querySelector('.where').textContent = 'us-japan-550 · kept in my-session'")
    tab.page.screenshot(path=pictures / "page-plan.png")
    # What does forcing the fab in cost?
    tab.show("projects")
    tab.page.fill("#filter", "fab")
    tab.page.click('[data-project="P18"]')
    tab.page.check("dialog[open] input[value=in]")
    tab.page.screenshot(path=pictures / "page-project.png")
    tab.page.click("text=Take into the draft")
    tab.page.wait_for_selector(".lines li")
    tab.solve()
    fab = tab.page.inner_text(".headline")
    tab.page.screenshot(path=pictures / "page-difference.png")
    # What does a tighter craft pool change?
    tab.page.click("#new")
    tab.sees("None yet")
    tab.page.click("#d-levels > summary")
    tab.page.fill('[id="s-level-group/labour-n"]', "80")
    tab.page.keyboard.press("Enter")
    tab.sees("All labour at 80 %")
    tab.page.click("#solve")
    tab.page.wait_for_selector("h2:has-text('draft-2 beside base')")
    tab.drawn()
    pool = tab.page.inner_text(".headline")
    tab.page.screenshot(path=pictures / "page-pool.png")
    tab.show("all")
    return fab, pool
