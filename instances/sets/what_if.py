"""What-ifs without a file: changes in a line each, made a constraint set that is seen wherever a set is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NoReturn

from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.parsing import parse_document
from outlay.instances.formats.writing import to_document
from outlay.instances.instance import Instance
from outlay.instances.values.numbers import EXACT, NotANumber, parse_number
from outlay.instances.values.text import did_you_mean

NAME = "what-if"
_FORM = "write TABLE.COLUMN[KEY=VALUE] * 0.9, with *, /, +, - or =, or instance.KEY = VALUE"
_CHANGE = re.compile(
    r"\s*(?P<table>\w+)\.(?P<column>[^\[\]*/=]+?)\s*(?P<where>\[.*?\])?\s*"
    r"(?P<sign>(?:(?<=[\]\s])[-+])|[*/=])\s*(?P<value>.+?)\s*"
)
_CONDITION = re.compile(r'\s*(?P<key>[^=,"]+?)\s*=\s*(?P<value>"[^"]*"|[^,"]*?)\s*(?:,|$)')


def with_what_if(
    instance: Instance,
    *,
    force_in: Sequence[str] = (),
    force_out: Sequence[str] = (),
    changes: Sequence[str] = (),
) -> tuple[Instance, str | None]:
    """Return the instance with a set of what was asked, and the set's name; None where nothing was.

    The set is named ``what-if`` (``what-if-2``, ... where that is taken) and is not applied yet.

    Parameters
    ----------
    force_in, force_out
        Projects that must, or must not, be funded: id, id@alternative or id@alternative@YYYY-MM.
    changes
        Such as ``availability.amount[resource=draws] * 0.9``; ``=`` sets, ``*`` and ``/`` scale, ``+`` and ``-`` add.
        The table ``instance`` stands for ``instance.toml``: ``instance.calendar.finish_inside = true``.

    Raises
    ------
    InputError
        For each that is malformed, with what is wrong.

    Examples
    --------
    >>> from outlay.instances.formats.reading import read
    >>> changed, name = with_what_if(read("tutorial"), changes=["availability.amount[resource=crew] + 1"])
    >>> name, changed.sets[name]["change"][0]["add"]["amount"]
    ('what-if', Decimal('1'))
    """
    if not (force_in or force_out or changes):
        return instance, None
    faults: list[Fault] = []
    parsed = []
    for text in changes:
        try:
            parsed.append(change_of(text))
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(faults)
    body: dict[str, Any] = {"title": "; ".join(_title(force_in, force_out, changes))}
    for key, given in (("force_in", force_in), ("force_out", force_out), ("change", parsed)):
        if given:
            body[key] = list(given)
    name, number = NAME, 1
    while name in instance.sets:
        number += 1
        name = f"{NAME}-{number}"
    document = to_document(instance)
    document["sets"] = {**document.get("sets", {}), name: body}
    return parse_document(document, source=NAME), name


def _title(force_in: Sequence[str], force_out: Sequence[str], changes: Sequence[str]) -> list[str]:
    words = [("funded: ", force_in), ("not funded: ", force_out)]
    return [before + ", ".join(given) for before, given in words if given] + [text.strip() for text in changes]


def change_of(text: str) -> dict[str, Any]:
    """Return the change of a constraint set that a line stands for.

    Raises
    ------
    InputError
        If it is none; the fault says what is wrong.
    """
    match = _CHANGE.fullmatch(text)
    if match is None:
        raise _fault(text, "this is no change", _FORM)
    table, column, sign = match["table"], match["column"].strip(), match["sign"]
    if table not in ("instance", *TABLES):
        raise _fault(text, f"there is no table {table}", did_you_mean(table, ("instance", *TABLES)))
    if table == "instance" and match["where"]:
        raise _fault(text, "the table instance has no rows", "leave out what stands in brackets")
    change: dict[str, Any] = {"table": table}
    if match["where"]:
        change["where"] = _where(text, match["where"][1:-1])
    if sign == "=":
        return {**change, "set": {column: _value(match["value"], typed=table == "instance")}}
    number = _amount(text, match["value"], sign)
    return {**change, "scale" if sign in "*/" else "add": {column: number}}


def _where(text: str, inside: str) -> dict[str, str]:
    found: dict[str, str] = {}
    place = 0
    while place < len(inside):
        match = _CONDITION.match(inside, place)
        if match is None or match.end() == place:
            problem = f"[{inside}] names no rows"
            raise _fault(text, problem, 'write [column=value, column=value]; a value with a comma stands in "..."')
        if match["key"] in found:
            raise _fault(text, f"{match['key']} stands twice in the brackets", "keep one")
        found[match["key"]] = _unquoted(match["value"])
        place = match.end()
    if not found:
        raise _fault(text, "nothing stands in the brackets", "write [column=value], or leave them out for every row")
    return found


def _amount(text: str, written: str, sign: str) -> Decimal:
    digits, percent = (written[:-1], True) if written.endswith("%") and sign in "*/" else (written, False)
    try:
        number = parse_number(digits)
        number = EXACT.scaleb(number, -2) if percent else number
        if sign == "/":
            number = parse_number(EXACT.divide(Decimal(1), number)) if number else _not_exact(text, written)
    except NotANumber as problem:
        raise _fault(text, f"after {sign} stands {written}: {problem}", _FORM) from None
    except ArithmeticError:
        _not_exact(text, written)
    return -number if sign == "-" else number


def _not_exact(text: str, written: str) -> NoReturn:
    raise _fault(text, f"1/{written} is no decimal number", "write * and a number") from None


def _value(written: str, *, typed: bool) -> Any:
    if not typed or written.startswith('"'):
        return _unquoted(written)
    if written in {"true", "false"}:
        return written == "true"
    try:
        return parse_number(written)
    except NotANumber:
        return written


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _fault(text: str, problem: str, remedy: str) -> InputError:
    return InputError.single("--change", problem, remedy, value=text)
