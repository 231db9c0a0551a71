"""A draft without any plan: what cannot hold together, what would mend it, and what the buttons do."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import outlay
from outlay.cli.web.events import state_of
from tests.cli.web.serving import ADDRESS, Served, page_of
from tests.optimizer.whatif.support import settled

pytestmark = pytest.mark.usefixtures("always_warm")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return the tutorial's page with a draft that asks for more than the budget holds."""
    folder = tmp_path_factory.mktemp("page")
    with page_of(folder / "session", outlay.read("tutorial")) as page:
        client = browser(page)
        for project in ("library", "bridge"):
            client.post("/do/project", data={"id": project, "force": "in"})
        client.post("/do/level", data={"limit": "resource/crew", "percent": "200"})
        client.post("/do/solve", data={"name": "draft-1", "time": "60"})
        settled(page.session)
        yield page
        assert page.errors == []


def browser(page: Served) -> TestClient:
    return TestClient(page.guard, base_url=ADDRESS, headers=page.headers)


def lines(page: Served) -> list[str]:
    return [line.subject for line in page.session.draft.lines]


def test_the_conflict_and_the_least_repair_are_worked_out_by_themselves(made: Served) -> None:
    shown = html.unescape(browser(made).get("/tab/difference?case=draft-1").text)
    assert "No plan is possible" in shown
    conflict, _, mending = shown.partition("The least that would mend it")
    for words in ("Central library (library) must be funded", "River bridge (bridge) must be funded"):
        assert words in conflict
    assert "the limit commitments" in conflict
    assert "Each of them is needed" in conflict
    assert "9.09 % more commitments" in mending
    assert "The least that would mend it" in browser(made).get("/tab/plan?case=draft-1").text
    assert state_of(made.session)["labels"] == {"draft-1": "draft-1: Central library (library) is funded and 2 more"}
    assert state_of(made.session)["without_plan"] == ["draft-1"]
    # They are kept with the session.
    again = made.session.home.load()
    assert again is not None
    [kept], [known] = again.margins, made.session.margins
    assert (kept["conflicts"], kept["repair"]) == (known["conflicts"], known["repair"])


@pytest.mark.slow
def test_a_move_of_the_repair_begins_a_draft_that_has_a_plan(made: Served) -> None:
    client, session = browser(made), made.session
    client.post("/do/new")  # whatever is worked on, the change is of the draft that has no plan
    told = client.post("/do/mend", data={"case": "draft-1", "move": "1"}).headers["hx-trigger"]
    name = session.draft.name
    assert name in json.loads(told)["told"]
    assert lines(made) == ["project/library", "project/bridge", "level/resource/crew", "try/9.09 % more commitments"]
    assert len(session.drafts["draft-1"].lines) == 3
    client.post("/do/mend", data={"case": "draft-1", "move": "all"})  # once more changes nothing
    assert session.draft.name == name
    assert len(lines(made)) == 4
    client.post("/do/solve", data={"name": name, "time": "60"})
    settled(session)
    plan = session.answers.found[name].plan
    assert plan is not None
    assert {"library", "bridge"} <= {choice.project for choice in plan.choices}


def test_what_the_draft_itself_asked_for_can_be_taken_out(made: Served) -> None:
    client = browser(made)
    client.post("/do/remove", data={"case": "draft-1", "subject": "project/library"})
    assert "project/library" not in lines(made)
    told = client.post("/do/remove", data={"case": "draft-1", "subject": "project/library"}).headers["hx-trigger"]
    assert "does not hold this change any more" in told


@pytest.mark.parametrize("move", ["0", "2", "-1", "x", ""])
def test_what_was_not_proposed_is_refused(made: Served, move: str) -> None:
    answer = browser(made).post("/do/mend", data={"case": "draft-1", "move": move})
    assert (answer.status_code, "not proposed" in answer.text) == (422, True)
    assert browser(made).post("/do/mend", data={"case": "base", "move": "1"}).status_code == 422
    assert browser(made).post("/do/explain", data={"case": "base"}).status_code == 422


@pytest.mark.slow
def test_a_proposal_for_a_draft_stands_on_it_once(tmp_path: Path) -> None:
    """What is proposed for a solved draft is a change beside its own, which are not applied a second time."""
    with page_of(tmp_path, outlay.read("tutorial")) as page:
        client, session = browser(page), page.session
        client.post("/do/level", data={"limit": "resource/commitments", "percent": "90"})
        client.post("/do/solve", data={"name": "draft-1", "time": "60"})
        settled(session)
        client.post("/do/explain", data={"case": "draft-1", "id": "library"})
        settled(session)
        [item] = session.margins
        name = next(row["set"] for row in item["changes"] if row["set"])
        client.post("/do/try", data={"case": "draft-1", "id": "library", "set": name})
        assert len(session.draft.lines) == 2
        assert all("extends" not in line.body for line in session.draft.lines)
