"""Who answers for a page, and of when it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any


@dataclass(frozen=True)
class Signed:
    """Author and date of a page; either may be empty.

    Attributes
    ----------
    author
        A person or an office.
    date
        As it shall stand there.
    """

    author: str = ""
    date: str = ""

    @property
    def line(self) -> str:
        """The line at the top of the page: date and author; empty without either."""
        return " · ".join(part for part in (self.date, self.author) if part)

    def on(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a page shows, signed."""
        return {**context, "signed": self.line, "version": metadata.version("outlay")}


#: A page that nobody signs.
UNSIGNED = Signed()
