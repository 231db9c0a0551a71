"""`Solver`: a solver process that stays warm between many solves."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from outlay.instances.errors import InputError
from outlay.instances.given import type_of
from outlay.instances.plan import Plan
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.settings import Effort, SolveSettings, check_arguments
from outlay.optimizer.solve import Asked, Kept, solve_asked
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.variation.solving import answer
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer
from outlay.optimizer.variation.vary import Variations

#: So many compiled models are kept.
MOST_KEPT = 4
#: What says which model is solved: options of `outlay.solve`, and their defaults.
_ASKED: tuple[tuple[str, Any], ...] = (("constraint_set", "base"), ("objective", None))
#: The other defaults of `outlay.solve`.
_DEFAULTS: dict[str, Any] = {"time_limit": None, "gap": 1e-4, "seed": 1, "effort": Effort.AUTO}


class Solver:
    """A HiGHS process that is started once and used for many solves, one after another.

    A solve with `outlay.solve` starts a process of its own, a few tenths of a second; in a loop of small what-ifs that
    is most of the time. The answers are the same. The last few instances stay compiled: one that is solved again, with
    another gap say, is not built anew. A process that crashes is replaced by a new one. Solves from several threads
    wait for each other; take one `Solver` a thread to solve side by side.

    Examples
    --------
    >>> import outlay
    >>> instance = outlay.read("tutorial")
    >>> with outlay.Solver() as solver:
    ...     values = [solver.solve(instance, constraint_set=name).objective for name in ("base", "library-first")]
    >>> values
    [19.1, 18.0]

    Questions about one compiled model cost less still: nothing is built anew.

    >>> varied = outlay.vary(instance)
    >>> with outlay.Solver() as solver:
    ...     solver.ask(varied, outlay.Variation(force_in=("library",))).value
    18.0
    """

    def __init__(self) -> None:
        self._process = SolverProcess()
        self._lock = threading.Lock()
        self._kept = Kept(MOST_KEPT)

    def __enter__(self) -> Solver:
        self._process.start_early()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Solver, {'closed' if self._process.ended else 'open'}>"

    def close(self) -> None:
        """End the process, by force if it does not end by itself; nothing can be solved afterwards."""
        self._process.end()

    def solve(self, source: Any, **options: Any) -> Solution:
        """Return the answer to an instance or model; options as of `outlay.solve`.

        Raises
        ------
        InputError
            As `outlay.solve`, or if the solver was closed.
        """
        if "process" in options:
            remedy = "leave it out, or call outlay.solve"
            raise InputError.single("Solver", "it has a process of its own", remedy, column="process")
        asked = Asked(source, *(options.pop(name, default) for name, default in _ASKED))
        more = {name: options.pop(name, None) for name in ("start", "on_progress")}
        settings = SolveSettings.made(**{**_DEFAULTS, **options})
        with self._lock:
            self._open()
            return solve_asked(asked, settings, **more, process=self._process, kept=self._kept)

    def ask(
        self,
        varied: Variations,
        variation: Variation,
        *,
        start: Plan | None = None,
        nearest: bool = False,
        gap: float = 1e-4,
        seed: int = 1,
        time_limit: float | None = None,
    ) -> VariedAnswer:
        """Return the answer to a variation of a compiled model (`outlay.vary`); options as of `Variations.solve_all`.

        Raises
        ------
        InputError
            If the variation names what there is not, or the solver was closed.
        """
        options = check_arguments(time_limit=time_limit, gap=gap, seed=seed).question_document()
        for given, wanted, how in (
            (varied, Variations, "outlay.vary(instance)"),
            (variation, Variation, "Variation(...)"),
        ):
            if not isinstance(given, wanted):
                problem = f"{type_of(given)} stands where a {wanted.__name__} is wanted"
                raise InputError.single("Solver", problem, f"write solver.ask(varied, variation), with {how}")
        with self._lock:
            self._open()
            asked = varied.question("it", variation, start=start, nearest=nearest, options=options)
            return answer(varied.over, asked, self._process)

    def _open(self) -> None:
        if self._process.ended:
            raise InputError.single("Solver", "it was closed", "make a new one: with outlay.Solver() as solver")
