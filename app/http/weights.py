"""Headers that list what a caller takes, each with its weight (RFC 9110, section 12.4.2)."""

from __future__ import annotations

import re

LONGEST = 4_096
WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


def weighed(header: str) -> list[tuple[str, float]]:
    """The names in lower case and their weights, in the header's order; a bad weight is 0."""
    parts = [part for part in header[:LONGEST].split(",") if part.strip()]
    return [(part.partition(";")[0].strip().lower(), _weight(part)) for part in parts]


def _weight(part: str) -> float:
    for parameter in part.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            return float(value) if WEIGHT.fullmatch(value.strip()) else 0.0
    return 1.0
