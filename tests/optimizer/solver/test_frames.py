"""Messages between engine and solver: what is written is read, and what is none of ours is refused."""

from __future__ import annotations

import ast
import io
import itertools
import json
from typing import Any

import numpy as np
import pytest

from outlay.optimizer.solver.frames import MAGIC, BadFrameError, read_frame, write_frame


def written(message: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    write_frame(stream, message)
    return stream.getvalue()


def read(data: bytes) -> dict[str, Any] | None:
    return read_frame(io.BytesIO(data))


@pytest.mark.parametrize(
    "array",
    [
        np.array([0.1, np.inf, np.nan, -0.0]),
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(10)[::3],
        np.array([True, False]),
        np.zeros((0, 4)),
        np.array(2.5),
        np.array([1, 2], dtype=np.int32),
    ],
    ids=["floats", "a table", "by columns", "a stride", "flags", "none", "a number", "short"],
)
def test_what_is_written_is_read(array: np.ndarray) -> None:
    message = read(written({"kind": "any", "amount": 0.1, "nothing": None, "array": array}))
    assert message is not None
    assert {key: message[key] for key in ("kind", "amount", "nothing")} == {
        "kind": "any",
        "amount": 0.1,
        "nothing": None,
    }
    np.testing.assert_array_equal(message["array"], array)
    assert (message["array"].dtype, message["array"].shape) == (array.dtype, array.shape)
    assert message["array"].flags.writeable
    assert message["array"].flags.aligned


def test_messages_follow_each_other_up_to_the_end() -> None:
    stream = io.BytesIO(written({"number": 1}) + written({"number": 2}))
    assert [read_frame(stream), read_frame(stream), read_frame(stream)] == [{"number": 1}, {"number": 2}, None]


def test_nothing_is_parsed_as_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads that parse at once confuse each other in Python 3.11."""
    data = written({"array": np.arange(3)})
    monkeypatch.setattr(ast, "parse", lambda *_: pytest.fail("something was parsed"))
    assert read(data)["array"].tolist() == [0, 1, 2]  # type: ignore[index]


@pytest.mark.parametrize(
    "value", [np.array(["a"]), np.array([object()]), {1, 2}, b"x"], ids=["texts", "objects", "a set", "bytes"]
)
def test_what_is_no_number_is_not_written(value: Any) -> None:
    with pytest.raises(TypeError):
        written({"value": value})


def framed(told: Any, data: bytes = b"", length: int | None = None) -> bytes:
    text = told if isinstance(told, bytes) else json.dumps(told).encode()
    text += b" " * (-len(text) % 8)
    payload = (len(text) if length is None else length).to_bytes(8, "big") + text + data
    return MAGIC + len(payload).to_bytes(8, "big") + payload


@pytest.mark.parametrize(
    "data",
    [
        b"x" * 20,
        MAGIC,
        MAGIC + (2**60).to_bytes(8, "big"),
        MAGIC + (4).to_bytes(8, "big") + b"abcd",
        framed([{}, []])[:-1],
        framed(b"{"),
        framed(b"\xff"),
        framed(b"[" * 100_000),
        framed({}),
        framed(3),
        framed([3, []]),
        framed([{}]),
        framed([{}, 3]),
        framed([{}, [["a", "<f8"]]]),
        framed([{}, [["a", "|O", [1]]]], b"x" * 8),
        framed([{}, [["a", "i4,f8", [1]]]], b"x" * 16),
        framed([{}, [["a", "<f8", [2]]]], b"x" * 8),
        framed([{}, [["a", "<f8", [1]]]], b"x" * 16),
        framed([{}, [["a", "<f8", [-1]]]], b""),
        framed([{}, [["a", "<f8", [0.5]]]], b"x" * 8),
        framed([{}, [["a", "<f8", ["1"]]]], b"x" * 8),
        framed([{}, [[1, "<f8", [1]]]], b"x" * 8),
        framed([{}, [["a", "<f8", [2**62, 4]]]], b"x" * 8),
        framed([{}, []], length=10**9),
    ],
    ids=itertools.count(),
)
def test_what_is_none_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(BadFrameError):
        read(data)
