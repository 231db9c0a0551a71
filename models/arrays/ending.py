"""A model in the making ends where nobody waits for it any more: whoever makes rows looks again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class EndedError(Exception):
    """The time for what is being made is over."""


def _never() -> bool:
    return False


_over: ContextVar[Callable[[], bool]] = ContextVar("over", default=_never)


@contextmanager
def ended_by(over: Callable[[], bool]) -> Iterator[None]:
    """Let what is made meanwhile end once `over` says so: `look` then raises."""
    token = _over.set(over)
    try:
        yield
    finally:
        _over.reset(token)


def look() -> None:
    """Look whether to go on.

    Raises
    ------
    EndedError
        If not.
    """
    if _over.get()():
        raise EndedError
