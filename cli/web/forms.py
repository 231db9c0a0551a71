"""What a form of the page sends, read with care."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NoReturn
from urllib.parse import parse_qsl

from outlay.instances.errors import InputError
from outlay.instances.values.numbers import EXACT, NotANumber, parse_number

#: A form has at most so many fields.
MOST_FIELDS = 300


class Form:
    """The fields of a form by name; of several with one name the last counts."""

    def __init__(self, body: bytes) -> None:
        try:
            pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError as error:
            raise InputError.single("page", "this is no form", "reload the page") from error
        self._fields = dict(pairs)

    def text(self, name: str) -> str:
        """Return a field without white space at its ends; empty if it is not there."""
        return self._fields.get(name, "").strip()

    def is_on(self, name: str) -> bool:
        """Return whether a box is ticked."""
        return bool(self.text(name))

    def number(self, name: str, what: str = "") -> Decimal:
        """Return a number.

        Raises
        ------
        InputError
            If it is none.
        """
        try:
            return parse_number(self.text(name))
        except NotANumber as error:
            self._refuse(what or name, name, str(error))

    def per_cent(self, name: str, what: str = "") -> Decimal:
        """Return a percentage as a share.

        Raises
        ------
        InputError
            If it is no number.
        """
        return EXACT.scaleb(self.number(name, what), -2).normalize()

    def whole(self, name: str) -> int:
        """Return a whole number.

        Raises
        ------
        InputError
            If it is none.
        """
        text = self.text(name)
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            self._refuse(name, name, "this is no whole number")
        return int(text)

    def starting(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield (rest of the name, field) of the fields whose names begin so."""
        for name in self._fields:
            if name.startswith(prefix):
                yield name.removeprefix(prefix), name

    def _refuse(self, what: str, name: str, problem: str) -> NoReturn:
        raise InputError.single("page", f"{what}: {problem}", "write a number", value=self.text(name))
