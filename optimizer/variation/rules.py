"""The rules of a model under names that a person would use: what a conflict is made of.

A rule is a limit, a project that must be funded, a dependency, the slots of a fast track, or what a fund asks of the
portfolio. What a decision means (one option a project, the scale, what is paid is what is committed, what a program can
deliver) is never one, so the model without its rules always has a plan: the empty one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from outlay.instances.errors import InputError
from outlay.instances.values.text import did_you_mean
from outlay.models.arrays.rows import Entries, RowBlock
from outlay.optimizer.session import Session
from outlay.optimizer.variation.limit import Limit
from outlay.optimizer.variation.limits import Limits

#: Blocks of rows that only say what decisions mean.
_MEANING = frozenset({"fully_paid", "program_total_kept", "one_option_a_project", "scale_at_most_one"})
_MEANING_FAMILIES = frozenset({"choice", "cancelling", "programs", "synergies"})


@dataclass(frozen=True)
class Rule:
    """A rule by name.

    Attributes
    ----------
    name, title
        Its name, and what it says in words.
    family
        The constraint family; ``must`` for projects that must be funded.
    rows
        Its rows in the compiled problem: those that say it, and then what hangs on them.
    beside
        How many at the end only say what a period leaves to later ones of what the limit has.
    limit
        The limit that it is, if it is one.
    must
        Whether it says that a project must be funded.
    """

    name: str
    title: str
    family: str
    rows: tuple[int, ...]
    limit: str | None = None
    must: bool = False
    beside: int = 0


class Rules:
    """The rules of a model by name, in the order of the registry of families."""

    def __init__(self, session: Session, limits: Limits) -> None:
        self._session, self._model, self._limits = session, session.model, limits
        self.all: dict[str, Rule] = {}
        self._parts: dict[str, Rule] = {}
        for rule in self._rules():
            known = self.all.get(rule.name)
            rows = (*known.rows, *rule.rows) if known else rule.rows
            self.all[rule.name] = Rule(rule.name, rule.title, rule.family, rows, rule.limit, rule.must)
        for name, rule in self.all.items():
            left = tuple(row for own in rule.rows for row in self._left(rule, own))
            self.all[name] = replace(rule, rows=(*rule.rows, *left), beside=len(left))

    def __getitem__(self, name: str) -> Rule:
        """Return a rule by name.

        Raises
        ------
        InputError
            If there is none.
        """
        whole = name.partition(": ")[0]
        if name not in self.all and name not in self._parts and whole in self.all:
            self.parts(self.all[whole])
        found = self.all.get(name) or self._parts.get(name)
        if found is None:
            raise InputError.single("vary", "there is no such rule", did_you_mean(name, self.all), value=name)
        return found

    def parts(self, rule: Rule) -> list[Rule]:
        """Return a rule by what its rows say, under names of their own; what says one thing is its own part.

        Rows that say the same, those of one project's options for instance, are one part.
        """
        own = rule.rows[: len(rule.rows) - rule.beside]
        if len(own) < 2 or rule.must:
            return [rule]
        words = {row: text for block in self._sentences.values() for row, text in block}
        said: dict[str, list[int]] = {}
        for row in own:
            said.setdefault(words[row], []).append(row)
        if len(said) == 1:
            return [rule]
        found = []
        for text, rows in said.items():
            left = tuple(row for each in rows for row in self._left(rule, each))
            found.append(replace(rule, name=f"{rule.name}: {text}", title=text, rows=(*rows, *left), beside=len(left)))
        self._parts |= {part.name: part for part in found}
        return found

    def _left(self, rule: Rule, row: int) -> tuple[int, ...]:
        """Return the rows that say what a row of a resource leaves to later periods."""
        return self._left_by_row.get(row, ()) if rule.limit else ()

    @cached_property
    def _left_by_row(self) -> dict[int, tuple[int, ...]]:
        found: dict[int, tuple[int, ...]] = {}
        for limit in self._limits.whole:
            for place in limit.places if limit.resource else ():
                left = self._rows("left_carried_over", place.key)
                found |= {row: left for row in self._rows(place.block, place.key) if left}
        return found

    @cached_property
    def _sentences(self) -> dict[str, list[tuple[int, str]]]:
        """Words of each row of the compiled problem, by block."""
        found: dict[str, list[tuple[int, str]]] = {}
        for block in self._model.row_blocks:
            own = found.setdefault(block.name, [])
            for at, key in enumerate(block.keys):
                own.extend((row, block.sentence(at)) for row in self._rows(block.name, key))
        return found

    def _rules(self) -> Iterator[Rule]:
        case = self._model.case
        for number, project in enumerate(case.alternatives.projects):
            rows = self._rows("one_option_a_project", project)
            if case.alternatives.funding_required(number) and rows:
                yield Rule(f"must/{project}", f"{project} must be funded", "must", rows, must=True)
        of_limit: dict[tuple[str, Any], list[Limit]] = {}
        for limit in self._limits.whole:
            for place in limit.places:
                of_limit.setdefault((place.block, place.key), []).append(limit)
        for block in self._model.row_blocks:
            if (
                block.defines
                or block.name in _MEANING
                or block.family in _MEANING_FAMILIES
                or block.name == "started_by"
            ):
                continue
            for at, key in enumerate(block.keys):
                yield from self._of_key(block, at, key, of_limit.get((block.name, key), []))

    def _of_key(self, block: RowBlock, at: int, key: Any, limits: list[Limit]) -> Iterator[Rule]:
        rows = self._rows(block.name, key)
        if not rows:
            return
        problem = self._session.compiled.problem
        if not limits:
            yield Rule(*self._named(block, at, key), block.family, rows)
        for limit in limits:
            side = problem.row_lower if limit.least else problem.row_upper
            own = tuple(row for row in rows if len(limits) == 1 or np.isfinite(side[row]))
            yield Rule(limit.name, limit.title, limit.family, own, limit.name)

    def _named(self, block: RowBlock, at: int, key: Any) -> tuple[str, str]:
        """Return (name, words) of a row that is no limit."""
        words = block.sentence(at)
        if block.family == "dependencies":
            whole = words.rsplit(" by ", 1)[0] if " needs " in words else words
            return f"dependency/{whole}", whole
        if block.family == "funds":
            return f"fund/{words}", words
        return f"{block.family}/{words}", words

    def _rows(self, block: str, key: Any) -> tuple[int, ...]:
        return tuple(self._session.rows_of(block, key))


def resource_matrix(rule: Any, columns: int) -> sparse.csr_array:
    """Return the rows of a resource over the columns of the model."""
    entries = Entries()
    rule.fill(entries, 0)
    return entries.matrix(len(rule.periods), columns)
