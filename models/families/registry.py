"""The registry of constraint families. Adding one is a file, a line here and a golden LP.

Every family has a name and a function ``rows(case)`` that yields its rows; its module's docstring is its mathematics.
`lender` removes options instead of adding rows (see `outlay.models.projects.lender`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from outlay.instances.dictionary.names import RESOURCE_FAMILIES
from outlay.models.arrays.ending import look
from outlay.models.arrays.rows import RowBlock
from outlay.models.case import Case
from outlay.models.families import cancelling as family_cancelling
from outlay.models.families import choice as family_choice
from outlay.models.families import dependencies as family_dependencies
from outlay.models.families import funds as family_funds
from outlay.models.families import limits as family_limits
from outlay.models.families import permits as family_permits
from outlay.models.families import programs as family_programs
from outlay.models.families import savings as family_savings
from outlay.models.families import synergies as family_synergies
from outlay.models.families.resources import CARRY_OVER, ResourceFamily, carried_rows, refuse_too_many_terms


class Family(NamedTuple):
    """A constraint family: its name, as in ``disable``, and what yields its rows."""

    name: str
    rows: Callable[[Case], Iterator[RowBlock]]


FAMILIES: tuple[Family, ...] = (
    Family(family_choice.NAME, family_choice.rows),
    Family(family_cancelling.NAME, family_cancelling.rows),
    Family("cap", ResourceFamily("cap").rows),
    Family("draws", ResourceFamily("draws").rows),
    *(Family(kind, ResourceFamily(kind).rows) for kind in RESOURCE_FAMILIES),
    Family("pace", ResourceFamily("pace").rows),
    Family("permits", ResourceFamily("permits").rows),
    Family(CARRY_OVER, carried_rows),
    Family(family_permits.NAME, family_permits.rows),
    Family(family_programs.NAME, family_programs.rows),
    Family(family_dependencies.NAME, family_dependencies.rows),
    Family(family_synergies.NAME, family_synergies.rows),
    Family(family_savings.NAME, family_savings.rows),
    Family(family_savings.LENDER, family_savings.lender_rows),
    Family(family_funds.NAME, family_funds.rows),
    Family(family_limits.NAME, family_limits.rows),
)

#: Families that no constraint set can switch off.
ALWAYS_ON = frozenset(
    {CARRY_OVER, family_cancelling.NAME, family_choice.NAME, family_programs.NAME, family_synergies.NAME}
)


def rows_of(case: Case) -> Iterator[RowBlock]:
    """Yield the rows of every family that is on, in the order of the registry; empty blocks are left out.

    Raises
    ------
    InputError
        If the rows of resources would not fit in memory.
    """
    refuse_too_many_terms(case)
    for family in FAMILIES:
        if family.name in ALWAYS_ON or case.instance.is_on(family.name):
            look()
            for block in family.rows(case):
                if len(block.keys):
                    yield block
