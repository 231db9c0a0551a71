"""Text from outside, made safe to show, and the word a user may have meant."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

LONGEST_SHOWN = 120
#: Longest text that a cell or key may hold; the csv module reads no longer field than 131,072.
LONGEST_TEXT = 100_000

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LONGEST_WORD = 100
_MOST_WORDS = 20_000


def shown(text: str, longest: int = LONGEST_SHOWN) -> str:
    r"""Return `text` on one line, with control and invisible characters written out.

    A name is data: it may hold terminal escapes, line breaks or marks that turn the reading direction, and
    must not act on the terminal, the log or the page that shows it.

    Examples
    --------
    >>> shown("a\x1b[2Jb\n")
    'a\\x1b[2Jb\\n'
    """
    if text.isascii() and text.isprintable() and len(text) <= longest:
        return text
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(_visible(character) for character in cut)


def _visible(character: str) -> str:
    if unicodedata.category(character) in _UNSAFE_CATEGORIES:
        return character.encode("unicode_escape").decode("ascii")
    return character


def as_text(value: object) -> str:
    """Return any value from outside as text, for a message; never fails, however large or deep the value is.

    Examples
    --------
    >>> as_text(0.5), as_text([1, "a"]), as_text(10**5000)
    ('0.5', "[1, 'a']", '<int>')
    """
    try:
        return str(value)
    except (ValueError, RecursionError):  # whole numbers of more than 4300 digits; lists in lists in lists
        return f"<{type(value).__name__}>"


def text_problem(text: str) -> str | None:
    r"""Return why an instance cannot hold a text, or None if it can.

    Examples
    --------
    >>> text_problem("a,b"), text_problem("a\0b")
    (None, 'this holds the character NUL')
    """
    if len(text) > LONGEST_TEXT:
        return f"this has {len(text)} characters, more than {LONGEST_TEXT}"
    if "\0" in text:
        return "this holds the character NUL"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "this is not valid Unicode text"
    return None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint such as ``did you mean 'amount'?``, or the known words if none is near.

    Examples
    --------
    >>> did_you_mean("amout", ["amount", "from"]), did_you_mean("ID", ["amount", "id"])
    ("did you mean 'amount'?", "did you mean 'id'?")
    """
    words = sorted(set(known))
    if len(word) <= _LONGEST_WORD and len(words) <= _MOST_WORDS:
        folded = {name.casefold(): name for name in words}
        near = difflib.get_close_matches(word, words, n=1, cutoff=0.6) or [
            folded[name] for name in difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
        ]
        if near:
            return f"did you mean '{shown(near[0])}'?"
    if not words:
        return "none is defined"
    listed = ", ".join(shown(name) for name in words[:12])
    return f"known: {listed}" + (", ..." if len(words) > 12 else "")


class Hints:
    """`did_you_mean` for the many cells of a column; a hint is dear, so only the first faults get one.

    Examples
    --------
    >>> hint = Hints(["amount", "from"])
    >>> hint("form")
    "did you mean 'from'?"
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = tuple(sorted(set(known)))
        self._left = max(3, _MOST_WORDS // max(1, len(self._known)))

    def __call__(self, word: str) -> str:
        """Return a hint for one word."""
        self._left -= 1
        return did_you_mean(word, self._known) if self._left >= 0 else "use one that exists"
