"""What the page can do: each action takes a form, changes the session, and says in words what was done."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from outlay.cli.web.forms import Form
from outlay.cli.web.shown.impossible import mended, proposed_line
from outlay.cli.web.shown.lines import SHARES
from outlay.instances.drafts.choices import finance_line, objective_line, project_line, set_line, terms_line, text_line
from outlay.instances.drafts.levels import level_line
from outlay.instances.errors import InputError
from outlay.optimizer.whatif.session import WhatIf
from outlay.optimizer.whatif.worker import Worker

#: What an action does: it returns what to tell, or nothing.
Action: TypeAlias = Callable[[WhatIf, Worker, Form], str]


def choose_set(session: WhatIf, _: Worker, form: Form) -> str:
    """Begin with a constraint set of the instance, or no longer."""
    name = form.text("name")
    if form.is_on("on"):
        session.add_line(lambda instance: set_line(session.instance, name))
    else:
        session.edit(lambda draft: draft.without(f"set/{name}"))
    return ""


def force(session: WhatIf, _: Worker, form: Form) -> str:
    """Force a project in or out, fix its alternative or start, or let it free."""
    project, how = form.text("id"), form.text("force")
    if how == "free":
        session.edit(lambda draft: draft.without(f"project/{project}"))
    else:
        alternative, start = form.text("alternative"), form.text("start")
        session.add_line(lambda _: project_line(session.instance, project, how, alternative, start))
    return ""


def move_level(session: WhatIf, _: Worker, form: Form) -> str:
    """Move a limit to a share of its level, all of it or between two dates; 100 % takes the change back."""
    factor = form.per_cent("percent", "level")
    name, begin, end = form.text("limit"), form.text("begin") or None, form.text("end") or None
    if factor == 1:
        ends = (begin or "", end or "") if begin or end else ()
        session.edit(lambda draft: draft.without("/".join(("level", name, *ends))))
    else:
        session.add_line(lambda instance: level_line(instance, name, factor, begin, end))
    return ""


def weigh(session: WhatIf, _: Worker, form: Form) -> str:
    """Change the weights of the objective."""
    weights: dict[str, Decimal] = {name: form.number(field, name) for name, field in form.starting("weight:")}
    if form.text("metric"):
        weights[form.text("metric")] = form.number("added", "weight") if form.text("added") else Decimal(1)
    session.add_line(lambda instance: objective_line(instance, weights))
    return ""


def change_terms(session: WhatIf, _: Worker, form: Form) -> str:
    """Change a column of the terms of loans."""
    terms, column = form.text("terms"), form.text("column")
    value = form.per_cent("value", column) if column in SHARES else form.number("value", column)
    session.add_line(lambda instance: terms_line(instance, terms, column, value))
    return ""


def change_finance(session: WhatIf, _: Worker, form: Form) -> str:
    """Change a key of ``[finance]``."""
    key = form.text("column")
    value = form.per_cent("value", key) if key in SHARES else form.text("value")
    session.add_line(lambda _: finance_line(key, value))
    return ""


def write_text(session: WhatIf, _: Worker, form: Form) -> str:
    """Add a change that was typed."""
    session.add_line(lambda _: text_line(form.text("text")))
    return ""


def remove(session: WhatIf, _: Worker, form: Form) -> str:
    """Take a line out: of the draft, or of one that begins as a case."""
    case, subject = form.text("case"), form.text("subject")
    session.follow(case)
    if case and all(line.subject != subject for line in session.draft.lines):
        return f"{session.draft.name} does not hold this change any more"
    session.edit(lambda draft: draft.without(subject))
    return _taken(session) if case else ""


def undo(session: WhatIf, _: Worker, form: Form) -> str:
    """Undo the last step."""
    session.edit(lambda draft: draft.undo())
    return ""


def redo(session: WhatIf, _: Worker, form: Form) -> str:
    """Redo the step that was undone last."""
    session.edit(lambda draft: draft.redo())
    return ""


def begin(session: WhatIf, _: Worker, form: Form) -> str:
    """Begin another draft, empty or as a copy."""
    session.begin(copy=form.is_on("copy"))
    return ""


def choose(session: WhatIf, _: Worker, form: Form) -> str:
    """Work on another draft."""
    session.choose(form.text("name"))
    return ""


def delete(session: WhatIf, _: Worker, form: Form) -> str:
    """Delete a draft that is not solved."""
    session.delete(form.text("name"))
    return ""


def rename(session: WhatIf, _: Worker, form: Form) -> str:
    """Name the draft."""
    session.rename(form.text("name"), form.text("title"))
    return ""


def save(session: WhatIf, _: Worker, form: Form) -> str:
    """Save the draft to the ``sets.toml`` of the instance's folder."""
    name = form.text("name")
    return f"{name} is saved to {session.save(name)}"


def solve(session: WhatIf, _: Worker, form: Form) -> str:
    """Put a draft, or the reference, into the queue."""
    session.solve(form.text("name") or session.draft.name, float(form.number("time", "time limit")))
    return ""


def stop(session: WhatIf, worker: Worker, form: Form) -> str:
    """Stop a job; the best verified plan stays."""
    worker.stop(form.whole("job"))
    return ""


def explain(session: WhatIf, _: Worker, form: Form) -> str:
    """Ask what a project is worth to a plan, or, without a project, why there is none."""
    session.explain(form.text("case"), form.text("id"))
    return ""


def try_proposed(session: WhatIf, _: Worker, form: Form) -> str:
    """Take a change that an explanation proposes into the draft.

    Raises
    ------
    InputError
        If it was not proposed.
    """
    case, project, name = form.text("case"), form.text("id"), form.text("set")
    item = session.explained(case, project)
    if item is None or name not in item["sets"]:
        raise InputError.single("page", "this was not proposed", "ask again what the project is worth", value=name)
    session.follow(case)
    line = proposed_line(name, item["sets"][name])
    session.add_line(lambda _: line)
    return _taken(session)


def mend(session: WhatIf, _: Worker, form: Form) -> str:
    """Take what would mend a case without a plan into the draft: one move, or ``all``.

    Raises
    ------
    InputError
        If it was not proposed.
    """
    case, move = form.text("case"), form.text("move")
    item = session.explained(case, "")
    known = [str(number) for number in range(1, 1 + len(item["repair"] if item else ()))]
    numbers = known if move == "all" else [move] if move in known else []
    if item is None or not numbers:
        raise InputError.single("page", "this was not proposed", "ask again why there is no plan", value=move)
    session.follow(case)
    session.edit(lambda draft: mended(draft, item, [int(number) for number in numbers]))
    return _taken(session)


def _taken(session: WhatIf) -> str:
    return f"Taken into {session.draft.name}: solve it to see what comes of it"


ACTIONS: dict[str, Action] = {
    "set": choose_set,
    "project": force,
    "level": move_level,
    "weights": weigh,
    "terms": change_terms,
    "finance": change_finance,
    "text": write_text,
    "remove": remove,
    "undo": undo,
    "redo": redo,
    "new": begin,
    "choose": choose,
    "delete": delete,
    "rename": rename,
    "save": save,
    "solve": solve,
    "stop": stop,
    "explain": explain,
    "try": try_proposed,
    "mend": mend,
}
