"""What every option uses and supplies, period by period, as flat arrays.

Requirements follow the scale; the review of an agency and the selection load do not. The engine fills three resources
itself: `commitments` (K at selection), `draws` (K w_k while building) and `selections` (selection_load at selection,
not for committed and started projects). Periods before the calendar do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.arrays.ending import look
from outlay.models.arrays.ragged import Groups, group_by, join, spans
from outlay.models.options.options import Options
from outlay.models.options.size import refuse_too_many
from outlay.models.projects.alternatives import FOREVER, periods_down, periods_up
from outlay.models.projects.windows import rows_by_alternative

Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Usage:
    """Entries (resource, option, period, amount) inside the horizon.

    Attributes
    ----------
    resource, option, period
        Numbers; a resource is its row in ``resources``.
    amount
        At scale 1, in the resource's unit; a supply is negative.
    scaled
        Whether it follows the scale.
    """

    resource: np.ndarray
    option: np.ndarray
    period: np.ndarray
    amount: np.ndarray
    scaled: np.ndarray
    resources: int

    @cached_property
    def by_resource(self) -> Groups:
        """Entries grouped by resource."""
        return group_by(self.resource, self.resources)


def compute_usage(options: Options, *, periods: int | None = None) -> Usage:
    """Return every entry of an instance's options; `periods` looks so far instead of to the horizon.

    Raises
    ------
    InputError
        If there are more than `outlay.models.options.size.MAX_TERMS`.
    """
    instance = options.instance
    number = {name: row for row, name in enumerate(instance["resources"].texts("resource"))}
    horizon = instance.periods if periods is None else periods
    parts = [_stepped(options, _requirements(options, number, horizon), options.alternatives.share_at_least)]
    money = _least_shares(options)
    for name, fill in (("commitments", _commitments), ("draws", _draws)):
        if name in number:
            parts.append(_stepped(options, fill(options, number[name]), money))
    if "selections" in number:
        parts.append(_selections(options, number["selections"]))
    if instance.is_on("permits"):
        parts.append(_reviews(options, number))
    look()
    resource, option, period, amount, scaled = (np.concatenate(column) for column in zip(*parts, strict=True))
    inside = (period >= 0) & (period < horizon) & (amount != 0)
    return Usage(resource[inside], option[inside], period[inside], amount[inside], scaled[inside], len(number))


def _requirements(options: Options, number: dict[str, int], horizon: int) -> Columns:
    instance, alternatives = options.instance, options.alternatives
    rows = instance["requirements"]
    grouped = rows_by_alternative(alternatives, rows, np.ones(len(rows), dtype=bool))
    option, row = join(options.alternative, grouped)
    look()  # here and below: there may be millions
    resource = np.array([number[name] for name in rows.texts("resource")], dtype=int)
    sign = np.where(np.array([role == "supplies" for role in rows.column("role")], dtype=bool), -1.0, 1.0)
    first, length = _windows(options, option, row)
    look()
    shape = np.array([{"flat": 0, "bell": 1, "spread": 2}[name] for name in rows.texts("shape")], dtype=int)
    # The part of a window outside the horizon still counts in its shape, but needs no entries.
    skip = np.maximum(0, -first)
    inside = np.minimum(first + length, horizon) - (first + skip)
    counts = np.bincount(resource[row], weights=np.maximum(inside, 0), minlength=len(number))
    refuse_too_many(dict(zip(number, counts.astype(int).tolist(), strict=True)), instance, "amounts of use by period")
    look()
    owner, period = spans(first + skip, inside)
    step = period - first[owner] + 1
    whole = length[owner]
    bell = np.minimum(step, whole + 1 - step) / np.ceil(whole / 2)
    look()
    factor = np.choose(shape[row][owner], [np.ones(len(owner)), bell, 1.0 / whole])
    look()
    whole_scale = alternatives.full_scale[options.alternative[option]][owner]
    look()
    amount = (rows.floats("amount") * sign)[row][owner] * factor * whole_scale
    look()
    return resource[row][owner], option[owner], period, amount, np.ones(len(owner), dtype=bool)


def _least_shares(options: Options) -> np.ndarray:
    """Return the share of its money in full that each alternative asks for at the beginning of its step."""
    least, whole = options.alternatives.at_least("commitment"), options.alternatives.commitment
    return np.where(whole > 0, least / np.where(whole > 0, whole, 1.0), 0.0)


def _stepped(options: Options, parts: Columns, share: np.ndarray) -> Columns:
    """Return entries with those of steps in two: what there is at the beginning, and what the rest adds."""
    resource, option, period, amount, scaled = parts
    step = np.nonzero(options.alternatives.is_step[options.alternative[option]])[0]
    if not len(step):
        return parts
    least = amount[step] * share[options.alternative[option[step]]]
    amount = amount.astype(float)
    amount[step] -= least
    return (
        np.append(resource, resource[step]),
        np.append(option, option[step]),
        np.append(period, period[step]),
        np.append(amount, least),
        np.append(scaled, np.zeros(len(step), dtype=bool)),
    )


def _windows(options: Options, option: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (first period, number of periods) of requirement rows joined with options."""
    instance, alternatives = options.instance, options.alternatives
    rows, size = instance["requirements"], instance.months_per_period
    start, review = options.start[option], options.review[option]
    operation = options.operation[option]
    life = alternatives.operating[options.alternative[option]]
    end_of_life = np.where(life >= FOREVER, instance.periods, operation + life)
    numbers = {"permitting": 0, "construction": 1, "operation": 2, "": 3}
    phase = np.array([numbers[name] for name in rows.texts("phase")], dtype=int)
    opens = np.array([0 if cell is None else periods_down(cell, size) for cell in rows.raw("from_month")], dtype=int)
    closes = np.array([FOREVER if cell is None else periods_up(cell, size) for cell in rows.raw("to_month")], dtype=int)
    look()
    to = closes[row]
    case = phase[row]
    first = np.choose(case, [start - review, start, operation, start + opens[row]])
    end = np.choose(case, [start, operation, end_of_life, np.where(to >= FOREVER, end_of_life, start + to)])
    return first, np.maximum(0, end - first)


def _commitments(options: Options, resource: int) -> Columns:
    everyone = np.arange(len(options))
    return (np.full(len(options), resource), everyone, options.selection, options.commitment, everyone >= 0)


def _selections(options: Options, resource: int) -> Columns:
    load = options.instance["projects"].floats("selection_load")
    committed = np.array([status in {"committed", "started"} for status in options.alternatives.status], dtype=bool)
    amount = np.where(committed, 0.0, load)[options.project]
    return (
        np.full(len(options), resource),
        np.arange(len(options)),
        options.selection,
        amount,
        np.zeros(len(options), dtype=bool),
    )


def _draws(options: Options, resource: int) -> Columns:
    owner, period, weight = draw_entries(options)
    return (
        np.full(len(owner), resource),
        owner,
        period,
        options.commitment[owner] * weight,
        np.ones(len(owner), dtype=bool),
    )


def draw_entries(options: Options) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (option, period, draw weight) of every building period, also outside the horizon."""
    building = options.alternatives.building[options.alternative]
    owner, period = spans(options.start, building)
    weights = np.concatenate([np.zeros(0), *options.alternatives.draw_weights])
    first = np.concatenate([[0], np.cumsum(options.alternatives.building)])
    place = first[options.alternative[owner]] + period - options.start[owner]
    return owner, period, weights[place]


def _reviews(options: Options, number: dict[str, int]) -> Columns:
    agencies = options.instance["permits"].raw("agency")
    agency = np.array([-1 if name is None else number[str(name)] for name in agencies] + [-1], dtype=int)
    resource = agency[options.permit]
    length = np.where(resource >= 0, options.review, 0)
    owner, period = spans(options.start - options.review, length)
    return resource[owner], owner, period, np.ones(len(owner)), np.zeros(len(owner), dtype=bool)


def resource_tree(instance: Instance) -> list[list[int]]:
    """Return, for each resource, its number and those of all its descendants."""
    rows = instance["resources"]
    number = {name: row for row, name in enumerate(rows.texts("resource"))}
    parent = [number.get(name, -1) for name in rows.texts("parent")]
    trees: list[list[int]] = [[] for _ in parent]
    for row in range(len(parent)):
        node = row
        while node >= 0:
            trees[node].append(row)
            node = parent[node]
    return trees
