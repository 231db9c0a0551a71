"""Memory that nobody uses goes back to the system, which an allocator otherwise keeps for what may come.

glibc keeps freed arrays of up to 32 MB each once some have been freed. On MineLib's zuck_small that is a third of what
making its model has taken, and of what HiGHS takes for a while, in every process that holds the problem.
"""

from __future__ import annotations

import ctypes
import sys

#: Arrays above so many bytes go back at once in a solver process; what is smaller is soon used again.
LARGE_BYTES = 4 * 2**20
#: Environment of a process of which that is so.
AT_ONCE = {"MALLOC_MMAP_THRESHOLD_": str(LARGE_BYTES)}
#: A problem with more nonzeros is large.
LARGE = 1_000_000


def give_back() -> None:
    """Give free memory back, where the allocator knows how; takes milliseconds."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
