"""Lines for what else a committee changes: sets, projects, weights, loan terms, and what is typed as text."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from outlay.instances.drafts.levels import exactly
from outlay.instances.drafts.line import Line
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.sets.what_if import change_of
from outlay.instances.values.text import did_you_mean

#: Columns of ``terms`` that can be set.
TERMS = ("rate", "tenor_years", "min_dscr", "recover_within_years", "min_japan_content_share", "min_japan_npv")
#: Keys of ``[finance]`` that can be set.
FINANCE = ("waterfall", "japan_share_before", "japan_share_after")
#: What a project may be forced to.
FORCES = ("in", "out")


def set_line(instance: Instance, name: str) -> Line:
    """Return the line that begins with a constraint set of the instance.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if name not in instance.sets:
        raise InputError.single(
            "draft", "there is no such constraint set", did_you_mean(name, instance.sets), value=name
        )
    return Line(f"set/{name}", {"extends": [name]})


def project_line(instance: Instance, project: str, force: str, alternative: str = "", start: str = "") -> Line:
    """Return the line that forces a project ``in`` or ``out``, with an alternative and a start (YYYY-MM) if given.

    Raises
    ------
    InputError
        If there is no such project or alternative.
    """
    ids = instance["projects"].texts("id")
    if project not in ids:
        raise InputError.single("draft", "there is no such project", did_you_mean(project, ids), value=project)
    if force not in FORCES:
        raise InputError.single("draft", "a project is forced in or out", did_you_mean(force, FORCES), value=force)
    known = alternatives_of(instance, project)
    if start and not alternative and force == "in":
        if len(known) > 1:
            raise InputError.single(
                "draft", "a start needs an alternative", f"one of {', '.join(known)}", value=project
            )
        alternative = known[0]
    if alternative and alternative not in known:
        raise InputError.single(
            "draft", f"{project} has no such alternative", did_you_mean(alternative, known), value=alternative
        )
    chosen = "@".join(part for part in (project, alternative, start if alternative else "") if part)
    return Line(f"project/{project}", {f"force_{force}": [chosen]})


def alternatives_of(instance: Instance, project: str) -> list[str]:
    """Return the names of a project's alternatives."""
    table = instance.alternatives
    pairs = zip(table.texts("project"), table.texts("alternative"), strict=True)
    return [alternative for who, alternative in pairs if who == project]


def objective_line(instance: Instance, weights: Mapping[str, Decimal]) -> Line:
    """Return the line that replaces the weights of the objective; further levels of it stay.

    Raises
    ------
    InputError
        If a metric is unknown.
    """
    for name in weights:
        if name not in instance.known_metrics:
            raise InputError.single(
                "draft", "there is no such metric", did_you_mean(name, instance.known_metrics), value=name
            )
    given = instance.settings.objective
    kept = dict(weights)
    if isinstance(given, str | dict) or len(given) < 2:
        return Line("objective", {"objective": kept})
    first, *rest = given
    levels = [{"weights": kept, "tolerance": first.tolerance}]
    levels += [{"weights": dict(level.weights), "tolerance": level.tolerance} for level in rest]
    return Line("objective", {"objective": levels})


def terms_line(instance: Instance, terms: str, column: str, value: Decimal) -> Line:
    """Return the line that sets a column of the terms of loans; ``*`` stands for all terms.

    Raises
    ------
    InputError
        If there are no such terms, or no such column.
    """
    known = instance["terms"].texts("terms")
    if terms != "*" and terms not in known:
        raise InputError.single("draft", "there are no such terms", did_you_mean(terms, known), value=terms)
    if column not in TERMS:
        raise InputError.single("draft", "terms have no such column", did_you_mean(column, TERMS), value=column)
    where = {"terms": "*" if terms == "*" else exactly(terms)}
    return Line(f"terms/{terms}/{column}", {"change": [{"table": "terms", "where": where, "set": {column: value}}]})


def finance_line(key: str, value: Any) -> Line:
    """Return the line that sets a key of ``[finance]``.

    Raises
    ------
    InputError
        If there is no such key.
    """
    if key not in FINANCE:
        raise InputError.single("draft", "this is no key of finance", did_you_mean(key, FINANCE), value=key)
    return Line(f"finance/{key}", {"change": [{"table": "instance", "set": {f"finance.{key}": value}}]})


def text_line(text: str) -> Line:
    """Return the line of a change that was typed, such as ``availability.amount[resource=draws] * 0.9``.

    Raises
    ------
    InputError
        If it is none.
    """
    shown = " ".join(text.split())
    return Line(f"text/{shown}", {"change": [change_of(shown)]})
