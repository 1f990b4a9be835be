"""Values in Redis under a seal: what is cut off, spoilt or another name's is not believed."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

SEAL_BYTES: Final = 16


def sealed(name: str, held: bytes) -> bytes:
    """`held` under the seal of `name`."""
    return _seal(name, held) + held


def opened(name: str, value: bytes) -> bytes | None:
    """What was sealed under this very name; None where the value is anything else."""
    held = value[SEAL_BYTES:]
    return held if value[:SEAL_BYTES] == _seal(name, held) else None


def _seal(name: str, held: bytes) -> bytes:
    return blake2b(name.encode() + held, digest_size=SEAL_BYTES).digest()
