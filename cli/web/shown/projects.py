"""The list of projects, and one project: how it stands in a plan, how it can be forced, what it is worth."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from outlay.cli.views import words
from outlay.cli.views.explanation import amounts, change_sentences, interval
from outlay.cli.web.shown.lines import forced, line_words, project_title
from outlay.instances.drafts.choices import alternatives_of
from outlay.optimizer.compare.side_by_side import frame
from outlay.optimizer.whatif.job import Kind
from outlay.optimizer.whatif.session import WhatIf


def projects_context(session: WhatIf, case: str) -> dict[str, Any]:
    """Return the list of projects as they stand in a case."""
    forced_words = {
        line.subject.removeprefix("project/"): line_words(session.instance, line)
        for line in session.draft.lines
        if line.subject.startswith("project/")
    }
    standing = _standing(session, case)
    table = session.instance["projects"]
    rows = []
    for project, name, sector, status in zip(
        *(table.texts(key) for key in ("id", "name", "sector", "status")), strict=True
    ):
        found = standing.get(project, {})
        rows.append(
            {
                "id": project,
                "name": name or project,
                "sector": sector,
                "status": "" if status == "candidate" else status,
                "funded": found.get("funded"),
                "how": _how(found),
                "money": words.number(found.get("commitment") or None) if found.get("funded") else "",
                "reason": str(found.get("reason") or ""),
                "forced": forced_words.get(project, ""),
            }
        )
    rows.sort(key=lambda row: (row["sector"], not row["funded"], row["id"]))
    return {"rows": rows, "case": case, "unit": session.instance.settings.money_unit}


def _standing(session: WhatIf, case: str) -> dict[str, dict[Any, Any]]:
    answer = session.answers.found.get(case)
    table = None if answer is None else frame(answer.run, "projects")
    return {} if table is None else {row["project"]: row for row in table.to_dict("records")}


def _how(row: dict[Any, Any]) -> str:
    if not row.get("funded"):
        return ""
    share = "" if float(row["scale"]) > 0.995 else f", {words.share(float(row['scale']))}"
    alternative = "" if row["alternative"] == "base" else f"{row['alternative']} "
    return f"{alternative}from {row['start']}{share}"


def project_context(session: WhatIf, project: str, case: str) -> dict[str, Any]:
    """Return one project: its standing in a case, its force in the draft, what it is worth."""
    instance, draft = session.instance, session.draft
    line = next((line for line in draft.lines if line.subject == f"project/{project}"), None)
    force, alternative, start = "free", "", ""
    if line is not None:
        key, alternative, start = forced(line.body)
        force = key.removeprefix("force_")
    found = _standing(session, case).get(project, {})
    table = instance["projects"]
    row = table.index[(project,)]
    return {
        "id": project,
        "case": case,
        "solved": case in session.answers.found,
        "draft": draft.name,
        "title": project_title(instance, project),
        "sector": table.texts("sector")[row],
        "funded": found.get("funded"),
        "how": _how(found),
        "reason": str(found.get("reason") or ""),
        "force": force,
        "alternative": alternative,
        "start": start,
        "alternatives": alternatives_of(instance, project),
        "starts": [(instance.month_of(period), instance.period_label(period)) for period in range(instance.periods)],
        "asked": any(
            job.open and job.kind == Kind.EXPLAIN and (job.case, job.project) == (case, project) for job in session.jobs
        ),
        **_worth(session, project, case),
    }


def _worth(session: WhatIf, project: str, case: str) -> dict[str, Any]:
    """Return what was found of a project's worth, in sentences, and the sets that were proposed."""
    for item in session.margins:
        if (item["case"], item["project"]) == (case, project):
            explanation: Any = SimpleNamespace(changes=pd.DataFrame(item["changes"], columns=_columns(item["changes"])))
            sentences = [_sentence(row) for row in item["margins"]]
            proposed = [
                (row["set"], row["sentence"]) for row in item["changes"] if row["set"] and row["set"] in item["sets"]
            ]
            told = change_sentences(explanation).get(project, []) if item["changes"] else []
            known = {sentence for _, sentence in proposed}
            return {
                "worth": sentences,
                "changes": [sentence for sentence in told if sentence not in known],
                "proposed": proposed,
                "complete": item["complete"],
            }
    return {"worth": [], "changes": [], "proposed": [], "complete": True}


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    return list(rows[0]) if rows else ["project"]


def _sentence(row: dict[str, Any]) -> str:
    if row["margin"] is None:
        return f"{str(row['standing']).capitalize()}: {row['reason']}"
    proved = interval(row["low"], row["high"])
    between = " (proved exactly)" if proved == "exactly" else f" (proved: {proved})"
    who = "Without it" if row["standing"] == "funded" else "Forced in,"
    others = "".join(
        f"; {verb} {row[key]}" for key, verb in (("comes_in", "in comes"), ("goes", "out goes")) if row[key]
    )
    if row["tie"]:
        return f"A tie: {who.lower().rstrip(',')} another plan may be as good{others}."
    return f"{who} the plan is worth {amounts(row['margin'])} less{between}{others}."
