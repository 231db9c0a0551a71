"""Ctrl-C while something is finished that must not be lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: So often the user may ask to stop meanwhile before it is lost.
PATIENT = 2


@contextmanager
def held_back(told: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Finish something short in spite of Ctrl-C, of which `told` tells the user; the third one within ends it.

    Only the main thread hears of Ctrl-C, and only where nobody else listens: elsewhere nothing is changed.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is not signal.default_int_handler:
        yield
        return
    heard = 0

    def hear(number: int, frame: Any) -> None:
        nonlocal heard
        heard += 1
        if heard > PATIENT:
            signal.default_int_handler(number, frame)
        told()

    signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
