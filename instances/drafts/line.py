"""One change of a draft: a part of a constraint set, and the text that it stands under in ``sets.toml``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import tomli_w

from outlay.instances.errors import InputError

#: Keys of a constraint set that a line may hold; all but the last are lists, which lines add to.
LISTS = ("extends", "disable", "enable", "force_in", "force_out", "change")
KEYS = (*LISTS, "objective")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Line:
    """One change of a draft.

    Attributes
    ----------
    subject
        What it is about, such as ``project/P18`` or ``terms/energy/rate``; a later line about the same takes its place.
    body
        The part of a constraint set that it stands for: keys of `KEYS`.
    """

    subject: str
    body: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The line as ``sets.toml`` could hold it, on one line of text a key."""
        lines: list[str] = []
        for key, value in self.body.items():
            values = value if key == "change" else [value]
            lines.extend(f"{key} = {inline_toml(each)}" for each in values)
        return "\n".join(lines)

    def to_document(self) -> dict[str, Any]:
        """Return the line as plain data."""
        return {"subject": self.subject, "body": dict(self.body)}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Line:
        """Return the line that plain data hold.

        Raises
        ------
        InputError
            If they hold none.
        """
        if not isinstance(document, Mapping):
            raise InputError.single("draft", "this is no change of a draft", "delete it")
        subject, body = document.get("subject"), document.get("body")
        if not isinstance(subject, str) or not isinstance(body, Mapping) or not set(body) <= set(KEYS):
            raise InputError.single("draft", "this is no change of a draft", "delete it")
        if any(not isinstance(body[key], list) for key in LISTS if key in body):
            raise InputError.single("draft", "this is no change of a draft", "delete it")
        return cls(subject, dict(body))


def merged(lines: Sequence[Line]) -> dict[str, Any]:
    """Return the constraint set that lines make together, without a title."""
    body: dict[str, Any] = {}
    for line in lines:
        for key, value in line.body.items():
            if key in LISTS:
                body[key] = [*body.get(key, []), *value]
            else:
                body[key] = value
    return {key: body[key] for key in KEYS if key in body}


def inline_toml(value: Any) -> str:
    """Return a value as TOML on one line.

    Examples
    --------
    >>> inline_toml({"table": "funds", "scale": {"total": Decimal("0.9")}})
    '{ table = "funds", scale = { total = 0.9 } }'
    """
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(key)} = {inline_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(inline_toml, value)) + "]"
    return _written(value)


def toml_key(name: str) -> str:
    """Return a key as TOML writes it: bare where it can be.

    Examples
    --------
    >>> toml_key("tight-labour"), toml_key("finance.waterfall")
    ('tight-labour', '"finance.waterfall"')
    """
    return name if _BARE.fullmatch(name) else _written(name)


def _written(value: Any) -> str:
    return tomli_w.dumps({"it": _plain(value)}).removeprefix("it = ").rstrip("\n")


def _plain(value: Any) -> Any:
    """Return a number as TOML can hold it: a whole decimal as an integer."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    return value
