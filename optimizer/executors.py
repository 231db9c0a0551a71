"""Where the cases of a comparison run: a local pool of long-lived solver workers, or dask."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from pyomo.common.gc_manager import PauseGC

from outlay.instances.errors import InputError
from outlay.optimizer.case_task import Pool

CONNECT_S = 10


@contextmanager
def open_executor(address: str | None, jobs: int) -> Iterator[Executor]:
    """Open the executor of an address: None for the local pool, or ``dask:tcp://HOST:PORT``.

    The local pool has one thread and one HiGHS process a job: threads wait for their solver, which runs beside Python.

    Raises
    ------
    InputError
        If the address is not one, dask is not installed, or its scheduler cannot be reached.
    """
    if address is None:
        solvers = Pool()
        pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="outlay", initializer=solvers.join)
        try:
            yield pool
        finally:
            # Ending the solvers first frees threads that still wait for one after an interruption.
            pool.shutdown(wait=False, cancel_futures=True)
            solvers.end()
            pool.shutdown(wait=True)
        return
    kind, _, target = address.partition(":")
    if kind != "dask" or not target:
        raise InputError.single("executor", "this executor is unknown", "write dask:tcp://HOST:PORT", value=address)
    with _dask(target) as executor:
        yield executor


@contextmanager
def _dask(target: str) -> Iterator[Executor]:
    try:
        from distributed import Client  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise InputError.single("executor", "dask is not installed", "pip install 'outlay[dask]'") from error
    # A client that cannot connect closes itself when it is collected, and waits for ever if that happens while another
    # one is being made. So none is collected meanwhile, and one that failed is collected at once.
    client, failure = None, ""
    with PauseGC():
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
