"""`DraftSet`: a constraint set in the making, a line a change, with what was undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from outlay.instances.dictionary.sets import parse_sets
from outlay.instances.drafts.line import Line, inline_toml, merged, toml_key
from outlay.instances.errors import Fault, InputError
from outlay.instances.instance import Instance
from outlay.instances.values.frozen import thawed

Lines = tuple[Line, ...]
#: So many steps can be undone.
MOST_STEPS = 200
#: A name has at most so many characters, a title so many, a draft so many lines.
MOST_NAME, MOST_TITLE, MOST_LINES = 60, 200, 500


@dataclass(frozen=True)
class DraftSet:
    """A constraint set in the making.

    Attributes
    ----------
    name, title
        As of a constraint set.
    lines
        Its changes, in the order in which they were made.
    past, future
        What the lines were before each step, and what was undone, the nearest last.
    """

    name: str
    title: str = ""
    lines: Lines = ()
    past: tuple[Lines, ...] = ()
    future: tuple[Lines, ...] = ()

    def with_line(self, line: Line) -> DraftSet:
        """Return the draft with a line, which takes the place of one about the same subject.

        Raises
        ------
        InputError
            If the draft is full.
        """
        if any(old.subject == line.subject for old in self.lines):
            lines = tuple(line if old.subject == line.subject else old for old in self.lines)
        else:
            lines = (*self.lines, line)
        if len(lines) > MOST_LINES:
            raise InputError.single("draft", f"a draft has at most {MOST_LINES} changes", "begin another one")
        return self._stepped(lines)

    def without(self, subject: str) -> DraftSet:
        """Return the draft without the line about a subject."""
        return self._stepped(tuple(line for line in self.lines if line.subject != subject))

    def undo(self) -> DraftSet:
        """Return the draft as it was before its last step; itself if there was none."""
        if not self.past:
            return self
        return replace(self, lines=self.past[-1], past=self.past[:-1], future=(*self.future, self.lines))

    def redo(self) -> DraftSet:
        """Return the draft with the step that was undone last; itself if none was."""
        if not self.future:
            return self
        return replace(self, lines=self.future[-1], future=self.future[:-1], past=(*self.past, self.lines))

    def named(self, name: str, title: str) -> DraftSet:
        """Return the draft under another name and title.

        Raises
        ------
        InputError
            If no constraint set may be called so.
        """
        name, title = name.strip(), " ".join(title.split())
        if len(name) > MOST_NAME or len(title) > MOST_TITLE:
            problem = f"a name has at most {MOST_NAME} characters, a title {MOST_TITLE}"
            raise InputError.single("draft", problem, "shorten it", value=name[:MOST_NAME])
        found: list[Fault] = []
        parse_sets({name: {}}, found)
        if found:
            raise InputError(found)
        return replace(self, name=name, title=title)

    @property
    def body(self) -> dict[str, Any]:
        """The constraint set as it stands in an instance."""
        return {**({"title": self.title} if self.title else {}), **merged(self.lines)}

    @property
    def toml(self) -> str:
        """The constraint set as text for ``sets.toml``."""
        head = toml_key(self.name)
        body = self.body
        lines = [f"[{head}]", *(f"{key} = {inline_toml(value)}" for key, value in body.items() if key != "change")]
        for change in body.get("change", []):
            lines += [f"[[{head}.change]]", *(f"{key} = {inline_toml(value)}" for key, value in change.items())]
        return "\n".join(lines) + "\n"

    def to_document(self) -> dict[str, Any]:
        """Return the draft as plain data, what can be undone included."""

        def listed(lines: Lines) -> list[dict[str, Any]]:
            return [line.to_document() for line in lines]

        return {
            "name": self.name,
            "title": self.title,
            "lines": listed(self.lines),
            "past": [listed(lines) for lines in self.past],
            "future": [listed(lines) for lines in self.future],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> DraftSet:
        """Return the draft that plain data hold.

        Raises
        ------
        InputError
            If they hold none.
        """

        def lines(items: Any) -> Lines:
            return tuple(Line.from_document(item) for item in items)

        try:
            name, title = document["name"], document["title"]
            past, future = (tuple(lines(items) for items in document[key]) for key in ("past", "future"))
            draft = cls(name, title, lines(document["lines"]), past, future)
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError.single("draft", "this is no draft", "delete it") from error
        if not isinstance(name, str) or not isinstance(title, str):
            raise InputError.single("draft", "this is no draft", "delete it")
        return draft

    def _stepped(self, lines: Lines) -> DraftSet:
        if lines == self.lines:
            return self
        return replace(self, lines=lines, past=(*self.past, self.lines)[-MOST_STEPS:], future=())


def with_draft(instance: Instance, draft: DraftSet) -> Instance:
    """Return the instance with the draft among its constraint sets, not applied; one of its name is replaced.

    Raises
    ------
    InputError
        If it is no constraint set.
    """
    found: list[Fault] = []
    sets = parse_sets({**thawed(instance.sets), draft.name: draft.body}, found)
    if found:
        raise InputError(found)
    return replace(instance, sets=sets)


def applied(instance: Instance, draft: DraftSet) -> Instance:
    """Return the instance with the draft applied, validated whole.

    Raises
    ------
    InputError
        With the message of the reader.
    """
    return with_draft(instance, draft).with_set(draft.name)
