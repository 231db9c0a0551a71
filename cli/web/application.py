"""The page as an ASGI application: what can be asked of it, and who answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from outlay.cli.report.layout.page import TEMPLATES as REPORT_TEMPLATES
from outlay.cli.web.actions import ACTIONS
from outlay.cli.web.drawing import TEMPLATES, Drawing
from outlay.cli.web.events import events, job_state
from outlay.cli.web.forms import Form
from outlay.cli.web.guard import Keys, TooLargeError
from outlay.cli.web.panel import panel_context
from outlay.cli.web.shown.projects import project_context, projects_context
from outlay.cli.web.shown.results import Result, results_of
from outlay.instances.errors import InputError, OutlayError
from outlay.optimizer.whatif.session import WhatIf
from outlay.optimizer.whatif.worker import Worker

#: Files that the page loads: name to (folder, type).
STATIC = {
    "plotly.js": (REPORT_TEMPLATES / "plotly-cartesian.min.js", "text/javascript"),
    "report.js": (REPORT_TEMPLATES / "page.js", "text/javascript"),
    "report.css": (REPORT_TEMPLATES / "page.css", "text/css"),
    "htmx.js": (TEMPLATES / "htmx.min.js", "text/javascript"),
    "web.js": (TEMPLATES / "web.js", "text/javascript"),
    "web.css": (TEMPLATES / "web.css", "text/css"),
}
#: Pages that other commands may have written into the session's folder, opened beside ours.
EXTRAS = {"frontier": "Frontier", "stress": "Stress"}
#: Such a page runs its own scripts, and nothing of it can reach ours.
_SANDBOX = {"content-security-policy": "sandbox allow-scripts allow-downloads"}


class Page:
    """Answers the requests of the page.

    Parameters
    ----------
    session, worker
        What is shown, and who solves.
    keys
        What opens the page, to make further addresses.
    address
        Of the page.
    closing
        Whether the server is about to end.
    beside
        Folders of frontiers and stress tests, shown as further tabs.
    """

    def __init__(
        self,
        session: WhatIf,
        worker: Worker,
        keys: Keys,
        address: str,
        closing: Callable[[], bool] = lambda: False,
        *,
        beside: Sequence[Path] = (),
    ) -> None:
        self.session, self.worker, self.keys, self.address = session, worker, keys, address
        self.closing, self.beside = closing, tuple(beside)
        self.drawing = Drawing(session)

    def application(self) -> Starlette:
        """Return the application, without its guard."""
        gets = {
            "/": self.index, "/panel": self.panel, "/jobs": self.jobs, "/tab/{tab}": self.tab,
            "/project": self.project, "/static/{name}": self.static, "/download/{what}": self.download,
            "/extra/{name}": self.extra,
        }  # fmt: skip
        routes = [Route(path, _told(answer)) for path, answer in gets.items()]
        routes.append(Route("/events", self.events))
        routes.append(Route("/do/{action}", self.act, methods=["POST"]))
        routes.append(Route("/address", self.new_address, methods=["POST"]))
        return Starlette(routes=routes)

    # -- reading -------------------------------------------------------------------------------------------------

    def index(self, _: Request) -> Response:
        """Return the frame of the page."""
        settings = self.session.instance.settings
        return self._html(
            "index.html",
            title=settings.title or self.session.instance.name,
            name=self.session.instance.name,
            folder=str(self.session.home.path.resolve()),
            extras=self._extras(),
            results=self._results(),
        )

    def panel(self, _: Request) -> Response:
        """Return the panel of changes."""
        return self._html("panel.html", **panel_context(self.session))

    def jobs(self, _: Request) -> Response:
        """Return the queue."""
        with self.session.lock:
            jobs = [job_state(self.session, job) for job in self.session.jobs]
        return self._html("jobs.html", jobs=[job for job in jobs if job["open"] or job["state"] == "failed"])

    def tab(self, request: Request) -> Response:
        """Return what a tab shows of a case."""
        tab, case = request.path_params["tab"], request.query_params.get("case", "")
        drawn: dict[str, Callable[[], str]] = {
            "plan": lambda: self.drawing.plan(case),
            "difference": lambda: self.drawing.difference(case),
            "all": self.drawing.comparison,
            "projects": lambda: self.drawing.fragment("projects.html", **projects_context(self.session, case)),
        }
        for result in self._results():
            if tab == result.key:
                return HTMLResponse(self.drawing.result(result))
        if tab not in drawn:
            return PlainTextResponse("There is no such tab.", 404)
        if tab != "projects" and (not self.session.answers.found or (tab != "all" and not case)):
            return self._html("waiting.html", ready=self.session.ready, trouble=self.session.trouble)
        return HTMLResponse(drawn[tab]())

    def project(self, request: Request) -> Response:
        """Return the dialog of a project."""
        project, case = (request.query_params.get(key, "") for key in ("id", "case"))
        if (project,) not in self.session.instance["projects"].index:
            return PlainTextResponse("There is no such project.", 404)
        with self.session.lock:
            context = project_context(self.session, project, case)
        return self._html("project.html", **context)

    def static(self, request: Request) -> Response:
        """Return one of the files that the page loads."""
        if request.path_params["name"] not in STATIC:
            return PlainTextResponse("There is no such file.", 404)
        path, kind = STATIC[request.path_params["name"]]
        return Response(path.read_bytes(), media_type=kind, headers={"cache-control": "private, max-age=3600"})

    def download(self, request: Request) -> Response:
        """Return something to keep: a set, a run, a report."""
        what, name = request.path_params["what"], request.query_params.get("name", "")
        stem = self.session.instance.name
        if what not in {"set", "comparison", "report", "run"}:
            return PlainTextResponse("There is nothing of this kind.", 404)
        if what == "set":
            draft = self.session.drafts.get(name, self.session.draft)
            return _file(draft.toml, f"{draft.name}.toml", "application/toml")
        if what == "comparison":
            return _file(self.drawing.comparison_report(), f"{stem}-comparison.html", "text/html")
        if name not in self.session.answers.found:
            return PlainTextResponse("This case is not solved.", 404)
        if what == "report":
            return _file(self.drawing.report(name), f"{stem}-{name}.html", "text/html")
        path = self.session.answers.path(self.session.answers.found[name].file)
        return _file(path.read_text(encoding="utf-8"), f"{stem}-{name}.json", "application/json")

    def extra(self, request: Request) -> Response:
        """Return a page that another command wrote into the session's folder."""
        name = request.path_params["name"]
        path = self.session.home.path / f"{name}.html"
        if name not in EXTRAS or not path.is_file():
            return PlainTextResponse("There is no such page.", 404)
        return Response(path.read_bytes(), media_type="text/html", headers=_SANDBOX)

    async def events(self, _: Request) -> Response:
        """Return what happens, as it happens."""
        return StreamingResponse(events(self.session, self.closing), media_type="text/event-stream")

    # -- doing ---------------------------------------------------------------------------------------------------

    async def act(self, request: Request) -> Response:
        """Do what a form asks, and return the panel as it is then."""
        action = ACTIONS.get(request.path_params["action"])
        if action is None:
            return PlainTextResponse("There is no such action.", 404)
        try:
            body = await request.body()
        except TooLargeError as error:
            return PlainTextResponse(str(error), 413)

        def done() -> Response:
            try:
                told = action(self.session, self.worker, Form(body))
            except OutlayError as error:
                return _refused(error)
            response = self.panel(request)
            if told:
                response.headers["HX-Trigger"] = json.dumps({"told": told})
            return response

        return await run_in_threadpool(done)

    async def new_address(self, _: Request) -> Response:
        """Return an address that opens the page in another browser, once."""
        return PlainTextResponse(f"{self.address}?token={self.keys.new_token()}")

    # -- help ----------------------------------------------------------------------------------------------------

    def _html(self, template: str, **context: Any) -> Response:
        return HTMLResponse(self.drawing.fragment(template, **context))

    def _results(self) -> list[Result]:
        return results_of(self.session.home.path, self.beside)

    def _extras(self) -> list[tuple[str, str]]:
        return [(name, title) for name, title in EXTRAS.items() if (self.session.home.path / f"{name}.html").is_file()]


def _told(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Return an endpoint that tells our own errors as text."""

    def endpoint(request: Request) -> Response:
        try:
            return answer(request)
        except OutlayError as error:
            return _refused(error)

    return endpoint


def _refused(error: OutlayError) -> Response:
    lines = [str(fault) for fault in error.faults] if isinstance(error, InputError) else [str(error)]
    return PlainTextResponse("\n".join(lines[:20]), 422)


def _file(text: str, name: str, kind: str) -> Response:
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[-80:]
    headers = {"content-disposition": f'attachment; filename="{safe}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
