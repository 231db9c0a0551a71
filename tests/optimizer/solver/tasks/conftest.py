"""Tasks are not about processes: their tests use a solver again that an earlier one has closed in peace."""

from __future__ import annotations

from tests.support.solving import kept_solvers

__all__ = ["kept_solvers"]
