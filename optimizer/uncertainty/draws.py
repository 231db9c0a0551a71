"""`draw`: possible worlds of an instance, each a constraint set that can be read, applied and solved by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from numbers import Integral
from typing import Any, overload

import numpy as np
import pandas as pd
import tomli_w

from outlay.instances.errors import Fault, InputError
from outlay.instances.instance import Instance
from outlay.instances.uncertainty.parsing import each_column
from outlay.instances.uncertainty.schema import WHERE, DrawnChange, Uncertainty
from outlay.instances.values.frozen import thawed
from outlay.instances.values.numbers import NotANumber, number_text
from outlay.optimizer.uncertainty.copula import correlated, nearest_correlation, scores_of_ranks, sobol_points
from outlay.optimizer.uncertainty.faults import Origin, Placed, placed, told
from outlay.optimizer.uncertainty.marginals import as_written, quantiles, written
from outlay.optimizer.uncertainty.worlds import Dimension, World, exactly, rank_matrix, uncertainty_of, worlds_of

MOST_DRAWS, MOST_DIMENSIONS = 65_536, 5_000
#: What the draw among the scenarios is called beside factors.
SCENARIO = "scenario"


@dataclass(frozen=True)
class Draw:
    """A possible world.

    Attributes
    ----------
    name, probability
        What it is called, and how likely it is; the probabilities of all add up to 1.
    scenario
        The scenario that it is of, or None.
    values
        What each factor (or ``factor/key``) came to.
    body
        The draw as the body of a constraint set.
    origins
        Where each change of the body comes from.
    base
        The instance that the set is applied to.
    """

    name: str
    probability: float
    scenario: str | None
    values: Mapping[str, Decimal]
    body: Mapping[str, Any]
    origins: tuple[Origin, ...] = field(repr=False)
    base: Instance = field(repr=False)

    @cached_property
    def instance(self) -> Instance:
        """The instance in this world (`world`), made once."""
        return self.world()

    def world(self) -> Instance:
        """Return the instance in this world, validated whole; made anew, so that nobody holds it.

        Raises
        ------
        InputError
            If it is not valid; names the factor, its value and the row.
        """
        try:
            return self._world()
        except InputError as error:
            faults = placed(self.body, self.origins, error.faults)
            raise InputError([told(self.name, self.values, one) for one in faults]) from None

    def faults(self) -> list[Placed]:
        """Return what makes it invalid."""
        try:
            self._world()
        except InputError as error:
            return placed(self.body, self.origins, error.faults)
        return []

    def _world(self) -> Instance:
        return replace(self.base, sets={**self.base.sets, self.name: self.body}).with_set(self.name)


@dataclass(frozen=True)
class Draws(Sequence[Draw]):
    """Possible worlds of an instance, in the order in which they were drawn.

    Attributes
    ----------
    instance
        The instance that they change, with constraint sets applied.
    seed
        What they were drawn with.
    dimensions
        The single draws, in the order of the file.
    notes
        What the user should know, in sentences.
    """

    instance: Instance
    seed: int
    dimensions: tuple[Dimension, ...]
    notes: tuple[str, ...]
    items: tuple[Draw, ...] = field(repr=False)

    @overload
    def __getitem__(self, place: int) -> Draw: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Draw]: ...

    def __getitem__(self, place: int | slice) -> Draw | Sequence[Draw]:
        return self.items[place]

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        """Return what they are in a line."""
        return f"<{len(self)} draws of {self.instance.name!r}: {len(self.dimensions)} single draws, seed {self.seed}>"

    @property
    def sets(self) -> dict[str, dict[str, Any]]:
        """Every draw as the body of a constraint set, by name."""
        return {draw.name: thawed(draw.body) for draw in self}

    @property
    def sets_toml(self) -> str:
        """Every draw as text for ``sets.toml``."""
        return tomli_w.dumps(_plain(self.sets))

    @cached_property
    def values(self) -> pd.DataFrame:
        """One row a draw: draw, probability, scenario (if there are any), then a column a single draw."""
        rows = [
            {
                "draw": draw.name,
                "probability": draw.probability,
                **({} if draw.scenario is None else {SCENARIO: draw.scenario}),
                **{name: float(value) for name, value in draw.values.items()},
            }
            for draw in self
        ]
        return pd.DataFrame(rows)

    @cached_property
    def factors(self) -> pd.DataFrame:
        """One row a single draw: factor, key, title, distribution, and of what was drawn mean, sd, min, p10 to max."""
        read, table = uncertainty_of(self.instance), self.values
        records = []
        for one in self.dimensions:
            column = table[one.name]
            factor = read.factors[one.factor]
            spread = float(column.std(ddof=1)) if len(column) > 1 else 0.0
            levels = {f"p{share}": float(column.quantile(share / 100)) for share in (10, 50, 90)}
            head = {"factor": one.factor, "key": one.key, "title": factor.title, "distribution": factor.distribution}
            ends = {"mean": float(column.mean()), "sd": spread, "min": float(column.min())}
            records.append({**head, **ends, **levels, "max": float(column.max())})
        columns = ["factor", "key", "title", "distribution", "mean", "sd", "min", "p10", "p50", "p90", "max"]
        return pd.DataFrame(records, columns=columns)

    def with_sets(self) -> Instance:
        """Return the instance with every draw as one of its constraint sets.

        Raises
        ------
        InputError
            If it has another set of such a name.
        """
        mine = self.sets
        for name in mine:
            if name in self.instance.sets and thawed(self.instance.sets[name]) != mine[name]:
                problem = "the instance has another constraint set of this name"
                raise InputError.single("sets.toml", problem, "rename it", column=name)
        return replace(self.instance, sets={**self.instance.sets, **mine})

    def check(self, on_progress: Callable[[int, int], None] | None = None) -> None:
        """Make sure that every draw is a valid instance.

        Raises
        ------
        InputError
            With the faults of all that are not; what is alike in several is told once.
        """
        alike: dict[tuple[str, ...], dict[str, tuple[Draw, Placed]]] = {}
        for number, draw in enumerate(self, start=1):
            for one in draw.faults():
                alike.setdefault(one.kind, {}).setdefault(draw.name, (draw, one))
            if on_progress is not None:
                on_progress(number, len(self))
        if alike:
            raise InputError([_told_once([*each.values()]) for each in alike.values()])


def _told_once(alike: Sequence[tuple[Draw, Placed]]) -> Fault:
    """Return faults that are alike, of a draw each, as the first of them."""
    first, one = alike[0]
    return told(first.name, first.values, one, more=len(alike) - 1)


def draw(instance: Instance, *, draws: int = 200, seed: int = 1, constraint_set: str = "base") -> Draws:
    """Draw possible worlds of an instance from its ``uncertainty.toml``.

    Parameters
    ----------
    instance
        An instance that says what is uncertain about it.
    draws
        How many; the first n of 2n are those of n. Powers of two cover what is possible most evenly. Where there are
        scenarios and no factors, the scenarios are the draws, each once, with its probability.
    seed
        The same seed gives the same draws.
    constraint_set
        Sets to apply first, as in `outlay.solve`.

    Returns
    -------
    Draws
        A sequence of `Draw`, each with name, probability, values, body (its constraint set) and instance.

    Raises
    ------
    InputError
        If nothing is uncertain, a change matches no row, or a number is out of range. What a draw makes invalid is
        told when its instance is asked for, or by `Draws.check`.
    """
    if not isinstance(instance, Instance):
        raise InputError.single("draw", "this is no instance", "give what outlay.read returned", value=instance)
    if isinstance(draws, bool) or not isinstance(draws, Integral) or not 1 <= draws <= MOST_DRAWS:
        raise InputError.single("draw", "draws is out of range", f"1 to {MOST_DRAWS}", column="draws", value=draws)
    if isinstance(seed, bool) or not isinstance(seed, Integral) or not 0 <= seed < 2**31:
        raise InputError.single("draw", "seed is out of range", "0 to 2147483647", column="seed", value=seed)
    base = instance.with_set(constraint_set)
    read = uncertainty_of(base)
    if not read.factors and not read.scenarios:
        problem = "nothing is said to be uncertain"
        raise InputError.single(WHERE, problem, "write factors or scenarios: outlay schema uncertainty")
    worlds, dimensions = worlds_of(base, read)
    if len(dimensions) > MOST_DIMENSIONS:
        problem = f"there are {len(dimensions)} single draws, more than {MOST_DIMENSIONS}"
        raise InputError.single(WHERE, problem, "draw for fewer values (each), or narrow where")
    return _Drawing(base, read, worlds, dimensions, int(seed)).run(int(draws))


def draws(instance: Instance, n: int, seed: int = 1) -> Draws:
    """Return `draw` of an instance as it is."""
    return draw(instance, draws=n, seed=seed)


@dataclass
class _Drawing:
    base: Instance
    read: Uncertainty
    worlds: list[World]
    dimensions: list[Dimension]
    seed: int

    def run(self, count: int) -> Draws:
        scenarios, notes = self.read.scenarios, []
        if not self.dimensions:
            notes.append("Only scenarios are uncertain: each of them is one draw, with its probability.")
            weights = [(float(one.probability), place) for place, one in enumerate(scenarios.values())]
            total = sum(weight for weight, _ in weights)
            items = [
                self._draw(self._free_name(str(self.worlds[place].scenario)), weight / total, self.worlds[place], {})
                for weight, place in weights
                if weight > 0
            ]
            return Draws(self.base, self.seed, (), tuple(notes), tuple(items))
        points = sobol_points(count, len(self.dimensions) + bool(scenarios), self.seed)
        chosen = np.zeros(count, dtype=int)
        if scenarios:
            below = np.cumsum([float(one.probability) for one in scenarios.values()])
            chosen = np.searchsorted(below, points[:, 0] * below[-1], side="left")
            points = points[:, 1:]
        points = self._correlated(points, notes)
        columns = [self._column(one, points[:, place]) for place, one in enumerate(self.dimensions)]
        items = [
            self._draw(
                self._free_name(f"draw-{number + 1:04d}"),
                1.0 / count,
                self.worlds[int(chosen[number])],
                {one.name: column[number] for one, column in zip(self.dimensions, columns, strict=True)},
            )
            for number in range(count)
        ]
        return Draws(self.base, self.seed, tuple(self.dimensions), tuple(notes), tuple(items))

    def _free_name(self, name: str) -> str:
        """Return a name that no set of the instance has; a draw that is there already keeps its own."""
        if name in self.base.sets and name in self.read.scenarios:
            return f"{SCENARIO}-{name}"
        return name

    def _correlated(self, points: np.ndarray, notes: list[str]) -> np.ndarray:
        pairs, ranks = rank_matrix(self.read, self.dimensions)
        if not pairs:
            return points
        wanted = np.eye(len(self.dimensions))
        first, second = np.array(pairs).T
        wanted[first, second] = wanted[second, first] = scores_of_ranks(np.array(ranks))
        scores = nearest_correlation(wanted)
        moved = np.abs(scores - wanted)
        if moved.max() > 1e-6:
            one, other = np.unravel_index(int(moved.argmax()), moved.shape)
            names = self.dimensions[int(one)].name, self.dimensions[int(other)].name
            notes.append(
                "The rank correlations are no possible matrix, so the nearest one is used: it moves them by up to "
                f"{abs(_rank(wanted[one, other]) - _rank(scores[one, other])):.2f} (between {names[0]} and {names[1]})."
            )
        return correlated(points, scores)

    def _column(self, one: Dimension, probability: np.ndarray) -> list[Decimal]:
        factor = self.read.factors[one.factor]
        try:
            return [written(factor, value) for value in quantiles(factor, probability).tolist()]
        except NotANumber as problem:
            raise InputError.single(
                WHERE, f"a drawn value cannot be held: {problem}", "bound it with low and high", column=one.factor
            ) from None

    def _draw(self, name: str, probability: float, world: World, values: dict[str, Decimal]) -> Draw:
        changes, origins = [], []
        for one in self.dimensions:
            for number, change in enumerate(self.read.factors[one.factor].change):
                if (one.factor, number, one.key) in world.rows:
                    changes.append(self._change(one, change, values[one.name], name))
                    origins.append(Origin(one.name, world.rows[one.factor, number, one.key]))
        body: dict[str, Any] = {"title": self._title(name, world), "kind": "stress"}
        if world.scenario is not None:
            above = [part.strip() for part in self.read.scenarios[world.scenario].sets.split("+")]
            if above != ["base"]:
                body["extends"] = above
        if changes:
            body["change"] = changes
        return Draw(name, probability, world.scenario, values, body, tuple(origins), self.base)

    def _title(self, name: str, world: World) -> str:
        scenario = None if world.scenario is None else self.read.scenarios[world.scenario]
        told = "" if scenario is None else scenario.title or f"scenario {world.scenario}"
        if not self.dimensions:
            return told
        return f"Draw {int(name.rpartition('-')[2])} of seed {self.seed}{f': {told}' if told else ''}"

    def _change(self, one: Dimension, change: DrawnChange, value: Decimal, name: str) -> dict[str, Any]:
        """Return a change of a draw's set."""
        factor = self.read.factors[one.factor]
        where: dict[str, Any] = dict(change.where)
        if factor.each:
            where[each_column(change.table, factor.each)] = exactly(one.value)
        body: dict[str, Any] = {"table": change.table, "note": f"{one.name} = {number_text(value)}"}
        if where:
            body["where"] = where
        try:
            cells = {column: as_written(form, value) for column, form in change.cells.items()}
        except NotANumber as problem:
            raise InputError.single(
                WHERE,
                f"{name} draws {problem}",
                "bound it with low and high",
                column=f"factors.{one.factor}",
                value=number_text(value),
            ) from None
        if change.slip is not None:
            return {**body, "slip": {"months": int(cells["months"])}}
        return {**body, change.operation: cells}


def _rank(score: float) -> float:
    return float(6.0 / np.pi * np.arcsin(np.clip(score, -2, 2) / 2.0))


def _plain(value: Any) -> Any:
    """Return data that TOML can write: whole numbers as such, others with all their digits."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else Decimal(number_text(value))
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
