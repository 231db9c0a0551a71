"""Fixtures that the tests of the search share: a generated instance, its session, and its relaxation.

They are made once a worker, and no test changes them: each takes a copy.
"""

from __future__ import annotations

import pytest

import outlay
from outlay.instances.samples.generating import generate
from outlay.models.build import build
from outlay.optimizer.relaxation.relaxation import Relaxation
from outlay.optimizer.search.drawing import Neighbourhoods
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.search.search import Search
from outlay.optimizer.session import Session
from outlay.optimizer.solver.process import SolverProcess
from tests.optimizer.support import OPTIONS, copied, level_problem


@pytest.fixture(scope="session")
def instance() -> outlay.Instance:
    return generate(120, 3)


@pytest.fixture(scope="session")
def session(instance: outlay.Instance) -> Session:
    return Session(build(instance))


@pytest.fixture(scope="session")
def solved_relaxation(session: Session) -> Search:
    with SolverProcess() as process:
        plan = session.search_plan(seed=1, sub_problems=0)
        search = Search(level_problem(session), plan, OPTIONS, on_better=lambda _: None, process=process)
        search.state.relaxation = search.state.relaxed(search.state.problem)
    return search


@pytest.fixture
def relaxed(solved_relaxation: Search) -> Search:
    """A search that has solved its relaxation and nothing else; each test has its own."""
    return copied(solved_relaxation)


@pytest.fixture
def drawn(session: Session, relaxed: Search) -> Neighbourhoods:
    assert isinstance(relaxed.relaxation, Relaxation)
    return Neighbourhoods(relaxed.problem, session.structure, relaxed.relaxation, SearchParams(), seed=3)
