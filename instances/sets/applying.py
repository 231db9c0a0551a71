"""Apply constraint sets: named changes to a base instance that yield a new, whole, validated instance."""

from __future__ import annotations

from typing import Any

from outlay.instances.dictionary.names import expand_families
from outlay.instances.dictionary.sets import WHERE, ConstraintSet
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.parsing import parse_changed
from outlay.instances.instance import Instance
from outlay.instances.sets.changes import Draft
from outlay.instances.values.frozen import thawed
from outlay.instances.values.text import as_text, did_you_mean


def apply_sets(instance: Instance, names: str) -> Instance:
    """Return the instance with sets applied, ``a+b`` from left to right.

    Parents come before the sets that extend them, and a set that is reached twice is applied once, where it is reached
    first. ``base`` changes nothing.

    Raises
    ------
    InputError
        For an unknown set, a change that matches no row, a change that acts on a blank cell without default, or a
        changed instance that is wrong as a whole.
    """
    order = _order(instance, names)
    if not order:
        return instance
    draft = Draft(instance)
    faults: list[Fault] = []
    for name in order:
        body = thawed(instance.sets[name])
        change_set = ConstraintSet.model_validate(body)
        for number, change in enumerate(change_set.change, start=1):
            try:
                draft.apply(change, f"{name}.change[{number}]")
            except InputError as error:
                faults.extend(error.faults)
        _switch(draft.settings, name, change_set)
        if change_set.objective is not None:
            draft.settings["objective"] = body["objective"]
    if faults:
        raise InputError(faults)
    words = f" with set {'+'.join(order)}"
    return parse_changed(instance, draft.settings, draft.raw_tables(words), words=words)


def set_title(instance: Instance, names: str) -> str:
    """Return the titles of sets joined by ``+``; a set without title stands under its name."""
    parts = [name.strip() for name in names.split("+")]
    titles = [str(instance.sets.get(name, {}).get("title") or name) for name in parts]
    return " + ".join(titles)


def set_kind(instance: Instance, names: str) -> str:
    """Return the kind of sets joined by ``+``: ablation if one of them is, else stress if one is, else policy."""
    kinds = {str(instance.sets.get(name.strip(), {}).get("kind") or "policy") for name in names.split("+")}
    return next(kind for kind in ("ablation", "stress", "policy") if kind in kinds)


def _order(instance: Instance, names: str) -> list[str]:
    """Return the sets to apply, parents first, each once."""
    if not isinstance(names, str):
        raise InputError.single(WHERE, "this is not the name of a set", "write a+b", value=names)
    order: list[str] = []
    open_names = [name.strip() for name in reversed(names.split("+"))]
    waiting: set[str] = set()  # sets whose parents are on the way
    while open_names:
        name = open_names[-1]
        if name == "base" or name in order:
            open_names.pop()
        elif name in waiting:
            order.append(open_names.pop())
        else:
            waiting.add(name)
            open_names.extend(reversed(_parents(instance, name)))
    return order


def _parents(instance: Instance, name: str) -> tuple[str, ...]:
    if name not in instance.sets:
        hint = did_you_mean(name, [*instance.sets, "base"])
        raise InputError.single(WHERE, "there is no such constraint set", hint, value=as_text(name))
    return ConstraintSet.model_validate(thawed(instance.sets[name])).extends


def _switch(settings: dict[str, Any], name: str, change_set: ConstraintSet) -> None:
    """Note in the settings what a set switches."""
    applied = settings["applied"]
    on = expand_families(change_set.enable)
    off = dict.fromkeys(expand_families([*applied["disable"], *change_set.disable]))
    applied["disable"] = [family for family in off if family not in on]
    for key in ("force_in", "force_out"):
        applied[key] = [*dict.fromkeys([*applied[key], *getattr(change_set, key)])]
    applied["sets"] = [*applied["sets"], name]
