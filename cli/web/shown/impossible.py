"""Why a draft has no plan: rules that cannot hold together, and what would mend it, each with what a button does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from outlay.cli.web.shown.lines import line_words, project_title
from outlay.instances.drafts.draft import DraftSet
from outlay.instances.drafts.line import KEYS, Line
from outlay.instances.instance import Instance
from outlay.optimizer.whatif.job import Kind
from outlay.optimizer.whatif.session import WhatIf


def impossible_context(session: WhatIf, case: str) -> dict[str, Any]:
    """Return what the template shows of a case without any plan."""
    with session.lock:
        item = session.explained(case, "")
        asked = any(
            job.open and job.kind == Kind.EXPLAIN and (job.case, job.project) == (case, "") for job in session.jobs
        )
        draft = session.drafts.get(case)
    return {
        "case": case,
        "asked": asked,
        "told": item is not None,
        "own": [] if draft is None else [line_words(session.instance, line) for line in draft.lines],
        "conflicts": [] if item is None else _conflicts(session.instance, item, draft),
        "moves": [] if item is None else _moves(session.instance, item, draft),
        "notes": [] if item is None else [f"{note[:1].upper()}{note[1:]}." for note in item["notes"]],
    }


def drawn_of(session: WhatIf, case: str) -> str:
    """Return by what the drawing of a case without a plan is known: it changes when an explanation comes."""
    context = impossible_context(session, case)
    return f"{context['asked']} {context['conflicts']} {context['moves']}"


def _conflicts(instance: Instance, item: Mapping[str, Any], draft: DraftSet | None) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for row in item["conflicts"]:
        one = found.setdefault(int(row["conflict"]), {"minimal": bool(row["minimal"]), "rules": []})
        one["rules"].append({"words": _rule_words(instance, row), "lines": _lines_of(instance, row["rule"], draft)})
    return list(found.values())


def _rule_words(instance: Instance, row: Mapping[str, Any]) -> str:
    kind, _, name = str(row["rule"]).partition("/")
    title = str(row["title"])
    if kind == "must":
        return f"{project_title(instance, name)}{title.removeprefix(name)}"
    return f"the limit {title}" if title == row["rule"] else title


def _lines_of(instance: Instance, rule: str, draft: DraftSet | None) -> list[tuple[str, str]]:
    """Return the changes of a draft that a rule comes from: subject and words."""
    if draft is None:
        return []
    kind, _, name = rule.partition("/")
    limit = rule.partition(": ")[0]
    heads = (
        (f"project/{name}",) if kind == "must" else (f"level/resource/{limit}", f"level/group/{kind}", f"level/{limit}")
    )
    return [
        (line.subject, line_words(instance, line))
        for line in draft.lines
        if any(line.subject == head or line.subject.startswith(f"{head}/") for head in heads)
    ]


def _moves(instance: Instance, item: Mapping[str, Any], draft: DraftSet | None) -> list[dict[str, Any]]:
    return [
        {"number": number, "words": _move_words(instance, row), "can": _can(row, draft)}
        for number, row in enumerate(item["repair"], start=1)
    ]


def _move_words(instance: Instance, row: Mapping[str, Any]) -> str:
    sentence = str(row["sentence"])
    return (
        f"{project_title(instance, row['what'])}{sentence.removeprefix(row['what'])}"
        if row["kind"] == "project"
        else sentence
    )


def _can(row: Mapping[str, Any], draft: DraftSet | None) -> bool:
    """Whether a move can be taken into the draft: what a constraint set forces in stays until the set goes."""
    return bool(row["set"]) or (
        draft is not None and any(line.subject == f"project/{row['what']}" for line in draft.lines)
    )


def mended(draft: DraftSet, item: Mapping[str, Any], numbers: Sequence[int]) -> DraftSet:
    """Return a draft with moves of a repair: what forces a project in is taken out, other moves are new lines."""
    for number in numbers:
        row = item["repair"][number - 1]
        if row["kind"] == "project":
            draft = draft.without(f"project/{row['what']}")
        if row["set"]:
            draft = draft.with_line(proposed_line(row["set"], item["sets"][row["set"]]))
    return draft


def proposed_line(name: str, body: Mapping[str, Any]) -> Line:
    """Return a proposed change as a line of a draft that began as the case it was proposed for."""
    return Line(
        f"try/{body.get('title') or name}", {key: body[key] for key in KEYS if key in body and key != "extends"}
    )
