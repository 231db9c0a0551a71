"""What is given from Python in the place of an instance, a solution, a plan or a path is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import outlay

TUTORIAL = "tutorial"
FUNCTIONS: dict[str, Callable[[Any], object]] = {
    "build": outlay.build,
    "graph": outlay.graph,
    "exposure": outlay.exposure,
    "write": lambda given: outlay.write(given, Path("never-written")),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_name_of_an_instance_is_told_from_an_instance(name: str) -> None:
    with pytest.raises(outlay.InputError, match=rf"write outlay\.{name}\(outlay\.read\('tutorial'\)\)"):
        FUNCTIONS[name](TUTORIAL)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("given", [None, 5, {"projects": []}])
def test_what_is_no_instance_is_refused_in_words(name: str, given: object) -> None:
    with pytest.raises(outlay.InputError, match=rf"{name}: a {type(given).__name__} is no instance; give an Instance"):
        FUNCTIONS[name](given)


def test_what_is_no_solution_no_path_and_no_plan_is_refused_in_words() -> None:
    given: Any = TUTORIAL
    with pytest.raises(outlay.InputError, match=r"verify: a str is no solution; give what outlay\.solve returned"):
        outlay.verify(given)
    given = None
    with pytest.raises(outlay.InputError, match="load: a NoneType is no path; give that of a run file"):
        outlay.load(given)
    given = {"school": 1}
    with pytest.raises(outlay.InputError, match=r"start: a dict is no plan; give a Plan, such as"):
        outlay.solve(outlay.read(TUTORIAL), start=given)
