"""Texts and dotted keys in cells, so that every one of them comes back as it was."""

from __future__ import annotations

import json
import re

#: Begins a cell whose text a spreadsheet would not keep as it is; JSON follows.
_MARK = "json:"
#: Begins a number of ``instance.toml`` or ``sets.toml`` that has more digits than a spreadsheet keeps.
EXACT_MARK = "number:"
#: What spreadsheets and their readers change: control signs, ends of lines, what looks like their own escapes.
_FRAGILE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|x005F_")
_UNDERSCORE = r"\u005f"
_BARE = re.compile(r'[^."\[\]\s](?:[^."\[\]]*[^."\[\]\s])?')
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|\[\d+\]|[^."\[\]]+')
_PATH = re.compile(rf"(?:{_PART.pattern})(?:(?=\[)(?:{_PART.pattern})|\.(?:{_PART.pattern}))*")


class Empty(str):
    """A sign that stands for an empty list or table, which is no text of the user's."""


#: Stand for an empty list and an empty table of ``instance.toml`` and ``sets.toml``.
EMPTY_LIST, EMPTY_TABLE = Empty("[]"), Empty("{}")


def safe_text(text: str) -> str:
    r"""Return what to write into a cell so that reading it gives the text.

    Examples
    --------
    >>> safe_text("a=1"), safe_text("a\rb")
    ('a=1', 'json:"a\\rb"')
    """
    return text if is_safe(text) else _MARK + json.dumps(text).replace("_", _UNDERSCORE)


def readable_text(text: str) -> str:
    r"""Return a text with what a spreadsheet cannot show written out.

    Examples
    --------
    >>> readable_text("a\x1bb")
    'a\\x1bb'
    """
    return _FRAGILE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def is_safe(text: str) -> bool:
    """Return whether a spreadsheet keeps a text as it is, and nothing else is meant by it here."""
    if not text or text != text.strip() or _FRAGILE.search(text):
        return False
    return not text.startswith((_MARK, EXACT_MARK)) and text not in {EMPTY_LIST, EMPTY_TABLE}


def text_of_cell(cell: str) -> str:
    """Return the text that `safe_text` made a cell of; any other text is itself."""
    if cell.startswith(_MARK):
        try:
            found = json.loads(cell.removeprefix(_MARK))
        except ValueError:
            return cell
        return found if isinstance(found, str) else cell
    return cell.replace("_x000D_", "")


def path_text(parts: tuple[str | int, ...]) -> str:
    """Return a place in ``instance.toml`` as a key with dots; places in lists count from 1.

    Examples
    --------
    >>> path_text(("objective", 0, "weights", "us_npv")), path_text(("metrics", "a.b"))
    ('objective[1].weights.us_npv', 'metrics."a.b"')
    """
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            named = part if _BARE.fullmatch(part) and safe_text(part) == part else _quoted(part)
            text += f".{named}" if text else named
    return text


def _quoted(part: str) -> str:
    text = json.dumps(part, ensure_ascii=False)
    return json.dumps(part).replace("_", _UNDERSCORE) if _FRAGILE.search(text) else text


def parts_of_path(text: str) -> tuple[str | int, ...] | None:
    """Return the parts of a key with dots, the inverse of `path_text`; None if it is none."""
    if not text:
        return ()
    if not _PATH.fullmatch(text):
        return None
    parts: list[str | int] = []
    for part in _PART.findall(text):
        if part.startswith("["):
            if part == "[0]":
                return None
            parts.append(int(part[1:-1]) - 1)
        elif part.startswith('"'):
            try:
                parts.append(str(json.loads(part)))
            except ValueError:
                return None
        else:
            parts.append(part.strip())
    return tuple(parts)
