"""How somebody wants to have a question answered: said once, at the edge, and handed through as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from numbers import Integral
from sys import float_info
from typing import Any, Self

from outlay.instances.errors import InputError
from outlay.instances.given import is_whole, number_of
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.solver.deadline import NEVER, Clock, Deadline
from outlay.optimizer.tuning import differing

#: Sub-problems of a repeatable search unless told otherwise, and at most.
DEFAULT_WORK, MOST_WORK = 100, 1_000_000
#: Relative gap that is proved unless told otherwise, and the seed.
DEFAULT_GAP, DEFAULT_SEED = 1e-4, 1
#: Seeds end before this number: those of second tries and of neighbourhoods are derived from them.
SEEDS_END = 2**31 - 2000
#: Threads of HiGHS, at most.
MOST_THREADS = 256


class Effort(StrEnum):
    """How hard to look for plans beside the proof; see `solve`."""

    AUTO = "auto"
    PROVE = "prove"
    SEARCH = "search"
    REPEAT = "repeat"


@dataclass(frozen=True)
class SolveSettings:
    """How to solve: limit, gap, seed, threads and effort.

    Attributes
    ----------
    time_limit_s
        Seconds for everything before verification, > 0; None: until proved.
    gap
        Relative gap to prove, |bound - objective| / max(|objective|, 1e-6), 0 to 1.
    seed
        Of HiGHS and of the search.
    threads
        Of HiGHS, 1 to 256.
    effort
        Never ``auto``: `made` says what that stands for.
    work
        Sub-problems of ``repeat``, 1 to a million.
    params
        The numbers that steer the search.
    proving
        Whether it is one of many small proofs.
    by_clock
        Whether the limit of a question is one of the clock, as what is left of a whole answer's, and not of work.
    enough
        Absolute gap that is proof enough of each level of a question, besides `gap`; a level without one has none.
    """

    time_limit_s: float | None = None
    gap: float = DEFAULT_GAP
    seed: int = DEFAULT_SEED
    threads: int = 1
    effort: Effort = Effort.PROVE
    work: int = DEFAULT_WORK
    params: SearchParams = field(default_factory=SearchParams)
    proving: bool = False
    by_clock: bool = False
    enough: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Make numbers plain ones, such as NumPy's and decimals: run files and keys of questions are JSON."""
        for name in ("time_limit_s", "gap", "seed", "threads", "work"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, int(given) if isinstance(given, Integral) else number_of(given))

    @classmethod
    def made(
        cls,
        *,
        time_limit: float | None,
        gap: float,
        seed: int,
        threads: int = 1,
        effort: Effort | str = Effort.PROVE,
        work: int = DEFAULT_WORK,
        params: SearchParams | None = None,
    ) -> Self:
        """Return settings from what a user has said; ``auto`` becomes what it stands for.

        Raises
        ------
        InputError
            At the first one that makes no sense.
        """
        check_arguments(time_limit=time_limit, gap=gap, seed=seed, threads=threads)
        hard = effort_asked(effort, work, time_limit)
        return cls(time_limit, gap, seed, threads, hard, work, params or SearchParams())

    @classmethod
    def of_question(cls, document: Mapping[str, Any]) -> Self:
        """Return what `question_document` wrote; what it does not say is as usual."""
        gap, seed = document.get("gap", DEFAULT_GAP), document.get("seed", DEFAULT_SEED)
        proving, by_clock = bool(document.get("proving")), bool(document.get("by_clock"))
        enough = tuple(document.get("enough", ()))
        return cls(document.get("time_limit_s"), gap, seed, proving=proving, by_clock=by_clock, enough=enough)

    def question_document(self) -> dict[str, Any]:
        """Return what one of many questions depends on, in JSON's types: each has one thread and no search.

        It is part of the key under which an answer is kept in a folder.
        """
        return {"gap": self.gap, "seed": self.seed, "time_limit_s": self.time_limit_s}

    def to_document(self) -> dict[str, Any]:
        """Return all of it in JSON's types, as run files state it; `work` and `numbers` only where they count."""
        whole = {
            "gap": self.gap,
            "seed": self.seed,
            "threads": self.threads,
            "time_limit_s": self.time_limit_s,
            "effort": str(self.effort),
        }
        numbers = differing(self.params) if self.searches else {}
        return (
            whole
            | ({"work": self.work} if self.effort == Effort.REPEAT else {})
            | ({"numbers": numbers} if numbers else {})
        )

    @property
    def searches(self) -> bool:
        """Whether plans are looked for beside the proof, or before it."""
        return self.effort != Effort.PROVE

    @property
    def sub_problems(self) -> int | None:
        """Sub-problems of a repeatable search; None: by the clock, or no search."""
        return self.work if self.effort == Effort.REPEAT else None

    def deadline(self, clock: Clock) -> Deadline:
        """Return when the answer must be there, if the time begins now."""
        return Deadline.after(self.time_limit_s, clock)

    def question_deadline(self, clock: Clock) -> Deadline:
        """Return when the answer to one of many questions must be there.

        Its seconds are of the solver's work, so that the answer hardly depends on how busy the machine is; unless they
        are a part of what the whole may take by the clock.
        """
        return self.deadline(clock) if self.by_clock else Deadline.working(self.time_limit_s, clock)

    def engine(self, deadline: Deadline = NEVER) -> Settings:
        """Return what the engine is told, of which something else may hold for single solves."""
        return Settings(gap=self.gap, seed=self.seed, threads=self.threads, deadline=deadline, proving=self.proving)


def check_arguments(
    *, time_limit: float | None, gap: float, seed: int, threads: int = 1, jobs: int | None = None
) -> SolveSettings:
    """Return options as settings, their numbers plain; jobs are questions at a time, None: as many as there are cores.

    Raises
    ------
    InputError
        At the first one that makes no sense.
    """
    given_all = {"time_limit": time_limit, "gap": gap, "seed": seed, "threads": threads, "jobs": jobs}
    for name, given in given_all.items():
        if isinstance(given, str):
            raise InputError.single("solve", f"{name} is a text", "write a number", column=name, value=given)
        if given is None and name in {"time_limit", "jobs"}:
            continue
        if number_of(given) is None:
            raise InputError.single("solve", f"{name} is no number", "write one", column=name, value=given)
        if name in {"seed", "threads", "jobs"} and not is_whole(given):
            raise InputError.single("solve", f"{name} is no whole number", "write one", column=name, value=given)
    settings = SolveSettings(time_limit, gap, seed, threads)
    limit_s = settings.time_limit_s
    for name, value, right in (
        ("time_limit", time_limit, limit_s is None or 0 < limit_s <= float_info.max),
        ("gap", gap, 0 <= settings.gap < 1),
        ("seed", seed, 0 <= seed < SEEDS_END),
        ("threads", threads, 1 <= threads <= MOST_THREADS),
        ("jobs", jobs, jobs is None or 1 <= jobs <= MOST_THREADS),
    ):
        if not right:
            raise InputError.single("solve", f"{name} is out of range", "correct it", column=name, value=value)
    return settings


def effort_asked(effort: Effort | str, work: int, time_limit: float | None) -> Effort:
    """Return what to do; ``auto`` becomes what it stands for.

    Raises
    ------
    InputError
        If there is no such effort, or no work.
    """
    if not isinstance(effort, str) or effort not in set(Effort):
        known = ", ".join(Effort)
        raise InputError.single("solve", "there is no such effort", f"one of {known}", column="effort", value=effort)
    if not is_whole(work) or not 1 <= work <= MOST_WORK:
        raise InputError.single("solve", "work is out of range", f"1 to {MOST_WORK}", column="work", value=work)
    if effort == Effort.AUTO:
        return Effort.PROVE if time_limit is None else Effort.SEARCH
    return Effort(effort)
