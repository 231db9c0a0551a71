"""Ctrl-C while something is finished that must not be lost."""

from __future__ import annotations

import signal
import threading

import pytest

from outlay.optimizer.sharing.interrupts import held_back

pytestmark = pytest.mark.usefixtures("ctrl_c_is_heard")


def interrupted_three_times() -> None:
    with held_back():
        for _ in range(3):
            signal.raise_signal(signal.SIGINT)


def test_two_more_are_told_and_the_third_one_ends_it() -> None:
    told: list[int] = []
    with held_back(lambda: told.append(1)):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    assert told == [1, 1]
    with pytest.raises(KeyboardInterrupt):
        interrupted_three_times()
    with pytest.raises(KeyboardInterrupt):  # as before
        signal.raise_signal(signal.SIGINT)


def test_whoever_listens_already_goes_on_hearing() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append(1))
    try:
        with held_back():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [1]


def test_another_thread_holds_nothing_back() -> None:
    listener: list[object] = []

    def work() -> None:
        with held_back():
            listener.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert listener == [signal.default_int_handler]
