"""Messages between the engine and its solver process: a dictionary with arrays, in one length-prefixed frame.

Nothing is ever unpickled, so a child that writes garbage can be refused but can do no harm.
"""

from __future__ import annotations

import io
import json
import struct
from typing import IO, Any

import numpy as np

MAGIC = b"OUTLAY01"
_HEADER = struct.Struct(">8sQ")
LONGEST_FRAME = 16 * 2**30
#: Bytes read at once: what a garbled header announces is not set aside before it comes.
MOST_AT_ONCE = 2**20


class BadFrameError(Exception):
    """The bytes are no frame of ours."""


def write_frame(stream: IO[bytes], message: dict[str, Any]) -> None:
    """Write a message: arrays as arrays, everything else as JSON."""
    arrays = {key: item for key, item in message.items() if isinstance(item, np.ndarray)}
    plain = {key: item for key, item in message.items() if not isinstance(item, np.ndarray)}
    arrays["__json__"] = np.frombuffer(json.dumps(plain).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    payload = buffer.getbuffer()
    _write(stream, memoryview(_HEADER.pack(MAGIC, len(payload))))
    _write(stream, payload)
    stream.flush()


def _write(stream: IO[bytes], rest: memoryview) -> None:
    """Write all; an unbuffered stream may take less at a time."""
    while len(rest):
        rest = rest[stream.write(rest) :]


def _read(stream: IO[bytes], length: int) -> bytes:
    """Read so many bytes, or what there is before the end; an unbuffered stream may give less at a time."""
    parts, missing = [], length
    while missing and (part := stream.read(min(missing, MOST_AT_ONCE))):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def read_frame(stream: IO[bytes]) -> dict[str, Any] | None:
    """Return the next message, or None at the end of the stream.

    Raises
    ------
    BadFrameError
        If what comes is not a whole frame.
    """
    header = _read(stream, _HEADER.size)
    if not header:
        return None
    if len(header) < _HEADER.size:
        raise BadFrameError("the stream ends inside a header")
    magic, length = _HEADER.unpack(header)
    if magic != MAGIC or length > LONGEST_FRAME:
        raise BadFrameError("this is not one of our messages")
    payload = _read(stream, length)
    if len(payload) < length:
        raise BadFrameError("the stream ends inside a message")
    try:
        with np.load(io.BytesIO(payload), allow_pickle=False) as arrays:
            message = {key: arrays[key] for key in arrays.files}
        plain = json.loads(message.pop("__json__").tobytes())
    except Exception as error:  # whatever such bytes may bring about
        raise BadFrameError(f"a message cannot be read: {error}") from error
    if not isinstance(plain, dict):
        raise BadFrameError("a message is no dictionary")
    return {**message, **plain}
