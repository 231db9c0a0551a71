"""A model as text that a person can check by hand, written from the Pyomo constraints themselves.

Variables are named after what they decide: ``fund[A,base,s0]`` is project A, alternative base, building from period 0;
``,q1`` follows where it is selected in another period, ``,fast`` on the fast track. A backslash starts a comment: what
the row is in domain words.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from pyomo.repn.standard_repn import generate_standard_repn

from outlay.models.options.options import Options

#: Rows whose key is, or ends with, the number of an option.
OPTION_KEYS = frozenset(
    {"scale_at_most_one", "scale_at_least_the_least", "fully_paid", "share_at_least", "share_at_most"}
)
#: Blocks of columns whose key is, or ends with, the number of an option.
OPTION_COLUMNS = frozenset({"fund", "scale", "pay"})


def lp_text(model: Any, families: Iterable[str]) -> str:
    """Return the objective, the rows of some families and the bounds of all continuous variables, as text."""
    names = {id(variable): name for variable, name in zip(model.columns, column_names(model), strict=True)}
    names[id(model.nothing)] = "nothing"
    lines = ["maximise", f"  {_sum(model.objective.expr, names)}", "", "subject to"]
    wanted = set(families)
    for block in model.row_blocks:
        if block.family not in wanted:
            continue
        component = model.component(block.name)
        for number, key in enumerate(block.keys):
            row = component[key]
            lines.append(f"  \\ {block.sentence(number)}")
            lines.append(f"  {block.name}[{_key(model.options, block.name, key)}]: {_row(row, names)}")
    bounds = list(_bounds(model, names))
    if bounds:
        lines += ["", "bounds", *(f"  {line}" for line in bounds)]
    return "\n".join(lines) + "\n"


def option_name(options: Options, number: int) -> str:
    """Return A,base,s0 with q and track where they are not the plain ones."""
    alternative = int(options.alternative[number])
    alternatives = options.alternatives
    name = f"{alternatives.projects[alternatives.project[alternative]]},{alternatives.names[alternative]}"
    name += f",s{options.start[number]}"
    if options.selection[number] != options.start[number]:
        name += f",q{options.selection[number]}"
    return name + (",fast" if options.fast[number] else "")


def column_names(model: Any) -> list[str]:
    """Return a name for every column of `model.columns`, in their order."""
    found = []
    for name, block in model.case.book.blocks.items():
        for key in block.keys:
            parts = list(key) if isinstance(key, tuple) else [key]
            if name in OPTION_COLUMNS:
                parts[-1] = option_name(model.options, parts[-1])
            found.append(f"{name}[{','.join(str(part) for part in parts)}]")
    return found


def dropped_text(options: Options) -> str:
    """Return what was dropped and why, one line each."""
    return "".join(
        f"{item.project}@{item.alternative}{' fast' if item.fast_track else ''} [{item.rule}] {item.starts} starts: "
        f"{item.reason}\n"
        for item in options.dropped
    )


def _key(options: Options, rule: str, key: Any) -> str:
    parts = list(key) if isinstance(key, tuple) else [key]
    if rule in OPTION_KEYS:
        parts[-1] = option_name(options, parts[-1])
    return ",".join(str(part) for part in parts)


def _number(value: float) -> str:
    return np.format_float_positional(float(f"{value:.12g}"), trim="-")


def _sum(expression: Any, names: dict[int, str]) -> str:
    form = generate_standard_repn(expression, compute_values=True)
    assert form.is_linear() or form.is_constant()
    terms = {}
    for coefficient, variable in zip(form.linear_coefs, form.linear_vars, strict=True):
        terms[names[id(variable)]] = terms.get(names[id(variable)], 0.0) + float(coefficient)
    order = {name: place for place, name in enumerate(names.values())}
    text = ""
    for name in sorted(terms, key=order.__getitem__):
        size = _number(abs(terms[name]))
        sign = "-" if terms[name] < 0 else "+"
        text += f" {sign} " + (name if size == "1" else f"{size} {name}")
    if form.constant:
        text += f" + {_number(form.constant)}"
    text = text.removeprefix(" + ").strip()
    return text or "0"


def _row(row: Any, names: dict[int, str]) -> str:
    lower, upper = row.lb, row.ub
    body = _sum(row.body, names)
    if lower is not None and lower == upper:
        return f"{body} = {_number(lower)}"
    text = body if lower is None else f"{_number(lower)} <= {body}"
    return text if upper is None else f"{text} <= {_number(upper)}"


def _bounds(model: Any, names: dict[int, str]) -> Iterable[str]:
    for variable in model.columns:
        if variable.is_continuous():
            ceiling = "" if variable.ub is None else f" <= {_number(variable.ub)}"
            yield f"{_number(variable.lb)} <= {names[id(variable)]}{ceiling}"
