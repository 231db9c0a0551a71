"""A plan that funds nothing: nothing stands, so nothing can be counted that changes what stands."""

from __future__ import annotations

from typing import Any

from outlay.instances.dictionary.approved import CHANGE_METRICS

#: What is optimised where only changes were: nothing.
NOTHING = {"count": 0}


def without_changes(document: dict[str, Any]) -> list[str]:
    """Take the metrics that count changes out of a document, and return what is to be said of it."""
    settings, found = document["instance"], False
    objective = settings.get("objective")
    levels = objective if isinstance(objective, list) else [{"weights": objective}]
    for level in levels:
        weights = level.get("weights")
        if isinstance(weights, dict) and any(name in CHANGE_METRICS for name in weights):
            rest = {name: weight for name, weight in weights.items() if name not in CHANGE_METRICS}
            level["weights"], found = rest or NOTHING, True
    if found and not isinstance(objective, list):
        settings["objective"] = levels[0]["weights"]
    for table in ("limits", "stakeholders"):
        rows = document.get(table, [])
        kept = [row for row in rows if row["metric"] not in CHANGE_METRICS]
        if len(kept) < len(rows):
            found = True
            document[table] = kept
            if not kept:
                del document[table]
    return ["the plan funds nothing, so nothing stands; what counted changes of it is left out"] if found else []
