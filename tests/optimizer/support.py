"""What the tests of the search share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from outlay.optimizer.engine import Settings
from outlay.optimizer.session import Session

OPTIONS: dict[str, Any] = Settings().options(retry=False)


def level_problem(session: Session) -> Any:
    """Return the solver's problem with the first objective."""
    level = session._levels()[0]
    return replace(session._small.problem, cost=level.cost, offset=level.offset)
