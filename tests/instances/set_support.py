"""Constraint sets put on the small instance, and the faults they draw."""

from __future__ import annotations

from typing import Any

import pytest

from outlay.instances.errors import Fault, InputError
from outlay.instances.instance import Instance
from tests.instances.support import changed, parsed


def with_sets(names: str = "s", **sets: Any) -> Instance:
    """Return the small instance with other sets, of which some are applied."""
    return parsed(changed(sets=sets)).with_set(names)


def with_change(table: str, **change: Any) -> Instance:
    return with_sets(s={"change": [{"table": table, **change}]})


def faults_with(names: str = "s", **sets: Any) -> tuple[Fault, ...]:
    instance = parsed(changed(sets=sets))
    with pytest.raises(InputError) as caught:
        instance.with_set(names)
    return tuple(caught.value.faults)


def fault_with_change(table: str, **change: Any) -> Fault:
    faults = faults_with(s={"change": [{"table": table, **change}]})
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]
