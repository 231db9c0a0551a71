"""`Solution`: everything there is to say about an answer, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from outlay.instances.errors import InfeasibleError, InputError, NoPlanError, SolverFailedError, UnverifiedError
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.instances.values.text import did_you_mean, shown
from outlay.optimizer.answer.reason import Reason
from outlay.optimizer.frames.later import Later
from outlay.optimizer.frames.tabled import no_table
from outlay.optimizer.status import Dates, LevelResult, Status
from outlay.optimizer.verify.report import Verification

if TYPE_CHECKING:
    import pandas as pd

#: Fields that are read-only views of mappings.
_MAPPINGS = ("metrics", "stakeholders", "tables", "reasons", "times_s", "sizes", "options", "versions")


@dataclass(frozen=True)
class Solution:
    """An answer, or why there is none.

    Attributes
    ----------
    instance
        The resolved instance, with its constraint sets applied.
    constraint_set
        Names of the sets that were applied, joined by ``+``; ``base`` for none.
    status
        What is proved.
    limit
        The limit that ended the solve (``time``, ``interrupt``, ``crash``), or None.
    message
        Why it failed, if it did.
    objective, bound, gap
        Of the first level: its value, the proved bound, |bound - objective| / max(|objective|, 1e-6). None: none.
    levels
        Each level of the objective.
    plan
        What is decided, or None.
    metrics, stakeholders
        Name to value.
    tables
        Name to a table of the report (`projects`, `timeline`, `resources`, `finance`, `binding`, `dropped`, ...);
        computed when the first of them is asked for.
        Of a run that was read: computed from its plan, never those in the file.
    verification
        What the independent check found, or None without a plan. Of a run that was read: what was found just then,
        with each false claim of the file.
    trace
        (seconds, objective, bound or None) of each improvement of the first level.
    times_s
        Seconds by step: build, compile, solve, verify, total.
    sizes
        Numbers of options, columns, rows and nonzeros.
    options, versions
        How it was solved, and by which versions.
    user_rows
        Rows that a user added in Pyomo, evaluated at the answer; not independently verified. None if there are none.
    own_objective
        Whether the user replaced the objective in Pyomo; then nobody but that model can check it.
    reasons
        Why each project that is not in the plan is not, by id, as data: what `tables` say of it in a sentence.
    dates
        How the dates were chosen that the objective leaves open; None without a verified plan.
    """

    instance: Instance
    constraint_set: str
    status: Status
    limit: str | None
    message: str
    objective: float | None
    bound: float | None
    gap: float | None
    levels: tuple[LevelResult, ...]
    plan: Plan | None
    metrics: Mapping[str, float]
    stakeholders: Mapping[str, float]
    tables: Mapping[str, pd.DataFrame]
    verification: Verification | None
    trace: tuple[tuple[float, float, float | None], ...]
    times_s: Mapping[str, float]
    sizes: Mapping[str, int]
    options: Mapping[str, Any]
    versions: Mapping[str, str]
    user_rows: pd.DataFrame | None = field(default=None, compare=False)
    own_objective: bool = False
    dates: Dates | None = None
    reasons: Mapping[str, Reason] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for name in _MAPPINGS:
            given = getattr(self, name)
            plain = given if isinstance(given, Later) else dict(given)
            object.__setattr__(self, name, MappingProxyType(plain))

    def __reduce__(self) -> tuple[Any, ...]:
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        return _restored, ({name: dict(value) if name in _MAPPINGS else value for name, value in plain.items()},)

    def __repr__(self) -> str:
        """Return what it is in two lines."""
        head = f"<Solution of {self.instance.name!r}, set {self.constraint_set}: {self.status}"
        if self.plan is None:
            return f"{head}\n no plan{f': {self.message}' if self.message else ''}>"
        checked = "verified" if self.verified else "NOT VERIFIED"
        funded, all_ = len(self.plan.choices), len(self.instance["projects"])
        return f"{head}\n objective {self.objective:.6g}, {funded} of {all_} projects funded, {checked}>"

    def _repr_html_(self) -> str:
        """Return the answer as a notebook shows it: its heading and its projects, nothing that is not verified."""
        heading = escape(repr(self)[1:-1]).replace("\n", "<br>")
        if not self.verified:
            return f"<p>{heading}</p>"
        table = self.projects.to_html(index=False, max_rows=40, na_rep="", escape=True)
        return f"<p>{heading}</p>{table}"

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan."""
        return self.plan is not None

    @property
    def verified(self) -> bool:
        """Whether there is a plan and it passed its independent verification."""
        return self.verification is not None and self.verification.ok

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of a table by name.

        Raises
        ------
        InfeasibleError, SolverFailedError, NoPlanError
            If there is no plan, and so no tables.
        UnverifiedError
            If the plan, or what a run file says of it, failed its verification.
        KeyError
            If there is no such table.
        """
        if self.plan is None:
            raise self._why_no_plan()
        if not self.verified:
            raise unverified(self.verification)
        if name not in self.tables:
            raise no_table(name, self.tables)
        return self.tables[name].copy()

    def _why_no_plan(self) -> Exception:
        if self.status in {Status.INFEASIBLE, Status.UNBOUNDED}:
            return InfeasibleError(f"there is no plan: {self.instance.name} is {self.status}")
        if self.status == Status.FAILED:
            return SolverFailedError(f"there is no plan: the solver failed ({self.message})")
        return NoPlanError("there is no plan: the solve stopped before one was found; raise the time limit")

    @property
    def projects(self) -> pd.DataFrame:
        """One row a project, funded or not: alternative, scale, dates, money, and why it is not funded."""
        return self.table("projects")

    @property
    def timeline(self) -> pd.DataFrame:
        """One row a funded project: permit, build and operation, by period."""
        return self.table("timeline")

    @property
    def resources(self) -> pd.DataFrame:
        """One row a resource and period: used, supplied, limit, slack."""
        return self.table("resources")

    @property
    def finance(self) -> pd.DataFrame:
        """One row a funded project: loan, cover, recovery, both sides' present values."""
        return self.table("finance")

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table for computing: its key as index, dates of one type, flags that can be missing, units.

        Dates are of dtype ``period`` where periods are months, quarters or years, else texts such as ``2027H1``;
        ``attrs["unit"]`` holds the unit of each column that has one.

        Examples
        --------
        >>> import outlay
        >>> frame = outlay.solve(outlay.read("tutorial")).frame("projects")
        >>> str(frame.start.dtype), frame.attrs["unit"]["commitment"]
        ('period[Y-DEC]', '$M')

        Raises
        ------
        InputError
            If there is no such table.
        InfeasibleError, SolverFailedError, NoPlanError, UnverifiedError
            As `table`.
        """
        if self.verified and name not in self.tables:
            remedy = did_you_mean(name, list(self.tables))
            raise InputError.single("frame", "there is no such table", remedy, value=name)
        from outlay.optimizer.frames.typed import typed  # noqa: PLC0415 - loads pandas

        return typed(name, self.table(name), self.instance)

    def to_excel(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the answer as a workbook (``.xlsx``), one sheet a table, and return its path.

        Raises
        ------
        InputError
            If the file exists and `force` is not set, or cannot be written.
        InfeasibleError, SolverFailedError, NoPlanError, UnverifiedError
            As `table`.
        """
        from outlay.optimizer.export.workbook import write_results  # noqa: PLC0415 - it needs this class

        return write_results(self, path, force=force)

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the run file (one JSON with everything) and return its path.

        Raises
        ------
        InputError
            If the file exists and `force` is not set, or cannot be written.
        """
        from outlay.optimizer.record.run_file import save_solution  # noqa: PLC0415 - it needs this class

        return save_solution(self, path, force=force)


def _restored(plain: dict[str, Any]) -> Solution:
    """Return the solution that `Solution.__reduce__` took apart."""
    return Solution(**plain)


def unverified(verification: Verification | None) -> UnverifiedError:
    """Return the error of an answer that failed its verification, with the first thing that is wrong."""
    violations = () if verification is None else verification.violations
    first = shown(violations[0].sentence) if violations else "see outlay verify"
    return UnverifiedError(f"the answer failed its independent verification ({first}); solve again")
