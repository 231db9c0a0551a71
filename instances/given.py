"""What is given from Python in the place of an instance."""

from __future__ import annotations

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
