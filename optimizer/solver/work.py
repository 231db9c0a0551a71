"""One solve in the solver process: the task before it, HiGHS, what its callbacks report, and polishing after it."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import highspy
import numpy as np
from scipy import sparse

from outlay.optimizer.presolve.restriction import Restriction, restrict
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.cutoff import least_missed
from outlay.optimizer.solver.highs import loaded, loaded_again, set_option, statuses
from outlay.optimizer.solver.messages import SolveRequest
from outlay.optimizer.solver.outcome import NO_PLAN
from outlay.optimizer.solver.tasks.registry import TASKS
from outlay.optimizer.solver.tasks.task import Task

PROGRESS_EVERY_S = 0.2
#: Seconds that polishing gets although the request's limit is over, or it was cancelled.
POLISH_S = 1.0
#: Values that differ by less, as a share of them, are the same.
SAME = 1e-9


class Mail(Protocol):
    """What the parent has sent besides requests."""

    @property
    def cancelled(self) -> int:
        """The number of the request that shall end."""

    def newest_offer(self, request: int) -> np.ndarray | None:
        """Return the newest point that was offered for a request since the last call, or None."""


class Work:
    """One solve: the HiGHS object, and what its callbacks report.

    Parameters
    ----------
    request
        What is asked.
    send
        Tells the parent.
    mail
        What the parent has sent meanwhile.
    worked
        Tells the seconds that this process has worked, its CPU time.
    """

    def __init__(
        self,
        request: SolveRequest,
        send: Callable[[dict[str, Any]], None],
        mail: Mail,
        *,
        worked: Callable[[], float] = time.process_time,
    ) -> None:
        self.request, self.send, self.mail, self.worked = request, send, mail, worked
        self.worked_before, self.worked_out = worked(), False
        self.problem = request.problem  # what is solved: of a dive what it leaves, of a relaxation that
        self.started = time.monotonic()
        self.ends = self.started + request.options.get("time_limit", np.inf)
        self.last_progress = 0.0
        self.highs: Any = None
        self.left: Restriction | None = None  # what a dive left open
        self.polishing_since: float | None = None
        self.handed = np.inf  # the best value of a point that HiGHS did not find by itself
        self.deaf = False  # whether HiGHS is handed nothing

    def run(self) -> dict[str, Any]:
        """Solve and return the result message."""
        try:
            return self._solve() | {"worked_s": self.worked() - self.worked_before}
        finally:
            self.highs = None  # HiGHS holds our callback, which holds this: a ring that no collector can see

    def _solve(self) -> dict[str, Any]:
        if self.request.how is not None:
            result = self._do(self.request.how)
            if result is not None:
                return result
        self._load()
        result = self._sound(self._branched())
        if "point" in result and self.problem.integer.any():
            result.update(self._polished(result["point"]))
        if "point" in result:
            result["point"] = self._of_whole(result["point"])
        return result

    def _load(self) -> None:
        """Hand the problem to HiGHS; of what the parent has sent only what is asked for later is kept."""
        asked = replace(self.request, start=None, basis=None) if self.left is not None else self.request
        self.highs = loaded(self.problem, asked.options, asked.basis)
        if asked.start is not None:
            self.handed = self.problem.value(asked.start)
            solution = highspy.HighsSolution()
            solution.col_value = asked.start.tolist()
            self.highs.setSolution(solution)
        self.problem = _without_rows(self.problem)
        self.request = replace(asked, problem=self.problem, start=None, basis=None)

    def _branched(self) -> dict[str, Any]:
        """Let HiGHS solve the problem; return what comes of it."""
        self._listen(self.highs)
        if self.ends < np.inf:  # loading has taken some of it
            set_option(self.highs, "time_limit", max(1e-3, self.ends - time.monotonic()))
        self.highs.run()
        return self._result()

    def _sound(self, result: dict[str, Any]) -> dict[str, Any]:
        """Return a result for which HiGHS has cut off nothing better than a point it was handed; see `cutoff`."""
        value, close = result["objective"], SAME * max(1.0, abs(result["objective"]))
        if value < self.handed - close or not (result["has_point"] and self.problem.integer.any()):
            return result
        if not self.request.proves or self._cancelled():
            return result
        missed = least_missed(self.highs, value, limit_s=max(POLISH_S, self.ends - time.monotonic()))
        if missed >= value - close:
            return result
        result["bound"] = min(result["bound"], missed)
        if result["status"] != "kOptimal":
            return result
        self.handed, self.deaf = np.inf, True
        self.highs = loaded_again(self.highs, self.request.options)
        again = self._branched()
        if not again["has_point"] and again["status"] in NO_PLAN:  # which cannot be: there is a point
            return result | {"status": "kUnknown"}
        again["bound"] = max(again["bound"], result["bound"])
        if not again["has_point"] or again["objective"] > value:
            again |= {name: result[name] for name in ("has_point", "objective", "point")}
        return again

    def _do(self, how: Task) -> dict[str, Any] | None:
        """Do a task; return the result message, or None if there is a rest to be solved."""
        problem = self.problem
        relaxed = loaded(_relaxed(problem), self.request.options, self.request.basis)
        self._listen(relaxed)
        done = TASKS[type(how)](how, problem, relaxed, self._over)
        if done.rest is not None:
            rest_s = getattr(how, "rest_s", None)
            if rest_s is not None:
                self.ends = time.monotonic() + rest_s
            self.left = restrict(done.rest, done.rest.lower == done.rest.upper, done.rest.lower)
            self.problem = self.left.problem
            return None
        result: dict[str, Any] = {"kind": "result", "has_point": False, "seconds": time.monotonic() - self.started}
        if done.of_relaxation:
            self.highs, self.problem = relaxed, _relaxed(problem)
            result = self._result()
        if done.content is None:
            return {**result, "status": "kUnknown", "has_point": False}
        return {**result, **done.content}

    def _cancelled(self) -> bool:
        return self.mail.cancelled == self.request.number

    def _shall_end(self) -> bool:
        """Whether HiGHS shall end; polishing, which is short, gets a moment all the same."""
        since, work_s = self.polishing_since, self.request.work_s
        if work_s is not None and since is None and self.worked() - self.worked_before >= work_s:
            self.worked_out = True
            return True
        return self._cancelled() and (since is None or time.monotonic() > since + POLISH_S)

    def _over(self, most_s: float | None) -> bool:
        """Whether the request shall end, or has taken more than so many seconds (None: no limit)."""
        return self._shall_end() or (most_s is not None and time.monotonic() > self.started + most_s)

    def _of_whole(self, point: np.ndarray) -> np.ndarray:
        """Return a point of what is solved as one of the request's problem, of which a dive fixed the rest."""
        return point if self.left is None else self.left.whole(point)

    def _listen(self, highs: Any) -> None:
        kinds = highspy.cb.HighsCallbackType
        highs.setCallback(self._callback, None)
        for kind in (
            kinds.kCallbackMipImprovingSolution,
            kinds.kCallbackMipLogging,
            kinds.kCallbackMipInterrupt,
            kinds.kCallbackSimplexInterrupt,
            kinds.kCallbackIpmInterrupt,
        ):
            highs.startCallback(kind)
        if self.left is not None:
            return  # what is offered, and planes that are told, are of the request's problem
        if self.request.takes_offers and not self.deaf:
            highs.startCallback(kinds.kCallbackMipUserSolution)
        if self.request.tells_cuts:
            highs.startCallback(kinds.kCallbackMipGetCutPool)

    def _callback(self, kind: Any, _message: str, data: Any, reply: Any, _user: Any) -> None:
        # An exception here would end the solve, so none may leave.
        try:
            kinds = highspy.cb.HighsCallbackType
            if kind == kinds.kCallbackMipImprovingSolution:
                point = self._of_whole(np.array(data.mip_solution, dtype=float))
                self._send(
                    "incumbent", point=point, objective=float(data.objective_function_value), **self._state(data)
                )
            elif kind == kinds.kCallbackMipLogging:
                if time.monotonic() - self.last_progress >= PROGRESS_EVERY_S:
                    self.last_progress = time.monotonic()
                    self._send("progress", **self._state(data))
            elif kind == kinds.kCallbackMipGetCutPool:
                self._tell_cuts(data)
            elif kind == kinds.kCallbackMipUserSolution:
                offer = self.mail.newest_offer(self.request.number)
                if offer is not None:
                    self.handed = min(self.handed, self.problem.value(offer))
                    reply.setSolution(offer)
            elif reply is not None and self._shall_end():
                reply.user_interrupt = True
        except Exception:
            traceback.print_exc()

    def _tell_cuts(self, data: Any) -> None:
        """Tell of the cutting planes in the root's relaxation, if they are over the columns that we know."""
        if data.cutpool_num_col == len(self.problem.cost):
            names = ("start", "index", "value", "lower", "upper")
            starts, columns, values, lower, upper = (np.array(getattr(data, f"cutpool_{name}")) for name in names)
            rows = {"starts": starts, "columns": columns, "values": values, "lower": lower, "upper": upper}
            self._send("cuts", **rows, **self._state(data))

    def _state(self, data: Any) -> dict[str, Any]:
        return {
            "primal": float(data.mip_primal_bound),
            "dual": float(data.mip_dual_bound),
            "nodes": int(data.mip_node_count),
            "seconds": time.monotonic() - self.started,
        }

    def _send(self, kind: str, **content: Any) -> None:
        self.send({"kind": kind, **content})

    def _result(self) -> dict[str, Any]:
        highs = self.highs
        info, status = highs.getInfo(), highs.getModelStatus()
        if self.worked_out and status == highspy.HighsModelStatus.kInterrupt:
            status = highspy.HighsModelStatus.kTimeLimit
        result: dict[str, Any] = {
            "kind": "result",
            "status": status.name,
            "has_point": info.primal_solution_status == 2 or self.request.approximate,
            "objective": float(info.objective_function_value),
            "bound": float(info.mip_dual_bound if self.problem.integer.any() else info.objective_function_value),
            "nodes": int(info.mip_node_count),
            "seconds": time.monotonic() - self.started,
        }
        if result["has_point"]:
            solution = highs.getSolution()
            result["point"] = np.array(solution.col_value, dtype=float)
            if not self.problem.integer.any():
                result["row_dual"] = np.array(solution.row_dual, dtype=float)
                if not self.request.approximate:
                    result["basis"] = statuses(highs.getBasis())
        return result

    def _polished(self, point: np.ndarray) -> dict[str, Any]:
        """Fix the integers at their rounded values and solve the rest anew; keep the old point if that fails.

        What is left of the request's limit holds for it too, but a moment there always is: a plan whose flows are not
        polished may break a rule by a hair.
        """
        integer = self.problem.integer
        rounded = point.copy()
        rounded[integer] = np.round(point[integer])
        if integer.all():
            return {"point": rounded, "polished": True}
        highs = self.highs
        columns = np.nonzero(integer)[0].astype(np.int32)
        fixed = np.ascontiguousarray(rounded[integer])
        self.polishing_since = time.monotonic()
        limit = max(POLISH_S, self.ends - self.polishing_since)
        highs.clearSolver()
        highs.changeColsIntegrality(len(columns), columns, np.zeros(len(columns), dtype=np.uint8))
        highs.changeColsBounds(len(columns), columns, fixed, fixed)
        for name, setting in (("primal_feasibility_tolerance", 1e-9), ("time_limit", limit), ("presolve", "choose")):
            set_option(highs, name, setting)
        highs.zeroAllClocks() if hasattr(highs, "zeroAllClocks") else None
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return {"polished": False}
        better = self._tidied(np.array(highs.getSolution().col_value, dtype=float))
        better[integer] = fixed
        return {"point": better, "polished": True}

    def _tidied(self, point: np.ndarray) -> np.ndarray:
        """Among the points as good, return one with the least use of the columns that should not move for nothing."""
        tidy = self.problem.tidy
        if tidy is None or not tidy.any():
            return point
        highs, cost = self.highs, self.problem.cost
        value = float(cost @ point)
        used = np.nonzero(cost)[0].astype(np.int32)
        highs.addRow(-highspy.kHighsInf, value, len(used), used, np.ascontiguousarray(cost[used]))
        every = np.arange(len(cost), dtype=np.int32)
        highs.changeColsCost(len(every), every, tidy)
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return point
        tidied = np.array(highs.getSolution().col_value, dtype=float)
        # The solver's tolerance must not cost anything of the objective.
        return tidied if float(cost @ tidied) <= value + 1e-13 * max(1.0, abs(value)) else point


def _without_rows(problem: Problem) -> Problem:
    """Return the columns of a problem alone, as arrays of their own: a request is one block of memory."""
    none = np.zeros(0)
    columns = {name: getattr(problem, name).copy() for name in ("cost", "lower", "upper", "integer")}
    tidy, matrix = problem.tidy, sparse.csc_array((0, len(problem.cost)))
    return Problem(
        **columns, offset=problem.offset, matrix=matrix, row_lower=none, row_upper=none,
        tidy=None if tidy is None else tidy.copy(),
    )  # fmt: skip


def _relaxed(problem: Problem) -> Problem:
    """Return the relaxation of a problem."""
    return replace(problem, integer=np.zeros_like(problem.integer))
