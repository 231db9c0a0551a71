"""A file is read whole, whatever size it says it has, and no more memory is asked for than it needs."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from outlay.instances.formats.files import MAX_FILE_MB, text_of_file


def test_no_more_memory_is_asked_for_than_a_file_has(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("id\nA\n")
    tracemalloc.start()
    try:
        assert text_of_file(path, path.name, MAX_FILE_MB) == "id\nA\n"
        assert tracemalloc.get_traced_memory()[1] < 2e6
    finally:
        tracemalloc.stop()


def test_a_file_that_has_more_than_it_says_is_read_to_its_end() -> None:
    status = Path("/proc/self/status")
    assert status.stat().st_size == 0
    assert "VmPeak" in text_of_file(status, "status", MAX_FILE_MB)
