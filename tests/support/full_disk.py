"""A disk that gets full: after so many bytes, or at one write."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest


class FullDisk:
    """Has room for so many bytes of what is written through `outlay.instances.formats.output` and `Path.write_text`.

    Attributes
    ----------
    left
        Bytes of room; less than none once something was refused.
    writes
        How many files were begun.
    """

    def __init__(self, room: float, patch: pytest.MonkeyPatch, *, only: int | None = None) -> None:
        self.left, self.writes, self._only = room, 0, only
        opened, text = os.fdopen, Path.write_text

        def fdopen(handle: int, mode: str = "r", *rest: Any) -> Any:
            return _Metered(opened(handle, mode, *rest), self) if mode == "wb" else opened(handle, mode, *rest)

        def write_text(path: Path, data: str, **options: Any) -> int:
            self.take(len(data))
            return text(path, data, **options)

        patch.setattr("outlay.instances.formats.output.os.fdopen", fdopen)
        patch.setattr(Path, "write_text", write_text)

    def take(self, size: int) -> None:
        """Write so many bytes, or refuse."""
        self.writes += 1
        self.left -= size
        if self.left < 0 or self.writes == self._only:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class _Metered:
    def __init__(self, file: Any, disk: FullDisk) -> None:
        self.file, self.disk = file, disk

    def __enter__(self) -> _Metered:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, data: bytes) -> int:
        self.file.write(data[: int(max(0, min(len(data) // 2, self.disk.left)))])
        self.disk.take(len(data))
        self.file.seek(0)
        return int(self.file.write(data))
