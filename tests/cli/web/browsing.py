"""The page in a real Chromium, driven by Playwright with the system's browser, and all that it complains of."""

from __future__ import annotations

import importlib.resources
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.cli.report.browser import find_chromium
from tests.cli.web.serving import Served

#: A projector, and a tablet on its side and upright.
PROJECTOR, TABLET, UPRIGHT = (1366, 768), (1024, 768), (768, 1024)
#: The flagship is solved within it on a machine with much else to do.
PATIENCE_MS = 600_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium, or skip; where nothing may be missing, fail."""
    executable = find_chromium()
    if executable is None:
        if os.environ.get("CI", "") not in {"", "0", "false"}:
            pytest.fail("chromium is missing; CI installs it with: apt-get install -y chromium")
        pytest.skip("chromium is missing: apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


class Tab:
    """A tab of a browser that was let in.

    Attributes
    ----------
    page
        What is driven.
    complaints
        What the console, the scripts and the network complained of, dialogs, and requests to anybody else.
    """

    def __init__(
        self, browser: Browser, served: Served, size: tuple[int, int] = PROJECTOR, other: Tab | None = None
    ) -> None:
        context = other.page.context if other else browser.new_context(viewport={"width": size[0], "height": size[1]})
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda request: self._asked(request.url, served.address))
        self.page.goto(served.address if other else f"{served.address}?token={served.keys.new_token()}")
        self.page.wait_for_selector("#panel #solve")

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning", "assert"}:
            self.complaints.append(f"console: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.complaints.append(f"request: {url}")

    def sees(self, text: str) -> None:
        """Wait until a text can be seen somewhere; in a list that is folded it cannot."""
        self.page.wait_for_selector(f"text={text} >> visible=true")

    def drawn(self) -> None:
        """Wait until what is shown is drawn."""
        self.page.wait_for_selector("#shown[aria-busy=false]")

    def show(self, tab: str) -> None:
        """Choose a tab."""
        self.page.click(f"#tab-{tab}")
        self.page.wait_for_selector("#shown[aria-busy=false]")

    def force(self, project: str, how: str) -> None:
        """Force a project by clicking it in the list."""
        self.show("projects")
        self.page.click(f'[data-project="{project}"]')
        self.page.check(f"dialog[open] input[value={how}]")
        self.page.click("text=Take into the draft")
        self.page.wait_for_selector("dialog:not([open])", state="attached")

    def solve(self) -> None:
        """Solve the draft and wait for what it changes."""
        self.page.click("#solve")
        self.page.wait_for_selector(".headline")
        self.drawn()

    def serious(self) -> list[str]:
        """Return what axe-core finds serious or worse (https://github.com/dequelabs/axe-core)."""
        script = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.page.evaluate(script)
        self.page.wait_for_selector("#shown:not(.drawing)", state="attached")  # dimmed meanwhile
        found = self.page.evaluate("axe.run()")
        return [
            f"{rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
            if rule["impact"] in {"serious", "critical"}
        ]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))
