"""Randomness without state: every draw is a hash of what it is about.

The world has to give the same number for the same (seed, entity, day) after a restart, in any
order and for any range, so nothing here advances a generator.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Keys: TypeAlias = npt.NDArray[np.uint64]
Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]

_Option = TypeVar("_Option")

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_UNIT: Final = 2.0**-53


def key_of(*parts: object) -> int:
    """A stable 64-bit key for a path of names, the same in every process."""
    text = "\x1f".join(str(part) for part in parts).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


def _mix(values: Keys) -> Keys:
    """The finaliser of splitmix64 (Steele, Lea & Flood 2014)."""
    mixed = (values ^ (values >> np.uint64(30))) * _MIX_1
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_2
    return mixed ^ (mixed >> np.uint64(31))


def uniforms(keys: Keys, days: Ints, stream: str) -> Floats:
    """Uniform draws in [0, 1), one row per key and one column per day."""
    rows = _mix(keys ^ np.uint64(key_of(stream)))
    columns = days.astype(np.uint64) * _GOLDEN
    bits = _mix(rows[:, None] + columns[None, :]) >> np.uint64(11)
    return bits.astype(np.float64) * _UNIT


def normals(keys: Keys, days: Ints, stream: str) -> Floats:
    """Standard normal draws (Box-Muller), one row per key and one column per day."""
    radius = np.sqrt(-2.0 * np.log1p(-uniforms(keys, days, f"{stream}/radius")))
    normal: Floats = radius * np.cos(2.0 * np.pi * uniforms(keys, days, f"{stream}/angle"))
    return normal


@dataclass(frozen=True, slots=True)
class Dice:
    """Named draws about one thing, for the few scalar choices that shape an account."""

    key: int

    def fraction(self, name: str) -> float:
        """A uniform draw in [0, 1)."""
        return key_of(self.key, name) / 2.0**64

    def between(self, name: str, low: float, high: float) -> float:
        """A uniform draw in [low, high)."""
        return low + (high - low) * self.fraction(name)

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number in [low, high], both ends included."""
        return low + int(self.fraction(name) * (high - low + 1))

    def pick(self, name: str, options: tuple[_Option, ...]) -> _Option:
        """One of the options, equally likely."""
        return options[self.whole(name, 0, len(options) - 1)]
