"""One process of mpi-sppy, started by ``LAUNCHER python -m outlay.optimizer.ensemble.mpi.worker FOLDER``.

Without a folder it says how many processes there are.

A third of the processes runs progressive hedging (Rockafellar and Wets 1991, doi:10.1287/moor.16.1.119) with linear
proximal terms, for HiGHS knows no quadratic ones with integers; a third the Lagrangian bound, a third tries the
decisions of single scenarios in all of them.
"""

from __future__ import annotations

import math
import os
import sys
import threading
from pathlib import Path
from typing import Any

from mpisppy.cylinders.xhatshufflelooper_bounder import XhatShuffleInnerBound
from mpisppy.extensions.extension import Extension
from mpisppy.spin_the_wheel import WheelSpinner
from mpisppy.utils import cfg_vanilla, config

from outlay.optimizer.ensemble.mpi.creator import penalty_setter, scenario_creator
from outlay.optimizer.ensemble.mpi.job import BOUND, PLAN, Job, load_job, replace_file

#: The interface of Pyomo to HiGHS that keeps a model between solves.
SOLVER = "appsi_highs"
#: More iterations than there is time for.
MOST_ITERATIONS = 1_000_000


def main(folder: Path) -> None:
    """Solve the job of a folder."""
    job = load_job(folder)
    settings = _settings(job)
    creating = {"job": job, "folder": folder}
    names = [f"s{place}" for place in range(len(job.names))]
    common = (settings, scenario_creator, None, names)
    hub = cfg_vanilla.ph_hub(
        *common, scenario_creator_kwargs=creating, rho_setter=penalty_setter, ph_extensions=_telling_bound(folder)
    )
    bounding = cfg_vanilla.lagrangian_spoke(*common, scenario_creator_kwargs=creating, rho_setter=penalty_setter)
    trying = cfg_vanilla.xhatshuffle_spoke(*common, scenario_creator_kwargs=creating)
    trying["spoke_class"] = _telling_plan(folder, job)
    wheel = WheelSpinner(hub, [bounding, trying])
    wheel.spin()
    if wheel.global_rank == 0:
        _tell_bound(folder, wheel.spcomm, ended=True)


def _settings(job: Job) -> Any:
    settings = config.Config()
    settings.popular_args()
    settings.num_scens_required()
    settings.two_sided_args()
    settings.ph_args()
    settings.lagrangian_args()
    settings.xhatshuffle_args()
    settings.tracking_args()
    settings.wxbar_read_write_args()
    settings.timed_mipgap_args()
    settings.solver_name = SOLVER
    settings.num_scens = len(job.names)
    settings.max_iterations = MOST_ITERATIONS
    settings.time_limit = job.time_limit_s
    settings.default_rho = 1.0  # `penalty_setter` says which
    settings.rel_gap, settings.abs_gap = job.gap, 1e-9
    settings.linearize_proximal_terms = True
    settings.solver_options = f"random_seed={job.seed} threads=1 mip_rel_gap={job.gap / 4!r}"
    return settings


def _telling_bound(folder: Path) -> type:
    class Telling(Extension):  # type: ignore[misc]
        """Writes down what is proved, after each iteration."""

        def post_iter0_after_sync(self) -> None:
            self._tell()

        def enditer_after_sync(self) -> None:
            self._tell()

        def _tell(self) -> None:
            if self.opt.cylinder_rank == 0:
                _tell_bound(folder, self.opt.spcomm)

    return Telling


def _tell_bound(folder: Path, hub: Any, *, ended: bool = False) -> None:
    bound, objective = -float(hub.BestOuterBound), -float(hub.BestInnerBound)
    replace_file(
        folder / BOUND,
        {
            "bound": bound if math.isfinite(bound) else None,
            "objective": objective if math.isfinite(objective) else None,
            "iteration": int(hub.current_iteration()),
            "ended": ended,
        },
    )


def _telling_plan(folder: Path, job: Job) -> type:
    class Trying(XhatShuffleInnerBound):  # type: ignore[misc]
        """Writes down each better plan."""

        def send_best_xhat(self) -> None:
            super().send_best_xhat()
            if self.opt.cylinder_rank != 0:
                return
            own = next(iter(self.opt.local_scenarios.values()))
            values = [own._mpisppy_data.best_solution_cache[one] for one in own.now.values()]
            replace_file(folder / PLAN, [key for key, value in zip(job.open, values, strict=True) if value > 0.5])

    return Trying


def _end_with_the_parent() -> None:
    """End all processes as soon as the one that started them is gone: then standard input ends."""
    from mpi4py import MPI  # noqa: PLC0415 - starts MPI

    if MPI.COMM_WORLD.Get_rank() != 0:
        return

    def wait() -> None:
        if not sys.stdin.buffer.read():
            MPI.COMM_WORLD.Abort(1)

    threading.Thread(target=wait, daemon=True).start()


def leave() -> None:
    """End this process as MPI wants it, without the thread that waits for the parent, which would hold it up."""
    from mpi4py import MPI  # noqa: PLC0415 - starts MPI

    MPI.Finalize()
    sys.stdout.flush()
    os._exit(0)


def probe() -> None:
    """Say how many processes there are; they must see each other, and Pyomo must have a HiGHS."""
    from mpi4py import MPI  # noqa: PLC0415 - starts MPI

    if MPI.COMM_WORLD.Get_rank() == 0:
        print(f"ranks {MPI.COMM_WORLD.Get_size()}", flush=True)  # noqa: T201 - what the parent reads


if __name__ == "__main__":
    if len(sys.argv) < 2:
        probe()
    else:
        _end_with_the_parent()
        main(Path(sys.argv[1]))
        leave()
