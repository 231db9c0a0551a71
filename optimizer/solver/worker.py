"""The solver process: HiGHS behind two pipes, one problem after another.

Started as ``python -P -m outlay.optimizer.solver.worker``. Its first word is ``ready``. It reads requests from standard
input and answers with frames on standard output: any number of ``progress`` and ``incumbent``, then one ``result``; and
it says ``alive`` every second, whatever it is at (HiGHS lets other threads run). A request ``cancel`` ends the solve in
work with the best answer so far; the end of the input ends the process, so it never outlives its parent.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
import traceback
from typing import Any, BinaryIO

import highspy
import numpy as np

from outlay.optimizer.presolve.restriction import restrict
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.deadline import BEAT_S
from outlay.optimizer.solver.frames import read_frame, write_frame
from outlay.optimizer.solver.tasks.dive import Dive, Diver
from outlay.optimizer.solver.tasks.probe import Probe, Prober
from outlay.optimizer.solver.tasks.split import Split, Splitter

PROGRESS_EVERY_S = 0.2
#: Seconds that polishing gets although the request's limit is over, or it was cancelled.
POLISH_S = 1.0


class _Out:
    """What the parent is told, by the thread that solves and the one that says that we are alive."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._lock = stream, threading.Lock()

    def send(self, message: dict[str, Any]) -> None:
        """Send a message."""
        with self._lock:
            write_frame(self._stream, message)

    def beat_on(self) -> None:
        """Say again and again that we are alive, until the parent is gone."""
        with contextlib.suppress(OSError, ValueError):
            while True:
                self.send({"kind": "alive"})
                time.sleep(BEAT_S)


class _Mail:
    """What the parent has sent."""

    def __init__(self) -> None:
        self.requests: queue.Queue[dict[str, Any]] = queue.Queue()
        self.cancelled = 0  # number of the request that shall end
        self.offers: queue.SimpleQueue[tuple[int, np.ndarray]] = queue.SimpleQueue()

    def newest_offer(self, request: int) -> np.ndarray | None:
        """Return the newest point that was offered for a request since the last call, or None."""
        offer = None
        while not self.offers.empty():
            number, point = self.offers.get()
            offer = point if number == request else offer
        return offer

    def read_on(self, source: BinaryIO) -> None:
        """Sort the parent's messages until it is gone, and then end the process."""
        while True:
            try:
                message = read_frame(source)
            except Exception:  # whatever came, the parent is gone or mad
                message = None
            if message is None:
                os._exit(0)
            if message["kind"] == "cancel":
                self.cancelled = message["number"]
            elif message["kind"] == "offer":
                self.offers.put((message["number"], message["point"]))
            else:
                self.requests.put(message)


class _Session:
    """One solve: the HiGHS object, and what its callbacks report."""

    def __init__(self, request: dict[str, Any], out: _Out, mail: _Mail) -> None:
        self.request, self.out, self.mail = request, out, mail
        self.started = time.monotonic()
        self.ends = self.started + request["options"].get("time_limit", np.inf)
        self.last_progress = 0.0
        self.highs: Any = None
        self.whole: tuple[np.ndarray, np.ndarray] | None = None  # a dive's point and the columns that it left open
        self.polishing_since: float | None = None

    def _loaded(self, arrays: dict[str, Any]) -> Any:
        """Return HiGHS with a problem, its basis if that is known, and the request's options."""
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", True)  # cbMipLogging is silent without it
        highs.setOptionValue("log_to_console", False)
        for name, setting in self.request["options"].items():
            self._set(highs, name, setting)
        highs.passModel(highs_model(arrays))
        if "basis" in arrays:
            highs.setBasis(_basis_of(arrays["basis"], len(arrays["cost"])))
        return highs

    @staticmethod
    def _set(highs: Any, name: str, setting: Any) -> None:
        if highs.setOptionValue(name, setting) != highspy.HighsStatus.kOk:
            raise ValueError(f"HiGHS refuses {name} = {setting!r}")

    def run(self) -> dict[str, Any]:
        """Solve and return the result message."""
        try:
            return self._solve()
        finally:
            self.highs = None  # HiGHS holds our callback, which holds this: a ring that no collector can see

    def _solve(self) -> dict[str, Any]:
        how = {name.removeprefix("how_"): self.request.pop(name) for name in [*self.request] if name.startswith("how_")}
        kind = self.request.get("how")
        if kind == "Probe":
            return self._probe(Probe(**how))
        if kind == "Split":
            return self._split(Split(**how))
        if kind == "Dive" and not self._dive(Dive(**how)):
            seconds = time.monotonic() - self.started
            return {"kind": "result", "status": "kUnknown", "has_point": False, "seconds": seconds}
        self.highs = self._loaded(self.request)
        start = self.request.get("start")
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = start.tolist()
            self.highs.setSolution(solution)
        self._listen(self.highs)
        if self.ends < np.inf:  # loading has taken some of it
            self._set(self.highs, "time_limit", max(1e-3, self.ends - time.monotonic()))
        self.highs.run()
        result = self._result()
        if "point" in result and self.request["integer"].any():
            result.update(self._polished(result["point"]))
        if "point" in result and self.whole is not None:
            result["point"] = self._of_whole(result["point"])
        return result

    def _relaxed(self) -> Any:
        """Return HiGHS with the relaxation of the request's problem."""
        relaxed = self._loaded({**self.request, "integer": np.zeros_like(self.request["integer"])})
        self._listen(relaxed)
        return relaxed

    def _cancelled(self) -> bool:
        return self.mail.cancelled == self.request["number"]

    def _shall_end(self) -> bool:
        """Whether HiGHS shall end; polishing, which is short, gets a moment all the same."""
        since = self.polishing_since
        return self._cancelled() and (since is None or time.monotonic() > since + POLISH_S)

    def _over(self, most_s: float | None) -> bool:
        """Whether the request was cancelled, or has taken more than so many seconds (None: no limit)."""
        return self._cancelled() or (most_s is not None and time.monotonic() > self.started + most_s)

    def _probe(self, how: Probe) -> dict[str, Any]:
        """Decide what is dominant; the result is that of the relaxation, with the bounds."""
        request = self.request
        self.highs = self._relaxed()
        problem = Prober(Problem.of_arrays(request), how, self.highs, stopped=lambda: self._over(how.most_s)).run()
        self.request = {**request, "integer": np.zeros_like(request["integer"])}
        result = self._result()
        if problem is None:
            return {**result, "status": "kUnknown", "has_point": False}
        return {**result, "lower": problem.lower, "upper": problem.upper}

    def _split(self, how: Split) -> dict[str, Any]:
        """Look for a project to divide; the result is that of the relaxation of the whole, with the parts."""
        self.highs = self._relaxed()
        problem = Problem.of_arrays(self.request)
        found = Splitter(problem, how, self.highs, stopped=lambda: self._over(how.most_s)).run()
        result = {"kind": "result", "has_point": False, "seconds": time.monotonic() - self.started}
        if found is None:
            return {**result, "status": "kUnknown"}
        divided = {"bound": found.value, "lower": found.lower, "upper": found.upper}
        return {**result, **divided, "status": "kOptimal", "divided": found.columns, "worth": found.worth}

    def _dive(self, how: Dive) -> bool:
        """Fix most of the problem by a dive, and go on with the rest; whether there is one."""
        request = self.request
        dived = Diver(Problem.of_arrays(request), how, self._relaxed(), stopped=self._cancelled).run()
        if dived is None:
            return False
        rest, kept, _ = restrict(dived, dived.lower == dived.upper, dived.lower)
        if how.rest_s is not None:
            self.ends = time.monotonic() + how.rest_s
        self.whole = dived.lower, kept
        self.request = {"number": request["number"], "options": request["options"], **rest.arrays()}
        return True

    def _of_whole(self, point: np.ndarray) -> np.ndarray:
        """Return a point of what is solved as one of the request's problem, of which a dive fixed the rest."""
        if self.whole is None:
            return point
        whole = self.whole[0].copy()
        whole[self.whole[1]] = point
        return whole

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
        if self.request.get("takes_offers", False):
            highs.startCallback(kinds.kCallbackMipUserSolution)
        if self.request.get("tells_cuts", False):
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
                offer = self.mail.newest_offer(self.request["number"])
                if offer is not None:
                    reply.setSolution(offer)
            elif reply is not None and self._shall_end():
                reply.user_interrupt = True
        except Exception:
            traceback.print_exc()

    def _tell_cuts(self, data: Any) -> None:
        """Tell of the cutting planes in the root's relaxation, if they are over the columns that we know."""
        if data.cutpool_num_col == len(self.request["cost"]):
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
        self.out.send({"kind": kind, **content})

    def _result(self) -> dict[str, Any]:
        highs = self.highs
        info, status = highs.getInfo(), highs.getModelStatus()
        result: dict[str, Any] = {
            "kind": "result",
            "status": status.name,
            "has_point": info.primal_solution_status == 2 or self.request.get("approximate", False),
            "objective": float(info.objective_function_value),
            "bound": float(info.mip_dual_bound if self.request["integer"].any() else info.objective_function_value),
            "nodes": int(info.mip_node_count),
            "seconds": time.monotonic() - self.started,
        }
        if result["has_point"]:
            solution = highs.getSolution()
            result["point"] = np.array(solution.col_value, dtype=float)
            if not self.request["integer"].any():
                result["row_dual"] = np.array(solution.row_dual, dtype=float)
                if not self.request.get("approximate", False):
                    result["basis"] = _statuses(highs.getBasis())
        return result

    def _polished(self, point: np.ndarray) -> dict[str, Any]:
        """Fix the integers at their rounded values and solve the rest anew; keep the old point if that fails.

        What is left of the request's limit holds for it too, but a moment there always is: a plan whose flows are not
        polished may break a rule by a hair.
        """
        integer = self.request["integer"]
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
            self._set(highs, name, setting)
        highs.zeroAllClocks() if hasattr(highs, "zeroAllClocks") else None
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return {"polished": False}
        better = self._tidied(np.array(highs.getSolution().col_value, dtype=float))
        better[integer] = fixed
        return {"point": better, "polished": True}

    def _tidied(self, point: np.ndarray) -> np.ndarray:
        """Among the points as good, return one with the least use of the columns that should not move for nothing."""
        tidy = self.request.get("tidy")
        if tidy is None or not tidy.any():
            return point
        highs, cost = self.highs, self.request["cost"]
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


def highs_model(request: dict[str, Any]) -> Any:
    """Return a problem's arrays (`Problem.arrays`) as a HighsLp."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(request["cost"]), len(request["row_lower"])
    lp.col_cost_, lp.offset_ = request["cost"], request["offset"]
    lp.col_lower_, lp.col_upper_ = request["lower"], request["upper"]
    lp.row_lower_, lp.row_upper_ = request["row_lower"], request["row_upper"]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
    lp.a_matrix_.start_, lp.a_matrix_.index_ = request["starts"], request["rows"]
    lp.a_matrix_.value_ = request["values"]
    if request["integer"].any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[flag] for flag in request["integer"].astype(int).tolist()]
    return lp


#: Statuses of columns and rows in a basis, by number.
STATUSES = tuple(highspy.HighsBasisStatus(number) for number in range(5))


def _statuses(basis: Any) -> np.ndarray:
    """Return a basis as an array, columns and then rows."""
    return np.array([int(status) for status in (*basis.col_status, *basis.row_status)], dtype=np.int8)


def _basis_of(statuses: np.ndarray, columns: int) -> Any:
    """Return a basis from what `_statuses` returned."""
    basis, every = highspy.HighsBasis(), [STATUSES[number] for number in statuses.tolist()]
    basis.col_status, basis.row_status, basis.valid = every[:columns], every[columns:], True
    return basis


def main() -> None:
    """Serve requests until the input ends."""
    source = os.fdopen(os.dup(0), "rb")
    out = _Out(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # whatever the solver prints must not mix with our frames
    mail = _Mail()
    threading.Thread(target=mail.read_on, args=(source,), daemon=True).start()
    out.send({"kind": "ready"})
    threading.Thread(target=out.beat_on, daemon=True).start()
    while True:
        request = mail.requests.get()
        try:
            result = _Session(request, out, mail).run()
        except Exception as error:  # reported to the parent
            traceback.print_exc()
            result = {"kind": "result", "status": "error", "has_point": False, "message": str(error)}
        out.send(result)


if __name__ == "__main__":
    main()
