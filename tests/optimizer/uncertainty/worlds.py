"""A small instance with everything that ``uncertainty.toml`` can say."""

from __future__ import annotations

from typing import Any

from outlay.instances.formats.parsing import parse_document
from outlay.instances.formats.reading import read
from outlay.instances.formats.writing import to_document
from outlay.instances.instance import Instance

MONEY = {
    "distribution": "triangular", "low": 8, "mode": 11, "high": 12,
    "change": [{"table": "availability", "where": {"resource": "commitments"}, "set": {"amount": "@"}}],
}  # fmt: skip
OVERRUN = {
    "distribution": "lognormal", "mean": 1.1, "sd": 0.2, "each": "project",
    "change": [{"table": "projects", "where": {"sector": ["transport", "c*"]}, "scale": {"commitment": "@"}}],
}  # fmt: skip
WORTH = {
    "distribution": "normal", "mean": 1, "sd": 0.3, "low": 0.2, "each": "project",
    "change": [{"table": "projects", "scale": {"value": "@"}}],
}  # fmt: skip


def uncertain(uncertainty: dict[str, Any], **tables: Any) -> Instance:
    """Return the tutorial with something uncertain about it."""
    document = {**to_document(read("tutorial")), "uncertainty": uncertainty, **tables}
    return parse_document(document, source="test")
