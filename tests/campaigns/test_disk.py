"""The campaign against disks sees what it looks for."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.campaigns import disk
from tests.campaigns.tally import Ending


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("name", "broken", "attack"),
    [
        ("outlay.optimizer.compare.lock._is_free", lambda _: True, disk._two_comparisons),
        *(
            pytest.param(*broken, marks=pytest.mark.slow)
            for broken in (
                ("outlay.instances.formats.output.Path.unlink", lambda *_, **__: None, disk._full_at_any_byte),
                ("outlay.instances.formats.output._FULL", frozenset[int](), disk._full_at_any_byte),
                ("outlay.optimizer.compare.folder.ComparisonFolder.write", lambda *_: None, disk._missing_folder),
            )
        ),
    ],
)
def test_a_promise_that_is_broken_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, broken: object, attack: object
) -> None:
    monkeypatch.setattr(name, broken)
    monkeypatch.setattr(disk, "ATTACKS", (attack,))
    monkeypatch.setattr(disk, "COMMANDS", {"compare tutorial --sets base,more-money -o {place}": "out"})
    monkeypatch.setattr(disk, "MOST_ROOM", 4)
    tally = disk.run(Ending(cases=1), Random(1))
    assert tally.failed.total() == 1, [*tally.lines()]


def test_what_is_half_written_is_seen(tmp_path: Path) -> None:
    for name, text in (("a.json", '{"half'), (".a.json.0123456789ab.tmp", ""), ("page.html", "<html>")):
        file = tmp_path / name
        file.write_text(text)
        assert name in str(disk.not_whole(tmp_path))
        file.unlink()
    assert disk.not_whole(tmp_path) is None
