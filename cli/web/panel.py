"""What the panel of changes shows: drafts, the lines of the one that is worked on, and what can be changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from outlay.cli.views.labels import metric_label, metric_name
from outlay.cli.web.shown.lines import FINANCE_WORDS, TERM_WORDS, WATERFALLS, draft_words, line_words, scaled
from outlay.instances.dictionary.names import USE_PREFIX
from outlay.instances.drafts.draft import DraftSet
from outlay.instances.drafts.levels import Dial, dials, percent
from outlay.instances.drafts.line import Line
from outlay.instances.instance import Instance
from outlay.instances.sets.applying import set_kind, set_title
from outlay.instances.values.numbers import number_text, parse_number
from outlay.optimizer.whatif.session import WhatIf

#: Sliders of loan terms: column, least, most, step, as shown.
TERM_SLIDERS = (("rate", "0", "15", "0.25"), ("tenor_years", "1", "40", "1"), ("min_dscr", "0", "3", "0.05"))
FINANCE_SLIDERS = (("japan_share_before", "1", "100", "1"), ("japan_share_after", "0", "100", "1"))
#: Kinds of constraint sets in the order of the list.
_KINDS = ("policy", "stress", "ablation")
#: Engine resources come first among the sliders.
_MONEY = ("resource/commitments", "resource/draws", "resource/selections")


def panel_context(session: WhatIf) -> dict[str, Any]:
    """Return everything that the panel shows."""
    with session.lock:
        draft, base = session.draft, session.instance
        frozen = session.is_frozen(draft.name)
        instance = session.changed_instance()
        return {
            "version": session.version,
            "trouble": session.trouble,
            "drafts": [(name, draft_words(base, one), _state(session, name)) for name, one in session.drafts.items()],
            "draft": draft,
            "frozen": frozen,
            "solved": draft.name in session.answers.found,
            "lines": [(line.subject, line_words(base, line), line.text.splitlines()) for line in draft.lines],
            "toml": draft.toml.splitlines(),
            "can_save": bool(session.source),
            "time_limit": f"{session.time_limit_s:g}",
            "reference": session.answers.reference,
            "sets": _sets(session, draft),
            **_levels(base, draft),
            "weights": _weights(instance),
            "metrics": _other_metrics(instance),
            "terms": _terms(instance),
            "finance": _finance(instance),
        }


def _state(session: WhatIf, name: str) -> str:
    if name in session.answers.found:
        return "solved"
    return "in the queue" if session.is_frozen(name) else "not solved"


def _sets(session: WhatIf, draft: DraftSet) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Return the instance's sets by kind: name, title, whether the draft begins with it."""
    chosen = {line.subject for line in draft.lines}
    base = session.instance
    own = [name for name in base.sets if name not in session.drafts]
    return [
        (kind, [(name, set_title(base, name), f"set/{name}" in chosen) for name in own if set_kind(base, name) == kind])
        for kind in _KINDS
    ]


def _levels(instance: Instance, draft: DraftSet) -> dict[str, Any]:
    """Return the sliders of whole limits, what else can be moved, and the dates."""
    factors = {line.subject: _factor(line) for line in draft.lines if line.subject.startswith("level/")}
    known = dials(instance)
    first = [dial for name in _MONEY for dial in known if dial.name == name]
    first += [dial for dial in known if dial.name.startswith("group/")]
    first += [dial for dial in known if dial.name.startswith("fund/")]
    return {
        "sliders": [(dial, _levels_words(dial), factors.get(f"level/{dial.name}", "100")) for dial in first],
        "dials": [(dial, _levels_words(dial)) for dial in known],
        "dates": [(instance.month_of(period), instance.period_label(period)) for period in range(instance.periods)],
    }


def _factor(line: Line) -> str:
    for change in line.body.get("change", ()):
        for factor in change.get("scale", {}).values():
            return percent(parse_number(factor)).removesuffix(" %")
    return "100"


def _levels_words(dial: Dial) -> str:
    levels = [number_text(level) for _, level in dial.levels]
    if not levels:
        return ""
    span = levels[0] if len(set(levels)) == 1 else f"{levels[0]} to {levels[-1]}"
    return f"{span} {dial.unit}".strip()


def _weights(instance: Instance) -> list[tuple[str, str, str, str]]:
    """Return the metrics of the first level of the objective: name, words, weight, and the end of its slider."""
    found = []
    for name, weight in instance.objective_levels[0].weights.items():
        size = max(abs(weight), Decimal(1) if not weight else Decimal(0))
        most = number_text((2 * size).normalize())
        found.append((name, metric_label(instance, name) or metric_name(instance, name), number_text(weight), most))
    return found


def _other_metrics(instance: Instance) -> list[tuple[str, str]]:
    weighed = instance.objective_levels[0].weights
    names = [name for name in instance.known_metrics if name not in weighed and not name.startswith(USE_PREFIX)]
    return [(name, metric_label(instance, name) or metric_name(instance, name)) for name in names]


def _terms(instance: Instance) -> list[tuple[str, list[dict[str, str]]]]:
    if instance.settings.finance is None:
        return []
    found = []
    for row in instance["terms"].records():
        sliders = []
        for column, least, most, step in TERM_SLIDERS:
            value = scaled(column, row[column])
            if value is not None:
                sliders.append(_slider(column, TERM_WORDS[column], value, (least, most, step)))
        found.append((str(row["terms"]), sliders))
    return found


def _slider(column: str, title: str, value: Decimal, ends: tuple[str, str, str]) -> dict[str, str]:
    least, most, step = ends
    unit = " %" if "share" in column or column == "rate" else ""
    widest = number_text(max(value, Decimal(most)))
    return {
        "column": column, "title": title, "value": number_text(value.normalize()), "min": least, "max": widest,
        "step": step, "unit": unit,
    }  # fmt: skip


def _finance(instance: Instance) -> dict[str, Any] | None:
    finance = instance.settings.finance
    if finance is None:
        return None
    sliders = []
    for key, least, most, step in FINANCE_SLIDERS:
        value = scaled(key, getattr(finance, key))
        assert value is not None
        sliders.append(_slider(key, FINANCE_WORDS[key], value, (least, most, step)))
    return {"waterfall": finance.waterfall, "waterfalls": list(WATERFALLS.items()), "sliders": sliders}
