"""What a campaign tried and what failed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counts of a campaign, and how to see each failure again."""

    name: str
    tried: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)

    def fail(self, what: str, reproduction: str) -> None:
        """Count a failure."""
        self.failures.append((what, reproduction))
