"""Where the cases of a comparison run: a local pool of long-lived solver workers, or dask."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from outlay.instances.errors import InputError
from outlay.models.arrays.pausing import collection_paused
from outlay.optimizer.sharing.helping import Bench
from outlay.optimizer.sharing.interrupts import held_back
from outlay.optimizer.sharing.solvers import Pool
from outlay.optimizer.solver.deadline import CLOCK, LONGEST_LOOK_S, Clock

CONNECT_S = 10
#: Seconds that cases wait for somebody to run them, before they are reported as failed.
WITHOUT_WORKERS_S = 60.0


class Workers:
    """Whether there is anybody to run the tasks of an executor, and since when there is nobody.

    Attributes
    ----------
    lack
        Why nobody can, as far as was seen; empty if somebody can.
    """

    def __init__(self, lacking: Callable[[], str], clock: Clock = CLOCK) -> None:
        self._lacking, self._clock = lacking, clock
        self.lack = ""
        self._waited, self._looked = 0.0, clock.now()

    @classmethod
    def of(cls, executor: Executor) -> Workers | None:
        """Return those of an executor of dask's; None for others, which say themselves what they have lost."""
        client = getattr(executor, "_client", None)
        if client is None or type(executor).__module__.partition(".")[0] != "distributed":
            return None
        return cls(lambda: _lack_of(client))

    def look(self) -> str:
        """Look whether there is anybody; return what to tell the user, if anything is new."""
        now = self._clock.now()
        before, self.lack = self.lack, self._lacking()
        # Time in which we slept ourselves does not count.
        self._waited = self._waited + min(now - self._looked, LONGEST_LOOK_S) if self.lack and before else 0.0
        self._looked = now
        if not self.lack or self.lack == before:
            return ""
        return f"{self.lack}; cases wait for up to {WITHOUT_WORKERS_S:g} s, and are then reported as failed"

    @property
    def given_up(self) -> bool:
        """Whether there has been nobody for too long."""
        return bool(self.lack) and self._waited >= WITHOUT_WORKERS_S


def _lack_of(client: Any) -> str:
    """Return why no task of a dask client can be run; empty if it can."""
    try:
        if client.status == "running":
            return "" if client.nthreads() else "dask has no workers"
    except Exception:  # whatever a client in any state may raise
        return "the dask scheduler does not answer"
    return "the dask scheduler does not answer"


@contextmanager
def open_executor(address: str | None, jobs: int, bench: Bench) -> Iterator[Executor]:
    """Open the executor of an address: None for the local pool, or ``dask:tcp://HOST:PORT``.

    The local pool has one thread and one HiGHS process a job: threads wait for their solver, which runs beside Python.
    What they solve may be helped through the bench.

    Raises
    ------
    InputError
        If the address is not one, dask is not installed, or its scheduler cannot be reached.
    """
    if address is None:
        with _local_pool(jobs, bench) as pool:
            yield pool
        return
    kind, _, target = address.partition(":") if isinstance(address, str) else ("", "", "")
    if kind != "dask" or not target:
        raise InputError.single("executor", "this executor is unknown", "write dask:tcp://HOST:PORT", value=address)
    with _dask(target) as executor:
        yield executor


@contextmanager
def _local_pool(jobs: int, bench: Bench) -> Iterator[Executor]:
    """Open the local pool; it ends with all its solvers, however often Ctrl-C is pressed meanwhile.

    A thread whose solver were left would wait for it, and Python for the thread, for ever.
    """
    solvers = Pool(bench)
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="outlay", initializer=solvers.join)

    def end() -> None:
        with held_back():
            # Ending the solvers first frees threads that still wait for one after an interruption.
            pool.shutdown(wait=False, cancel_futures=True)
            solvers.end()
        pool.shutdown(wait=True)

    try:
        yield pool
    finally:
        try:
            end()
        except KeyboardInterrupt:
            end()
            raise


@contextmanager
def _dask(target: str) -> Iterator[Executor]:
    try:
        from distributed import Client  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise InputError.single("executor", "dask is not installed", "pip install 'outlay[dask]'") from error
    # A client that cannot connect closes itself when it is collected, and waits for ever if that happens while another
    # one is being made. So none is collected meanwhile, and one that failed is collected at once.
    client, failure = None, ""
    with collection_paused():
        try:
            client = Client(target, timeout=CONNECT_S, set_as_default=False)
        except Exception as error:  # whatever listens there may answer anything
            failure = str(error)
    if client is None:
        gc.collect()
        raise InputError.single(
            "executor", f"the dask scheduler cannot be reached ({failure})", "check the address", value=target
        )
    try:
        yield client.get_executor(pure=False, retries=0)
    finally:
        client.close()
