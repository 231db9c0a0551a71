"""Messages between the engine and its solver process: a dictionary with arrays, in one length-prefixed frame.

Nothing is ever unpickled, so a child that writes garbage can be refused but can do no harm. A frame is a header of
JSON - what is plain, and key, type and shape of each array - and then the arrays as they lie in memory. Not an archive
of NumPy's: that parses a line of Python for every array, which two threads must not do at once in Python 3.11.
"""

from __future__ import annotations

import json
import math
import struct
from typing import IO, Any

import numpy as np

MAGIC = b"OUTLAY02"
_HEADER = struct.Struct(">8sQ")
_LENGTH = struct.Struct(">Q")
#: Kinds of numbers that arrays may hold: booleans, integers, floats.
_TYPES = {np.dtype(code).str: np.dtype(code) for code in ("?", "i1", "u1", "i2", "i4", "u4", "i8", "u8", "f4", "f8")}
LONGEST_FRAME = 16 * 2**30
#: Bytes read at once: what a garbled header announces is not set aside before it comes.
MOST_AT_ONCE = 2**20


class BadFrameError(Exception):
    """The bytes are no frame of ours."""


def write_frame(stream: IO[bytes], message: dict[str, Any]) -> None:
    """Write a message: arrays as arrays, everything else as JSON.

    Raises
    ------
    TypeError
        If an array holds something else than numbers, or JSON has no word for a value.
    """
    arrays = {key: np.ascontiguousarray(item) for key, item in message.items() if isinstance(item, np.ndarray)}
    plain = {key: item for key, item in message.items() if key not in arrays}
    for key, item in arrays.items():
        if item.dtype.str not in _TYPES:
            raise TypeError(f"{key} is an array of {item.dtype}")
    shapes = [[key, item.dtype.str, np.shape(message[key])] for key, item in arrays.items()]
    told = json.dumps([plain, shapes], default=_plain).encode()
    told += b" " * (_padded(len(told)) - len(told))
    length = _LENGTH.size + len(told) + sum(_padded(item.nbytes) for item in arrays.values())
    _write(stream, memoryview(_HEADER.pack(MAGIC, length) + _LENGTH.pack(len(told)) + told))
    for item in arrays.values():
        _write(stream, item.reshape(-1).view(np.uint8).data)
        _write(stream, memoryview(bytes(_padded(item.nbytes) - item.nbytes)))
    stream.flush()


def _plain(item: object) -> object:
    """Return a number of NumPy's as a plain one, for JSON."""
    if isinstance(item, np.generic):
        return item.item()
    raise TypeError(f"a {type(item).__name__} is nothing that JSON has a word for")


def _padded(size: int) -> int:
    """Return a number of bytes rounded up, so that every array lies in memory as the processor likes it."""
    return -(-size // 8) * 8


def _write(stream: IO[bytes], rest: memoryview) -> None:
    """Write all; an unbuffered stream may take less at a time."""
    while len(rest):
        rest = rest[stream.write(rest) :]


def _read(stream: IO[bytes], length: int) -> bytearray:
    """Read so many bytes, or what there is before the end; an unbuffered stream may give less at a time."""
    found = bytearray()
    while len(found) < length and (part := stream.read(min(length - len(found), MOST_AT_ONCE))):
        found += part
    return found


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
        return _message(payload)
    except (LookupError, TypeError, ValueError, RecursionError, struct.error) as error:
        raise BadFrameError(f"a message cannot be read: {error}") from error


def _message(payload: bytearray) -> dict[str, Any]:
    """Return the message that the bytes of a frame hold.

    Raises
    ------
    BadFrameError
        If it is no dictionary.
    LookupError, TypeError, ValueError, RecursionError, struct.error
        If it is none of ours.
    """
    (told,) = _LENGTH.unpack_from(payload)
    place = _LENGTH.size + told
    if place > len(payload):
        raise ValueError("it is shorter than it says")
    plain, shapes = json.loads(payload[_LENGTH.size : place])
    if not isinstance(plain, dict):
        raise BadFrameError("a message is no dictionary")
    message: dict[str, Any] = {}
    for key, code, shape in shapes:
        kind, many = _TYPES[code], math.prod(shape)
        if not isinstance(key, str) or not all(isinstance(size, int) and size >= 0 for size in shape):
            raise ValueError("an array has no name or no shape")
        if place + many * kind.itemsize > len(payload):
            raise ValueError("it is shorter than it says")
        message[key] = np.frombuffer(payload, kind, many, place).reshape(shape)
        place += _padded(many * kind.itemsize)
    if place != len(payload):
        raise ValueError("it is longer than it says")
    return {**message, **plain}
