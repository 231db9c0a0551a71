"""What is given from Python in the place of an instance, a list or a function."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal, Inexact
from fractions import Fraction
from numbers import Integral, Real
from typing import Any, cast

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.values.numbers import EXACT


def type_of(given: object) -> str:
    """Return the type of something with its article."""
    name = type(given).__name__
    return f"an {name}" if name[0] in "AEIOUaeiou" else f"a {name}"


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
    raise InputError.single(what, f"{type_of(given)} is no instance", "give an Instance (outlay.read)")


def check_type(what: str, given: object, wanted: type, remedy: str) -> None:
    """Refuse what is of another type than the one wanted; `what` is the public function that was called.

    Raises
    ------
    InputError
        If it is.
    """
    if not isinstance(given, wanted):
        raise InputError.single(what, f"{type_of(given)} is no {wanted.__name__}", remedy)


def number_of(given: object) -> float | None:
    """Return a number (also a decimal, a fraction or one of NumPy's) as a float; None: it is none, or true or false.

    What is too large is infinite, and a decimal's NaN that may not be computed with is NaN.
    """
    if isinstance(given, bool) or not isinstance(given, Real | Decimal):
        return None
    try:
        return float(given)
    except OverflowError:
        return math.inf if cast(Any, given) > 0 else -math.inf
    except ValueError:
        return math.nan


def plain_number(given: Any) -> Any:
    """Return a fraction as the decimal that it is, or else as the nearest float; anything else as it is."""
    if not isinstance(given, Fraction):
        return given
    try:
        return EXACT.divide(Decimal(given.numerator), Decimal(given.denominator))
    except Inexact:
        return number_of(given)


def is_whole(given: object) -> bool:
    """Return whether something is a whole number, also one of NumPy's; true and false are none."""
    return isinstance(given, Integral) and not isinstance(given, bool)


def as_list(what: str, column: str, given: Any, remedy: str) -> tuple[Any, ...]:
    """Return what is given as a list of several things; `what` is the public function, `column` its argument.

    Raises
    ------
    InputError
        If it is a text, whose letters are not meant, or nothing that can be gone through.
    """
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        problem = f"{type_of(given)} is no list"
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
            problem = f"{type_of(function)} cannot be called"
            raise InputError.single(what, problem, "give a function, or leave it out", column=column, value=function)
