"""The site builds without a warning and loads nothing from elsewhere; its search works where it lies as files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.report.browser import chromium, find_chromium
from tests.support.clocks import LONGEST_S

#: Builds the site, and opens it in a browser.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
#: What a page loads by itself, in contrast to links that a reader follows.
LOADED = re.compile(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=[\"']?([^\"' >]+)|<link\b[^>]*\bhref=[\"']?([^\"' >]+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    return folder


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 12
    for page in pages:
        loaded = [one or other for one, other in LOADED.findall(page.read_text(encoding="utf-8"))]
        assert loaded
        assert [address for address in loaded if re.match(r"(https?:)?//", address)] == [], page.name
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(\s*[\"']?(https?:)?//|@import", style.read_text(encoding="utf-8")), style.name


def test_what_is_generated_is_there(site: Path) -> None:
    tables = (site / "tables.html").read_text(encoding="utf-8")
    assert "<code>construction_months</code>" in tables
    assert 'id="projectscsv"' in tables
    assert 'id="constraint-families"' in tables
    assert "--attribute" in (site / "command-line.html").read_text(encoding="utf-8")
    python = (site / "python.html").read_text(encoding="utf-8")
    assert "time_limit" in python
    assert 'id="outlay.solve"' in python
    for page in site.rglob("*.html"):
        assert "generated:" not in page.read_text(encoding="utf-8"), page.name


def test_the_search_finds_words_without_a_network(site: Path) -> None:
    executable = find_chromium()
    if executable is None:
        pytest.skip("chromium is missing: apt-get install -y chromium")
    with chromium(executable) as browser:
        browser.call("Page.navigate", url=(site / "index.html").resolve().as_uri())
        browser.until("document.readyState === 'complete' && !!document.querySelector('.md-search__input')")
        browser.evaluate(
            "(function () { var input = document.querySelector('.md-search__input'); input.focus();"
            " input.value = 'waterfall'; input.dispatchEvent(new Event('input', {bubbles: true}));"
            " input.dispatchEvent(new KeyboardEvent('keyup', {bubbles: true})); })()"
        )
        browser.until("document.querySelectorAll('.md-search-result__link').length > 0")
        found = browser.evaluate(
            "Array.from(document.querySelectorAll('.md-search-result__link')).map(function (a) { return a.href })"
        )
        assert any("tables.html" in address or "glossary.html" in address for address in found), found
        assert [address for address in browser.requests() if not address.startswith("file:")] == []
