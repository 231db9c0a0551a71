"""What a process that was forked off forgets of its parent: threads that it does not have may hold locks for ever."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from functools import cached_property

#: Packages whose properties may be computed in one thread while another one forks.
PACKAGES = ("outlay.", "networkx.")


def in_child(forget: Callable[[], None]) -> None:
    """Let something be done in every process that is forked off, where the system forks."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget)


def _unlock_properties() -> None:
    """Unlock cached properties: up to Python 3.11 all objects of a class share a lock while one of them computes."""
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(PACKAGES)]
    for module in modules:
        for kind in list(vars(module).values()):
            if isinstance(kind, type) and kind.__module__ == module.__name__:
                for member in vars(kind).values():
                    if isinstance(member, cached_property):
                        member.lock = threading.RLock()  # type: ignore[attr-defined]


if sys.version_info < (3, 12):
    in_child(_unlock_properties)
