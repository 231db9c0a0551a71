"""Text from outside, made safe to show, and the word a user may have meant."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

LONGEST_SHOWN = 120

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


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


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint such as ``did you mean 'amount'?``, or the known words if none is near.

    Examples
    --------
    >>> did_you_mean("amout", ["amount", "from"])
    "did you mean 'amount'?"
    """
    words = sorted(set(known))
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if near:
        return f"did you mean {shown(near[0])!r}?"
    if not words:
        return "none is defined"
    listed = ", ".join(shown(name) for name in words[:12])
    return f"known: {listed}" + (", ..." if len(words) > 12 else "")
