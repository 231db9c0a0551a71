"""Tell several plans that belong together: as JSON, or as a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from outlay.cli import streams
from outlay.cli.terminal.screen import Page
from outlay.optimizer.record.run_document import run_text


def tell(found: Any, show: Callable[[Page, Any], None], *, as_json: bool, more: dict[str, str] | None = None) -> None:
    """Write an answer that holds several plans; `more` is facts that only the page tells, below the answer."""
    if as_json:
        streams.write_json_text(run_text(found.to_document()))
        return
    page = Page()
    show(page, found)
    for name, text in (more or {}).items():
        page.fact(name, text)
    page.show()
