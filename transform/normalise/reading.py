"""Reads a page's records field by field and remembers why a record cannot go in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.jsonvalue import JSONObject, JSONValue
from core.quality import CriticalCheck
from core.records.drift import Change, DriftKind
from core.records.ingestion import Rejection
from core.sources import QualityRules
from transform.normalise.columns import ArrowColumn, Mask, parsed
from transform.normalise.context import PageContext
from transform.normalise.contract import Contract, hold
from transform.normalise.replay import Replay, corrected

_ZERO: Final = pa.scalar(0)
_FALSE: Final = pa.scalar(False)  # noqa: FBT003 -- a scalar, not a switch

MEND: Final = "mend it at the source and read the days again, or replay the record"

DRIFTED: Final = "see schemaChanges; set another policy for the stream, then replay the record"

_WANTED: Final = {
    "text": "a text",
    "integer": "a whole number",
    "amount": "a number",
    "date": "a date such as 2026-11-22",
}


_CHECKS: Final = {
    "date": CriticalCheck.DATE_KNOWN,
    "integer": CriticalCheck.VALUE_POSSIBLE,
    "amount": CriticalCheck.VALUE_POSSIBLE,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a record, at which of its fields; `check` None: the field tells."""

    field: str
    reason: str
    mend: str
    check: CriticalCheck | None = None


class Reading:
    """One page's records as columns. A record is refused once, for the first thing found.

    `latest`: the last day that can have happened; None where nobody asks.
    """

    def __init__(
        self,
        records: Sequence[JSONValue],
        replay: Replay | None,
        contract: Contract | None,
        latest: date | None = None,
    ) -> None:
        self.latest = latest
        # What somebody corrected is held to nothing but what every record must be.
        held = hold(corrected(records, replay), None) if replay else hold(records, contract)
        self.held = held
        self.records = held.records
        self.replay = replay
        self._rows: list[JSONObject] = [r if isinstance(r, dict) else {} for r in self.records]
        self._faults: dict[int, Fault] = {}
        stray = np.array([not isinstance(r, dict) for r in self.records], dtype=bool)
        self.refuse(stray, "", "the record is not an object")
        for position, change in held.refused.items():
            self._faults.setdefault(position, _drifted(change))

    @classmethod
    def of(cls, records: Sequence[JSONValue], context: PageContext) -> Reading:
        """The records of a page, corrected and held to their contract as `context` says."""
        return cls(records, context.replay, context.contract, context.latest)

    @property
    def fetched(self) -> int:
        """How many records the page has."""
        return len(self.records)

    def values(self, field: str) -> list[JSONValue]:
        """The raw values of `field`, None where absent."""
        return [row.get(field) for row in self._rows]

    def column(
        self, field: str, kind: str, *, is_required: bool = False, may_be_negative: bool = True
    ) -> ArrowColumn:
        """`field` as a column of `kind`; refuses records whose value does not fit."""
        return self.typed(
            self.values(field),
            field,
            kind,
            is_required=is_required,
            may_be_negative=may_be_negative,
        )

    def typed(
        self,
        values: Sequence[JSONValue],
        field: str,
        kind: str,
        *,
        is_required: bool = False,
        may_be_negative: bool = True,
    ) -> ArrowColumn:
        """`values`, taken from `field`, as a column of `kind`."""
        column = parsed(values, kind)
        check = _CHECKS.get(kind)
        self.refuse(column.unread, field, f"is not {_WANTED[kind]}", check=check)
        if is_required:
            self.refuse(mask(pc.is_null(column.values)), field, "is missing", check=check)
        if not may_be_negative:
            self.refuse(mask(pc.less(column.values, _ZERO)), field, "is negative", check=check)
        return column.values

    def refuse(
        self,
        refused: Mask,
        field: str,
        reason: str,
        mend: str = MEND,
        *,
        check: CriticalCheck | None = None,
    ) -> None:
        """Refuse the marked records, unless they already are; `check` None: the field tells."""
        for position in np.flatnonzero(refused).tolist():
            self._faults.setdefault(position, Fault(field, reason, mend, check))

    @property
    def accepted(self) -> Mask:
        """Which records go in."""
        accepted = np.ones(len(self.records), dtype=bool)
        accepted[list(self._faults)] = False
        return accepted

    def rejections(self, rules: QualityRules) -> tuple[Rejection, ...]:
        """The refused records, in the order of the page; of a replay, those it put in."""
        faulty = sorted(self._faults)
        if self.replay is not None:
            faulty = [position for position in self.replay.positions if position in self._faults]
        return tuple(self._rejection(position, rules) for position in faulty)

    def _rejection(self, position: int, rules: QualityRules) -> Rejection:
        fault, record = self._faults[position], self.records[position]
        payload = record if isinstance(record, dict) else {"value": record}
        reason = f"{fault.field} {fault.reason}".strip()
        check = fault.check or rules.critical_of(fault.field)
        return Rejection(position, fault.field, reason, fault.mend, payload, check)


def _drifted(change: Change) -> Fault:
    is_missing = change.kind is DriftKind.MISSING_FIELD
    reason = "is missing" if is_missing else f"has another type than expected: {change.found}"
    return Fault(change.field, reason, DRIFTED)


def mask(flags: ArrowColumn) -> Mask:
    """A boolean column as a mask; null is no."""
    found: Mask = flags.fill_null(_FALSE).to_numpy(zero_copy_only=False)
    return found
