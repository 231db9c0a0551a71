"""Fragments of the page, filled from templates; what is dear to draw is kept for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from outlay.cli.report.comparison.page import comparison_context
from outlay.cli.report.layout.page import make_environment
from outlay.cli.report.layout.size import render_within
from outlay.cli.report.solution.page import solution_context
from outlay.cli.web.shown.difference import difference_context
from outlay.cli.web.shown.impossible import drawn_of, impossible_context
from outlay.cli.web.shown.lines import line_words
from outlay.cli.web.shown.results import Result
from outlay.optimizer.whatif.session import WhatIf

TEMPLATES = Path(__file__).parent / "page-templates"
#: So many fragments are kept, each of at most 3 MB.
MOST_KEPT = 8


class Drawing:
    """Draws the answers of a session, each once."""

    def __init__(self, session: WhatIf) -> None:
        self.session = session
        self.environment = make_environment(TEMPLATES)
        self._kept: OrderedDict[tuple[str, ...], str] = OrderedDict()
        self._lock = threading.Lock()
        self._drawing = threading.Lock()  # drawing is work for one core; who waits finds it done

    def fragment(self, template: str, **context: Any) -> str:
        """Return a filled template."""
        return self.environment.get_template(template).render(**context)

    def plan(self, case: str) -> str:
        """Return what the report of a case shows.

        Raises
        ------
        OutlayError
            If the case is not solved, or its run is damaged.
        """
        return self._once(("plan", case, self._file(case)), lambda: self._plan(case))

    def difference(self, case: str) -> str:
        """Return a case beside the reference.

        Raises
        ------
        OutlayError
            If one of them is not solved, or a run is damaged.
        """
        files = (self._file(self.session.answers.reference), self._file(case))
        return self._once(("difference", case, *files), lambda: self._difference(case))

    def comparison(self) -> str:
        """Return what the report of all cases shows.

        Raises
        ------
        OutlayError
            If the reference is not solved.
        """
        found = self.session.answers.found
        files = tuple(answer.file for answer in found.values())
        return self._once(("comparison", *files), lambda: self.fragment(
            "comparison-body.html", shortened=False, **comparison_context(self.session.answers.comparison())
        ))  # fmt: skip

    def result(self, result: Result) -> str:
        """Return what the report of a frontier or a stress test shows.

        Raises
        ------
        OutlayError
            If it is not finished, of other tables, or damaged.
        """

        def draw() -> str:
            template, context = result.body(self.session.instance)
            return self.fragment(template, **context)

        return self._once(("result", result.state), draw)

    def report(self, case: str) -> str:
        """Return the report of a case, one page that works offline.

        Raises
        ------
        OutlayError
            If the case is not solved, has no plan, or its run is damaged.
        """
        solution, verification = self.session.answers.solution(case)
        solution.table("projects")  # raises where there is no plan
        assert verification is not None
        return render_within("solution.html", solution_context(solution, verification))

    def comparison_report(self) -> str:
        """Return the report of all cases.

        Raises
        ------
        OutlayError
            If the reference is not solved.
        """
        return render_within("comparison.html", comparison_context(self.session.answers.comparison()))

    def _plan(self, case: str) -> str:
        solution, verification = self.session.answers.solution(case)
        if solution.plan is None or verification is None:
            status = {"case": case, "status": str(solution.status), "message": solution.message}
            return self.fragment("no-plan.html", **status | self._why(case))
        return self.fragment("solution-body.html", shortened=False, **solution_context(solution, verification))

    def _difference(self, case: str) -> str:
        answers = self.session.answers
        draft = self.session.drafts.get(case)
        changes = [] if draft is None else [line_words(self.session.instance, line) for line in draft.lines]
        first, second = (answers.solution(name)[0] for name in (answers.reference, case))
        context = difference_context(answers.comparison(case), case, changes, first, second)
        return self.fragment("difference.html", **context | self._why(case))

    def _why(self, case: str) -> dict[str, Any]:
        """Return what is told of a case for which no plan is possible."""
        if not self.session.is_impossible(case):
            return {"impossible": False}
        return {"impossible": True, **impossible_context(self.session, case)}

    def _file(self, case: str) -> str:
        answer = self.session.answers.found.get(case)
        if answer is None:
            return ""
        told = drawn_of(self.session, case) if self.session.is_impossible(case) else ""
        return answer.file + str(answer.run["status"]) + told

    def _once(self, key: tuple[str, ...], draw: Callable[[], str]) -> str:
        with self._drawing:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            text = draw()
            with self._lock:
                self._kept[key] = text
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            return text
