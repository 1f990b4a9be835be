"""The few forms of Protocol Buffers that a trace is written in.

https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct

_VARINT, _DOUBLE, _BYTES = 0, 1, 2


def varint(value: int) -> bytes:
    """A number of at least 0, seven bits a byte, least significant first."""
    written = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - what seven bits hold
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def number(field: int, value: int) -> bytes:
    """A field of an unsigned integer."""
    return varint(field << 3 | _VARINT) + varint(value)


def double(field: int, value: float) -> bytes:
    """A field of a double."""
    return varint(field << 3 | _DOUBLE) + struct.pack("<d", value)


def message(field: int, body: bytes) -> bytes:
    """A field of an encoded message."""
    return varint(field << 3 | _BYTES) + varint(len(body)) + body


def text(field: int, value: str) -> bytes:
    """A field of text; what is no Unicode in it is replaced."""
    return message(field, value.encode("utf-8", "replace"))
