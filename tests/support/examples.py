"""How many examples Hypothesis tries: a share of what a test asks for, and more than that nightly."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

NIGHTLY = os.environ.get("OUTLAY_HYPOTHESIS") == "nightly"


def examples(nightly: int, **more: object) -> settings:
    """Return the settings of a test that tries so many examples nightly, and an eighth of them otherwise."""
    return settings(
        max_examples=nightly if NIGHTLY else max(8, nightly // 8),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        **more,  # type: ignore[arg-type]
    )
