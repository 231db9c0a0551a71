"""What is given from Python in the place of an instance, a list or a function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance


def check_instance(what: str, given: object) -> None:
    """Refuse what is no instance; `what` is the public function that was called.

    Raises
    ------
    InputError
        If it is none; of a name it says how the instance of that name is read.
    """
    if isinstance(given, Instance):
        return
    if isinstance(given, str):
        remedy = f"write outlay.{what}(outlay.read({given!r}))"
        raise InputError.single(what, "this is the name of an instance, not an instance", remedy, value=given)
    raise InputError.single(what, f"a {type(given).__name__} is no instance", "give an Instance (outlay.read)")


def as_list(what: str, column: str, given: Any, remedy: str) -> tuple[Any, ...]:
    """Return what is given as a list of several things; `what` is the public function, `column` its argument.

    Raises
    ------
    InputError
        If it is a text, whose letters are not meant, or nothing that can be gone through.
    """
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        problem = f"a {type(given).__name__} is no list"
        raise InputError.single(what, problem, remedy, column=column, value=given)
    return tuple(given)


def check_called(what: str, **given: object) -> None:
    """Refuse what is to be called and cannot be; None is not called.

    Raises
    ------
    InputError
        At the first one.
    """
    for column, function in given.items():
        if function is not None and not callable(function):
            problem = f"a {type(function).__name__} cannot be called"
            raise InputError.single(what, problem, "give a function, or leave it out", column=column, value=function)
