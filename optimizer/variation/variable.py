"""A compiled model with what its variations need: names of limits and rules, rows, columns, and the way to a set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from outlay.instances.dictionary.approved import APPROVED_DATES
from outlay.instances.dictionary.projects import released as released_cells
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.instances.values.frozen import thawed
from outlay.instances.values.text import did_you_mean
from outlay.models.families.resources import resource_rows
from outlay.optimizer.answer.plans import plan_point
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.spaces import FullPoint
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.search.rounding import near
from outlay.optimizer.session import Session
from outlay.optimizer.variation.limit import Limit
from outlay.optimizer.variation.limits import Limits, exactly
from outlay.optimizer.variation.rules import Rules, resource_matrix
from outlay.optimizer.variation.variation import Variation

#: Name of the constraint set that a variation is written as.
SET = "proposed"


class Variable:
    """A session with what its variations need: the names of its limits and rules."""

    def __init__(self, session: Session) -> None:
        self.session, self.case, self.model = session, session.case, session.model

    @cached_property
    def limits(self) -> Limits:
        """The limits by name."""
        return Limits(self.model)

    @cached_property
    def rules(self) -> Rules:
        """The rules by name."""
        return Rules(self.session, self.limits)

    @property
    def size(self) -> int:
        """Columns of the session's problem."""
        return len(self.session.problem.cost)

    def rows_of(self, limit: Limit) -> list[tuple[int, float, float]]:
        """Return (row, size of its level, share of a unit added) of a limit's rows, and of what its periods leave."""
        found = []
        carry = self.case.carry_overs.get(limit.resource or "")
        for place in limit.places:
            for row in self.rows_at(place.block, place.key, least=limit.least):
                found.append((row, place.size, float(place.moves)))
            if carry is not None:
                for row in self.rows_at("left_carried_over", place.key, least=False):
                    found.append((row, carry.share * place.level, carry.share * place.moves))
        return found

    def implied_rows(self, limit: Limit, *, units: bool, unit: float) -> list[tuple[np.ndarray, float, float]]:
        """Return (coefficients, level, what a move of 1 adds) of the rows to date that others imply.

        They are left out; once the limit is moved they may be needed.
        """
        if limit.resource is None or self.case.basis(limit.resource) != "cumulative":
            return []
        if limit.whole is None and not units:
            return []  # all rows grow in proportion, so what is implied stays so
        known = {place.key[1] for place in self.limits[limit.resource].places}
        rule = resource_rows(self.case, limit.resource, every_row=True)
        moved = {place.key[1] for place in limit.places if place.moves} if limit.whole else None
        first = self.limits.first_period(limit.resource)
        missing = [at for at, period in enumerate(rule.periods.tolist()) if period not in known]
        if not missing:
            return []
        matrix, found = resource_matrix(rule, self.case.book.size), []
        for at in missing:
            period, level = int(rule.periods[at]), float(rule.limits[at])
            moves = period in moved if moved is not None else period >= first
            row = self.session.row_of(matrix[[at]].toarray()[0])
            found.append((row, level, float(moves) * (unit if units else level)))
        return found

    def share_rows(self, limit: Limit) -> list[tuple[np.ndarray, np.ndarray, float]]:
        """Return (what counts, what it is a share of, level) of a limit's shares, over the solver's columns."""
        size = self.case.book.size
        return [
            (
                self.session.row_of(place.share.coefficients(0.0, size)),
                self.session.row_of(place.share.coefficients(0.0, size) - place.share.coefficients(1.0, size)),
                place.level,
            )
            for place in limit.places
            if place.share is not None
        ]

    def stretched_share(self, variation: Variation) -> Limit | None:
        """Return the limit on a share that a variation stretches, if it does.

        Raises
        ------
        InputError
            If something else is asked for beside the least stretch of that share.
        """
        limits = [self.limits.movable(name, units=name in variation.units) for name in variation.stretch]
        shares = [limit for limit in limits if limit.is_share]
        if not shares:
            return None
        problem = ""
        if len(limits) > 1 or not all(part.is_share for part in shares[0].each):
            problem = "a share is not stretched together with other limits"
        elif variation.objective is not None or variation.floors or variation.count_first:
            problem = "a share is stretched as little as possible, and nothing else is optimised or counted beside it"
        if problem:
            remedy = "stretch it alone, or move it by `level`"
            raise InputError.single("limits", problem, remedy, column="limit", value=shares[0].name)
        return shares[0]

    def followers(self, limit: Limit) -> list[tuple[int, float, float, float]]:
        """Return (column, share, level, most) of columns that are at most a share of a limit's levels, and the most.

        These are the shortfalls of a soft limit, and what its periods may carry over once.
        """
        if limit.parts:
            return [found for part in limit.parts for found in self.followers(part)]
        if limit.resource is None:
            return []
        table, found = self.case.instance["resources"], []
        tolerance = float(table.floats("tolerance")[table.index[(limit.resource,)]])
        if not np.isnan(tolerance):
            found.append(("shortfall", tolerance, np.inf))
        carry = self.case.carry_overs.get(limit.resource)
        if carry is not None and carry.once:
            found.append(("carried", carry.share, carry.most))
        levels = {place.key[1]: place.level for place in limit.places}
        columns = []
        for name, share, most in found:
            block = self.case.block(name)
            for (resource, period), at in zip(block.keys, block.columns.tolist(), strict=True):
                column = int(self.session.place[at])
                if resource == limit.resource and period in levels and column >= 0:
                    columns.append((column, share, levels[period], most))
        return columns

    def rows_at(self, block: str, key: Any, *, least: bool) -> list[int]:
        """Return the rows of a key of a block that are limited from the side that is asked for."""
        problem = self.session.compiled.problem
        side = problem.row_lower if least else problem.row_upper
        return [row for row in self.session.rows_of(block, key) if np.isfinite(side[row])]

    def options_of(self, item: str) -> np.ndarray:
        """Return the options of id, id@alternative or id@alternative@YYYY-MM.

        Raises
        ------
        InputError
            If there is no such project or alternative.
        """
        project, _, rest = item.partition("@")
        name, _, month = rest.partition("@")
        alternatives = self.case.alternatives
        if project not in alternatives.project_number:
            hint = did_you_mean(project, alternatives.projects)
            raise InputError.single("vary", "there is no such project", hint, column="project", value=project)
        if name and (project, name) not in alternatives.number:
            own = [other for who, other in alternatives.number if who == project]
            raise InputError.single("vary", "it has no such alternative", did_you_mean(name, own), value=item)
        options = self.case.options.of(f"{project}@{name}" if name else project)
        if month:
            options = options[self.case.options.start[options] == self.case.instance.period_holding(month)]
        return options

    def columns_of(self, project: str) -> np.ndarray:
        """Return the columns of the compiled problem that a project's options have, of whatever kind."""
        options = self.options_of(project)
        own = np.append(self.case.block("fund").columns[options], self.case.scale_column[options])
        mine = set(options.tolist())
        pay = self.case.block("pay")
        paid = [at for (_, option), at in zip(pay.keys, pay.columns.tolist(), strict=True) if option in mine]
        place = self.session.place[np.unique(np.append(own, np.array(paid, dtype=int)))]
        return place[place >= 0]

    def touched_by(self, project: str) -> np.ndarray:
        """Return which rows of the compiled problem a project appears in, shape (rows,)."""
        matrix = self.session.compiled.problem.matrix
        rows = np.zeros(matrix.shape[0], dtype=bool)
        for column in self.columns_of(project).tolist():
            rows[matrix.indices[matrix.indptr[column] : matrix.indptr[column + 1]]] = True
        return rows

    def start_point(self, plan: Plan | None, variation: Variation, problem: Problem) -> np.ndarray | None:
        """Return a plan as a point to start a variation from, or one near it; None: neither was found.

        What is forced out is left out. Where that is no plan, and no limit is stretched, what is forced in comes first,
        and then as much of the plan as there is room for; without a plan, of a large problem, what is worth most.
        """
        more = len(problem.cost) - self.size
        if plan is None:
            large = problem.matrix.nnz > SearchParams().small and not more
            return near(problem, self.session.structure, np.zeros(self.size)) if large else None
        gone = {item.partition("@")[0] for item in variation.force_out}
        pay = {key: amount for key, amount in plan.payments.items() if key[1] not in gone}
        kept = replace(plan, choices=tuple(c for c in plan.choices if c.project not in gone), payments=pay)
        point = self.session.to_solver(FullPoint(plan_point(self.model, self.session.compiled, kept)))
        whole = np.append(point, np.zeros(more))
        if problem.holds(problem.rounded(whole)):
            return whole
        return None if more else near(problem, self.session.structure, whole)

    def set_of(self, variation: Variation, moves: dict[str, float], released: Iterable[str] = ()) -> dict[str, Any]:
        """Return a variation, its limits moved by so much, as the body of a constraint set."""
        changes: list[dict[str, Any]] = []
        for name, by in [*variation.level.items(), *moves.items()]:
            if by:
                changes.extend(self.limits[name].changes(by, units=name in variation.units))
        for project in released:
            changes.extend(letting_go(self.case.instance, project))
        body: dict[str, Any] = {"title": variation.title} if variation.title else {}
        if changes:
            body["change"] = changes
        for key in ("force_in", "force_out"):
            if getattr(variation, key):
                body[key] = list(getattr(variation, key))
        return body

    def instance_with(self, body: dict[str, Any], released: Iterable[str] = ()) -> Instance:
        """Return the instance with a proposed set applied, and without what forces some projects in.

        Raises
        ------
        InputError
            If the changed instance is wrong.
        """
        instance, gone = self.case.instance, set(released)
        if gone:
            applied = instance.settings.applied
            forced = [item for item in applied.force_in if item.partition("@")[0] not in gone]
            settings = {"applied": applied.model_copy(update={"force_in": tuple(forced)})}
            instance = replace(instance, settings=instance.settings.model_copy(update=settings))
        if set(body) <= {"title"}:
            return instance
        return replace(instance, sets={**thawed(instance.sets), SET: body}).with_set(SET)


def letting_go(instance: Instance, project: str) -> list[dict[str, Any]]:
    """Return the changes that let a project go that must be funded, whether by its status or as it was approved.

    None for one that a constraint set forces in: no other set takes that back.
    """
    table, changes = instance["projects"], []
    record = list(table.records())[table.index[(project,)]]
    if record["status"] in {"mandatory", "committed", "started"}:
        where = {"id": exactly(project)}
        changes.append({"table": "projects", "where": where, "set": released_cells(record)})
    approved = next((row for row in instance["approved"].records() if row["project"] == project), {})
    dates = [column for column in APPROVED_DATES if approved.get(column) is not None]
    if dates and instance.frozen_periods:
        where = {"project": exactly(project)}
        changes.append({"table": "approved", "where": where, "set": dict.fromkeys(dates, "")})
    return changes
