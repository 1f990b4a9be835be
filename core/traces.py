"""Traces of figures as text that clients hand back: base64url of JSON, meant for nobody to read."""

from __future__ import annotations

import base64
import binascii
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from core.errors import BadInput
from core.records.performance import PerformanceDimension, Trace

_JSON: Final = TypeAdapter(Trace)
_IDS: Final = frozenset({PerformanceDimension.CONNECTION, PerformanceDimension.CAMPAIGN})
_MOST: Final = 100_000
"""Characters of a trace, at most: it may name a thousand of everything that filters name."""


def written(trace: Trace) -> str:
    """The text of a trace; the same for the same figure."""
    told = _JSON.dump_json(trace, exclude_defaults=True)
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def read(text: str) -> Trace:
    """The trace of a text, or BadInput."""
    if len(text) > _MOST:
        raise _not_one()
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        told = base64.b64decode(padded, altchars=b"-_", validate=True)
        trace = _JSON.validate_json(told)
        _check_ids(trace)
    except (ValueError, binascii.Error, ValidationError, BadInput) as error:
        raise _not_one() from error
    # No database could hold the character NUL.
    if trace.as_of.tzinfo is None or rb"\u0000" in told:
        raise _not_one()
    return trace


def _check_ids(trace: Trace) -> None:
    for dimension, value in trace.group:
        if dimension in _IDS and value is not None:
            UUID(value)


def _not_one() -> BadInput:
    return BadInput(
        "trace is not one that a figure was answered with",
        field="trace",
        mend="pass the trace of a figure unchanged",
    )
