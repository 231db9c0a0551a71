"""Documents of the brute-force generator, without its search for ones small enough to try everything."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.models.case import Case as ModelCase
from tests.brute_force.draft import Draw
from tests.brute_force.generator import Case, draft_case


@cache
def draft(seed: int) -> Case:
    """Return a document and a constraint set, the same for the same seed; both may be infeasible."""
    return draft_case(Draw(Random(f"draft {seed}")))


@cache
def generated(seed: int) -> Instance | None:
    """Return the instance of a seed, its set applied; None where a project that must be funded cannot be."""
    try:
        made = draft(seed).instance()
        _ = ModelCase(made).options
    except InputError:
        return None
    return made


def some_generated(number: int, first: int = 0) -> Iterator[Instance]:
    """Yield so many instances that have a model, from a seed on."""
    seed = first
    while number:
        made = generated(seed)
        seed += 1
        if made is not None:
            number -= 1
            yield made
