"""The data dictionary: every table and column, with unit, default and meaning.

The whole is rendered by `outlay.instances.reference.page`. Periods are ``t = 0..T-1``, each of ``m`` months.
"""

from __future__ import annotations

from outlay.instances.dictionary.approved import APPROVED
from outlay.instances.dictionary.money import CASHFLOWS, FUND_AMOUNTS, FUNDS, LIMITS, PROVENANCE, STAKEHOLDERS, TERMS
from outlay.instances.dictionary.projects import (
    ALTERNATIVE_COLUMNS,
    ALTERNATIVES,
    DEPENDENCIES,
    PERMITS,
    PROJECTS,
    STATUSES,
)
from outlay.instances.dictionary.resources import (
    AVAILABILITY,
    IMPORTS,
    LINKS,
    PROGRAMS,
    REQUIREMENTS,
    RESOURCE_KINDS,
    RESOURCES,
)
from outlay.instances.dictionary.vocabulary import TableSpec

__all__ = ["ALTERNATIVE_COLUMNS", "RESOURCE_KINDS", "STATUSES", "TABLES"]

TABLES: dict[str, TableSpec] = {
    spec.name: spec
    for spec in (
        PROJECTS,
        ALTERNATIVES,
        PERMITS,
        RESOURCES,
        AVAILABILITY,
        REQUIREMENTS,
        PROGRAMS,
        LINKS,
        IMPORTS,
        TERMS,
        FUNDS,
        FUND_AMOUNTS,
        LIMITS,
        DEPENDENCIES,
        CASHFLOWS,
        STAKEHOLDERS,
        APPROVED,
        PROVENANCE,
    )
}
