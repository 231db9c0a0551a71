"""The campaigns by name: a new one is a file beside this and a line here.

They are imported when asked for, so that one can run where what another needs is missing.
"""

from __future__ import annotations

import importlib
from typing import Any

from tests.campaigns.tally import Campaign

#: Name to the class that attacks, as ``module:class``; made without arguments.
CAMPAIGNS: dict[str, str] = {"fuzz": "fuzz:Fuzz"}


def campaign(name: str) -> Campaign[Any]:
    """Return a campaign by name."""
    module, _, made = CAMPAIGNS[name].partition(":")
    found: Campaign[Any] = getattr(importlib.import_module(f"tests.campaigns.{module}"), made)()
    return found
