"""The folder of a session: a comparison's folder, and beside it what is only a draft yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import simplejson

from outlay.instances.drafts.draft import DraftSet
from outlay.instances.errors import InputError
from outlay.instances.formats.files import MAX_FILE_MB, text_of_file
from outlay.instances.formats.output import refusals_told, replace_file
from outlay.instances.formats.writing import document_text
from outlay.optimizer.answer.documents import floats
from outlay.optimizer.compare.folder import MARKER, ComparisonFolder

FORMAT = "outlay session 1"
SESSION_FILE = "session.json"
_REMEDY = "move it away: solved answers stay in comparison.json and runs, drafts that were not solved are lost"


@dataclass
class SessionState:
    """What a session remembers beside its comparison.

    Attributes
    ----------
    digest
        Of the instance without its constraint sets.
    source
        Path of the instance's folder, to save sets there; empty for none.
    drafts
        In order.
    current
        Name of the draft that is worked on.
    margins
        What projects are worth, as data: case, project, tables.
    """

    digest: str
    source: str = ""
    drafts: dict[str, DraftSet] = field(default_factory=dict)
    current: str = ""
    margins: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class SessionHome:
    """The folder of a session.

    Attributes
    ----------
    path
        The folder.
    comparison
        The same folder as that of a comparison.
    """

    path: Path
    comparison: ComparisonFolder

    @classmethod
    def open(cls, path: str | Path) -> SessionHome:
        """Return the folder: new, empty, or of an earlier session or comparison.

        Raises
        ------
        InputError
            If it holds anything else, or cannot be written.
        """
        return cls(Path(path), ComparisonFolder.open(path))

    @contextmanager
    def held(self) -> Iterator[str]:
        """Hold the folder, so that nobody else writes there; yields what to tell about an earlier owner.

        Raises
        ------
        InputError
            If another process holds it, or nothing can be written there.
        """
        with self.comparison.held() as note:
            yield note

    @property
    def has_comparison(self) -> bool:
        """Whether there is a finished comparison."""
        marker = self.path / MARKER
        if not marker.is_file():
            return False
        try:
            document = simplejson.loads(text_of_file(marker, MARKER, MAX_FILE_MB), use_decimal=True)
        except ValueError:
            return True  # whoever reads it tells what is wrong
        return not isinstance(document, Mapping) or document.get("finished") is not False

    def load(self) -> SessionState | None:
        """Return what the session remembers; None for a new one.

        Raises
        ------
        InputError
            If the file is damaged.
        """
        path = self.path / SESSION_FILE
        if not path.is_file():
            return None
        wrong = InputError.single(str(path), "this is no session, or it is damaged", _REMEDY)
        try:
            document = simplejson.loads(text_of_file(path, SESSION_FILE, MAX_FILE_MB), use_decimal=True)
            if document["format"] != FORMAT:
                raise wrong
            drafts = [DraftSet.from_document(item) for item in document["drafts"]]
            digest, source, current = (str(document[key]) for key in ("digest", "source", "current"))
            margins = [
                floats({key: item[key] for key in item if key != "sets"}) | {"sets": item["sets"]}
                for item in document["margins"]
            ]
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            raise wrong from error
        named = {draft.name: draft for draft in drafts}
        return SessionState(digest, source, named, current if current in named else "", margins)

    def save(self, state: SessionState) -> None:
        """Write what the session remembers, whole or not at all.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        document = {
            "format": FORMAT,
            "digest": state.digest,
            "source": state.source,
            "current": state.current,
            "drafts": [draft.to_document() for draft in state.drafts.values()],
            "margins": state.margins,
        }
        with refusals_told(self.path / SESSION_FILE):
            replace_file(self.path / SESSION_FILE, document_text(document))
