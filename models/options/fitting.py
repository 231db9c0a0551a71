"""What can never fit: options that alone ask for more than there is of something that nothing can add to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.arrays.ragged import group_by
from outlay.models.options.options import Dropped, Options
from outlay.models.options.usage import Usage, resource_tree

#: Share of a limit by which a need must exceed it.
CLEARLY = 1e-6


def unfitting(
    options: Options, usage: Usage, levels: Mapping[str, np.ndarray]
) -> tuple[np.ndarray, tuple[Dropped, ...]]:
    """Return which options can never fit, shape (options,), and a record of each alternative with its figures.

    Only limits that no supply, import, purchase, link or shortfall can stretch count. The options stay in the model,
    which finds the same in no time: a project that must be funded and cannot fit is a conflict to be told as one.

    Parameters
    ----------
    levels
        Availability of each resource that has rows, by period; NaN = no limit.
    """
    instance = options.instance
    never = np.zeros(len(options), dtype=bool)
    records: list[Dropped] = []
    trees = resource_tree(instance)
    for number in _firm(instance, trees):
        row = _Row(instance, number, levels)
        option, limit, need = row.broken(options, usage, trees[number])
        new = ~never[option]
        option, limit, need = option[new], limit[new], need[new]
        never[option] = True
        records.extend(_records(options, row, option, limit=limit, need=need))
    return never, tuple(records)


def _firm(instance: Instance, trees: list[list[int]]) -> list[int]:
    """Return the resources, by number, whose limits nothing can stretch."""
    resources = instance["resources"]
    requirements = instance["requirements"]
    supplied = {
        name
        for name, role in zip(requirements.texts("resource"), requirements.column("role"), strict=True)
        if role == "supplies"
    }
    helped = {
        *supplied,
        *instance["imports"].texts("resource"),
        *instance["programs"].texts("resource"),
        *instance["links"].texts("to_resource"),
    }
    names, penalties = resources.texts("resource"), resources.raw("penalty")
    helped.update(name for name, share in zip(names, resources.raw("carry_over_share"), strict=True) if share)
    if any(metric == "commitment" for metric in instance["dependencies"].texts("metric")):
        helped.update({"commitments", "draws"})  # joint savings
    return [
        number
        for number, name in enumerate(names)
        if instance.is_on(instance.family_of(name))
        and penalties[number] is None
        and not any(names[member] in helped for member in trees[number])
    ]


class _Row:
    """The limits of one resource, by its basis."""

    def __init__(self, instance: Instance, number: int, levels: Mapping[str, np.ndarray]) -> None:
        resources = instance["resources"]
        self.name, self.basis = resources.texts("resource")[number], resources.texts("basis")[number]
        self.unit = resources.texts("unit")[number]
        level = levels.get(self.name, np.zeros(instance.periods))
        self.level = np.where(np.isnan(level), np.inf, level)
        self.block = (instance.periods_per_year or 1) if self.basis == "per_year" else 1
        if self.basis == "cumulative":  # what is used stays used: the least level from here on
            self.level = np.minimum.accumulate(self.level[::-1])[::-1]
        self.instance = instance

    def broken(self, options: Options, usage: Usage, tree: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (option, limit, need) of the worst excess of each option that exceeds a limit."""
        entries = np.concatenate([usage.by_resource.of(one) for one in tree])
        option, period = usage.option[entries], usage.period[entries]
        period = period - period % self.block
        least = np.where(usage.scaled[entries], _least_scale(options)[option], 1.0)
        keys, place = np.unique(option * self.instance.periods + period, return_inverse=True)
        need = np.bincount(place, weights=usage.amount[entries] * least, minlength=len(keys))
        option, period = np.divmod(keys, self.instance.periods)
        if self.basis == "cumulative":
            need = _to_date(option, need)
        limit = self.level[period]
        over = np.nonzero(need - limit > CLEARLY * np.maximum(need, limit))[0]
        worst = over[np.argsort(-(need[over] - limit[over]), kind="stable")]
        _, first = np.unique(option[worst], return_index=True)
        worst = worst[first]
        return option[worst], limit[worst], need[worst]


def _least_scale(options: Options) -> np.ndarray:
    return np.asarray(options.alternatives.min_scale, dtype=float)[options.alternative]


def _to_date(option: np.ndarray, need: np.ndarray) -> np.ndarray:
    """Return the sums to date of each option's needs, which stand in order."""
    if not len(need):
        return need
    total = np.cumsum(need)
    begins = np.concatenate([[True], option[1:] != option[:-1]])
    before = np.where(begins, total - need, 0.0)
    return total - np.maximum.accumulate(before)


def _records(options: Options, row: _Row, option: np.ndarray, *, limit: np.ndarray, need: np.ndarray) -> list[Dropped]:
    """Return one record an alternative and track, with the figures of the option that lacks least."""
    alternatives = options.alternatives
    keys, group = np.unique(options.alternative[option] * 2 + options.fast[option], return_inverse=True)
    groups = group_by(group, len(keys))
    where = {"per_year": "in a year", "cumulative": "in all"}.get(row.basis, "in a period")
    unit = f" {row.unit}" if row.unit else ""
    found = []
    for number, key in enumerate(keys.tolist()):
        members = groups.of(number)
        best = int(members[np.argmin(need[members] - limit[members])])
        alternative = key // 2
        asked, there = f"{need[best]:,.6g}{unit}", f"{limit[best]:,.6g}"
        reason = f"it can never fit: it needs {asked} of {row.name} {where}, at most {there} is there"
        starts = len(set(options.start[option[members]].tolist()))
        project = alternatives.projects[alternatives.project[alternative]]
        found.append(Dropped(project, alternatives.names[alternative], bool(key % 2), "fit", reason, starts))
    return found
