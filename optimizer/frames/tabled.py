"""What answers that hold tables have in common: nothing of them changes, and a table is found by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from outlay.instances.values.plain import plain
from outlay.instances.values.text import did_you_mean

if TYPE_CHECKING:
    import pandas as pd


class Tabled:
    """An answer with tables by name, to be made a frozen dataclass: its mappings are frozen, and it can be pickled."""

    if TYPE_CHECKING:

        @property
        def tables(self) -> Mapping[str, pd.DataFrame]:
            """Name to table."""

    def __post_init__(self) -> None:
        for name, value in _fields(self).items():
            if isinstance(value, Mapping):
                object.__setattr__(self, name, MappingProxyType(dict(value)))

    def __reduce__(self) -> tuple[Any, ...]:
        given = {name: dict(value) if isinstance(value, Mapping) else value for name, value in _fields(self).items()}
        return _restored, (type(self), given)

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of a table by name; an empty one of what was not asked.

        Raises
        ------
        KeyError
            If there is no such table.
        """
        if name not in self.tables:
            raise no_table(name, self.tables)
        return self.tables[name].copy()

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of every table as plain data, for JSON."""
        return {name: plain(table.to_dict("records")) for name, table in self.tables.items()}


def no_table(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> KeyError:
    """Return the error of a table that there is not, with the name that was meant."""
    return KeyError(f"there is no table {name!r}; {did_you_mean(name, known)}")


def sets_text(sets: Mapping[str, Mapping[str, Any]]) -> str:
    """Return constraint sets by name as text to paste into ``sets.toml``."""
    import tomli_w  # noqa: PLC0415 - heavy

    return tomli_w.dumps({name: dict(body) for name, body in sets.items()})


def _fields(answer: Any) -> dict[str, Any]:
    return {each.name: getattr(answer, each.name) for each in fields(answer)}


def _restored(kind: type[Any], given: Mapping[str, Any]) -> Any:
    return kind(**given)
