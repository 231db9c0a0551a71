"""The page without a browser: who is let in, what is refused, and what its forms do."""

from __future__ import annotations

import asyncio
import html
import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

import outlay
from outlay.cli.web.events import events, job_words, state_of
from outlay.cli.web.guard import MOST_BYTES
from outlay.instances.formats.parsing import parse_document
from outlay.optimizer.whatif.job import Job, Kind, State
from tests.cli.report.cases import MARKUP, SCRIPT, hostile_document
from tests.cli.web.serving import ADDRESS, Served, page_of, served
from tests.optimizer.whatif.support import settled


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return the page of the tutorial, solved."""
    folder = tmp_path_factory.mktemp("page")
    plan = outlay.write(outlay.read("tutorial"), folder / "plan")
    with page_of(folder / "kept", outlay.read(plan), source=str(plan)) as page:
        yield page
        assert page.errors == []


@pytest.fixture
def client(made: Served) -> TestClient:
    """Return a browser that was let in."""
    return TestClient(made.guard, base_url=ADDRESS, headers=made.headers, follow_redirects=False)


@pytest.fixture
def stranger(made: Served) -> TestClient:
    """Return a browser that was not."""
    return TestClient(made.guard, base_url=ADDRESS, follow_redirects=False)


def test_a_token_opens_the_page_once(made: Served, stranger: TestClient) -> None:
    token = made.keys.new_token()
    assert stranger.get("/").status_code == 403
    assert stranger.get("/?token=wrong").status_code == 403
    entered = stranger.get(f"/?token={token}")
    assert entered.status_code == 200
    assert "HttpOnly; SameSite=Strict" in entered.headers["set-cookie"]
    assert stranger.get("/").status_code == 200  # by its cookie
    assert stranger.get(f"/?token={token}").status_code == 200  # whoever is in may use the old address
    other = TestClient(made.guard, base_url=ADDRESS)
    assert other.get(f"/?token={token}").status_code == 403
    assert other.get("/panel").status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "evil.example:8123"}, 421),
        ({"host": "127.0.0.1:9999"}, 421),
        ({"host": "localhost:8123"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:8124"}, 403),
        ({"cookie": "outlay-8123=wrong"}, 403),
        ({"cookie": "outlay-8124=wrong; ;;=,"}, 403),
        ({"cookie": "outlay-8123=ÿ".encode("latin-1").decode("latin-1")}, 403),
        ({"content-length": "10000000"}, 413),
        ({"content-length": "-1"}, 413),
    ],
)
def test_who_is_not_our_page_is_refused(client: TestClient, headers: dict[str, str], status: int) -> None:
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    assert client.get("/", headers=sent).status_code == status  # type: ignore[arg-type]


def test_what_changes_something_must_come_from_the_page(made: Served, client: TestClient) -> None:
    before = state_of(made.session)
    cookie = {"cookie": made.headers["cookie"]}
    bare = TestClient(made.guard, base_url=ADDRESS, headers=cookie)
    assert bare.post("/do/new").status_code == 403
    assert client.post("/do/new", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get("/do/new").status_code == 405
    assert client.put("/do/new").status_code == 405
    assert state_of(made.session) == before


def test_what_is_too_large_or_not_there_is_refused(made: Served, client: TestClient) -> None:
    assert client.post("/do/text", content=b"x" * 10_000_000).status_code == 413

    def drops() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 10_000

    assert client.post("/do/text", content=drops()).status_code == 413  # without a length
    assert client.get("/" + "x" * 5000).status_code == 414
    for path in (
        "/static/../../../../etc/passwd", "/static/..%2f..%2fetc%2fpasswd", "/static/page.css", "/extra/..%2fsession",
        "/extra/frontier", "/download/run?name=../../session", "/download/other?name=base", "/tab/nothing",
        "/project?id=nobody", "/nothing", "/do/nothing",
    ):  # fmt: skip
        assert client.get(path).status_code in {404, 405}, path
    assert client.post("/do/nothing").status_code == 404
    assert MOST_BYTES < 1_000_000
    assert made.errors == []


def test_every_answer_says_what_the_page_may_load(client: TestClient, stranger: TestClient) -> None:
    for answer in (client.get("/"), client.get("/static/web.js"), client.get("/nothing"), stranger.get("/")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe-eval" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers
    assert "https://" not in client.get("/").text


def test_the_tabs_show_what_the_report_shows(client: TestClient) -> None:
    plan = client.get("/tab/plan?case=base").text
    assert "Proved optimal" in plan
    assert 'id="gantt"' in plan
    assert "Central library" in client.get("/tab/projects?case=base").text
    assert "is the reference" in client.get("/tab/difference?case=base").text
    assert "Case by case" in client.get("/tab/all").text
    assert client.get("/tab/plan?case=nobody").status_code == 422
    assert "<h1>" in client.get("/download/report?name=base").text
    assert client.get("/download/run?name=base").json()["objective"] == 19.1


def test_a_draft_is_made_solved_and_shown_beside_the_reference(made: Served, client: TestClient) -> None:
    session = made.session
    assert client.post("/do/project", data={"id": "library", "force": "in"}).status_code == 200
    panel = client.post("/do/level", data={"limit": "resource/commitments", "percent": "100"}).text
    assert "Central library (library) is funded" in panel
    assert html.escape('force_in = ["library"]', quote=True).replace("&quot;", "&#34;") in panel
    client.post("/do/rename", data={"name": "library in", "title": "A promise"})
    assert client.post("/do/solve", data={"name": "library in", "time": "60"}).status_code == 200
    settled(session)
    shown = client.get("/tab/difference?case=library%20in").text
    assert "It costs $1.1M (5.8 %): $18M, base $19.1M" in shown
    assert "Station park" in shown.partition("Came in")[2].partition("Went")[0]
    assert "River bridge" in shown.partition("Went")[2]
    assert "Forced: library in" in shown
    assert "none of what differs is a mere tie" in shown
    told = client.post("/do/save", data={"name": "library in"})
    assert "sets.toml" in json.loads(told.headers["hx-trigger"])["told"]
    saved = outlay.solve(outlay.read(session.source), constraint_set="library in")
    assert saved.objective == pytest.approx(18.0)
    assert client.get("/download/set?name=library%20in").text.startswith('["library in"]')


@pytest.mark.slow
def test_every_form_of_the_panel_does_what_it_says(made: Served, client: TestClient) -> None:
    session = made.session
    client.post("/do/new")
    for action, form, text in (
        ("set", {"name": "two-crews", "on": "1"}, 'extends = ["two-crews"]'),
        ("level", {"limit": "resource/commitments", "percent": "90", "begin": "2027-01"}, "2027-01"),
        ("weights", {"weight:value": "2", "weight:cost": "-1"}, "objective = { value = 2, cost = -1 }"),
        ("text", {"text": "projects.value[id=park] * 2"}, 'where = { id = "park" }'),
        ("project", {"id": "park", "force": "in", "alternative": "base", "start": "2027-01"}, "park@base@2027-01"),
    ):
        assert client.post(f"/do/{action}", data=form).status_code == 200, action
        assert text in session.draft.lines[-1].text
    assert len(session.draft.lines) == 5
    assert client.post("/do/undo").status_code == 200
    assert len(session.draft.lines) == 4
    client.post("/do/redo")
    client.post("/do/remove", data={"subject": "set/two-crews"})
    client.post("/do/project", data={"id": "park", "force": "free"})
    client.post("/do/level", data={"limit": "resource/commitments", "percent": "100", "begin": "2027-01"})
    assert [line.subject.partition("/")[0] for line in session.draft.lines] == ["objective", "text"]
    name = session.draft.name
    client.post("/do/new", data={"copy": "1"})
    assert [line.subject.partition("/")[0] for line in session.draft.lines] == ["objective", "text"]
    client.post("/do/delete", data={"name": session.draft.name})
    client.post("/do/choose", data={"name": name})
    assert session.draft.name == name


@pytest.mark.parametrize(
    ("action", "form", "words"),
    [
        ("project", {"id": "libary", "force": "in"}, "did you mean"),
        ("level", {"limit": "resource/crew", "percent": "many"}, "level: "),
        ("level", {"limit": "resource/crew", "percent": "-5"}, "not negative"),
        ("text", {"text": "availability.amount[resource=nobody] * 2"}, "no row of availability matches"),
        ("text", {"text": SCRIPT}, "this is no change"),
        ("terms", {"terms": "x", "column": "rate", "value": "5"}, "no such terms"),
        ("solve", {"name": "nobody", "time": "60"}, "there is no such draft"),
        ("solve", {"name": "draft-1", "time": "forever"}, "time limit"),
        ("stop", {"job": "first"}, "no whole number"),
        ("try", {"case": "base", "id": "park", "set": "x"}, "not proposed"),
        ("explain", {"case": "base", "id": "x"}, "no such project"),
        ("rename", {"name": "a,b"}, "holds no"),
    ],
)
def test_what_is_wrong_is_refused_with_the_readers_words(
    made: Served, client: TestClient, action: str, form: dict[str, str], words: str
) -> None:
    before = state_of(made.session)
    answer = client.post(f"/do/{action}", data=form)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/plain; charset=utf-8")
    assert words in answer.text
    assert state_of(made.session) == before


@pytest.mark.slow
def test_names_of_the_data_stay_text(tmp_path: Path) -> None:
    with page_of(tmp_path, parse_document(hostile_document(), source="hostile")) as page:
        client = TestClient(page.guard, base_url=ADDRESS, headers=page.headers)
        client.post("/do/rename", data={"name": "<script>x", "title": SCRIPT})
        client.post("/do/project", data={"id": "zoo", "force": "out"})
        for path in (
            "/",
            "/panel",
            "/jobs",
            "/tab/plan?case=base",
            "/tab/projects?case=base",
            "/project?id=zoo&case=base",
        ):
            text = client.get(path).text
            assert "<script>alert" not in text, path
            assert "<script>x" not in text, path
            assert MARKUP not in text, path
            assert "<img src=x" not in text, path
        assert "&lt;script&gt;x" in client.get("/panel").text
        name = client.get("/download/set").headers["content-disposition"]
        assert name == 'attachment; filename="-script-x.toml"'
        assert page.errors == []


def test_pages_of_other_commands_are_shown_apart(made: Served, client: TestClient) -> None:
    path = made.session.home.path / "frontier.html"
    path.write_text("<script>1</script>", encoding="utf-8")
    try:
        assert "/extra/frontier" in client.get("/").text
        answer = client.get("/extra/frontier")
        assert answer.headers["content-security-policy"].startswith("sandbox")
    finally:
        path.unlink()


def test_what_a_job_tells_is_told_in_words(made: Served) -> None:
    job = Job(1, Kind.SOLVE, "base", state=State.RUNNING)
    assert job_words(made.session, job) == "preparing"
    assert job_words(made.session, job.at(-float("inf"), 20.0, 2.0)) == "no plan yet, at best $20M, 2.0 s"
    assert job_words(made.session, job.at(19.0, 20.0, 12.0)) == "plan $19M, at best $20M, gap 5.3 %, 12 s"


@pytest.mark.slow
def test_events_tell_the_state_once_and_end_with_the_server(made: Served) -> None:
    async def heard() -> list[str]:
        looks = iter([False, False, False, True])
        return [text async for text in events(made.session, lambda: next(looks))]

    [text] = asyncio.run(heard())
    assert json.loads(text.removeprefix("data: "))["reference"] == "base"


@pytest.mark.nightly
def test_two_hundred_requests_at_once_are_served_or_refused(tmp_path: Path) -> None:
    paths = ["/panel", "/tab/plan?case=base", "/tab/all", "/project?id=park&case=base", "/static/plotly.js", "/nothing"]

    async def ask(page: Served) -> list[int]:
        limits = httpx2.Limits(max_connections=200)
        async with httpx2.AsyncClient(
            base_url=page.address, headers=page.headers, limits=limits, timeout=300
        ) as client:
            answers = await asyncio.gather(*(client.get(paths[number % len(paths)]) for number in range(200)))
            return [answer.status_code for answer in answers]

    with served(tmp_path, outlay.read("tutorial")) as page:
        assert set(asyncio.run(ask(page))) == {200, 404}
        assert page.errors == []
