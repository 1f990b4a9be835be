"""Holds a page's records to their stream's contract, before anything is made of them.

Records of one shape (names and JSON types) are looked at once: a page has a handful of shapes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, Final

from core.jsonvalue import JSONValue
from core.records.drift import Change, Drift, DriftKind, DriftPolicy, StreamContract

_JSON: Final[Mapping[type, str]] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
    NoneType: "null",
}
_SAMPLED: Final = 64
"""About so many records of a page are looked at where nothing depends on seeing every one."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract at work in one run; it remembers shapes, and new fields that it has told."""

    terms: StreamContract
    _shapes: dict[Any, tuple[Change, ...]] = field(default_factory=dict, repr=False, compare=False)
    _told: set[Change] = field(default_factory=set, repr=False, compare=False)

    def drift(self, row: Mapping[str, JSONValue]) -> tuple[Change, ...]:
        """How `row` is not as expected, without what was accepted or told."""
        shape = _nested(row) if self._is_nested else _flat(row)
        found = self._shapes.get(shape)
        if found is None:
            found = self._shapes[shape] = tuple(self._changes(row))
        return found

    def tell(self, changes: Mapping[Change, int]) -> tuple[Drift, ...]:
        """What is to be told of `changes`: a new field once in a run."""
        expected = dict(self.terms.fields)
        told = [
            Drift(change, expected.get(change.field, ""), count)
            for change, count in sorted(changes.items())
            if change not in self._told
        ]
        self._told.update(each.change for each in told if _is_new(each.change))
        return tuple(told)

    def suspects(self, rows: Sequence[JSONValue]) -> Iterator[JSONValue]:
        """The rows to look at first; where one of them has drifted, all are looked at.

        All of them under a policy that acts. Under EVOLVE, which only tells, a sample, and one
        of each set of names: what is not read as its kind is refused in any case.
        """
        if self.terms.policy is not DriftPolicy.EVOLVE:
            yield from rows
            return
        yield from rows[:: max(1, len(rows) // _SAMPLED)]
        if not self._is_nested:
            objects = [row for row in rows if isinstance(row, dict)]
            yield from dict(zip(map(tuple, objects), objects, strict=True)).values()

    @property
    def _is_nested(self) -> bool:
        return any("." in path for path, _ in self.terms.fields)

    def _changes(self, row: Mapping[str, JSONValue]) -> Iterator[Change]:
        fields = dict(self.terms.fields)
        passed = {*self.terms.accepted, *(each for each in self.terms.known if _is_new(each))}
        found = dict(_leaves(row, fields))
        for path, kind in found.items():
            if path not in fields:
                change = Change(DriftKind.NEW_FIELD, path, kind)
            elif kind != "null" and kind not in fields[path].split("|"):
                change = Change(DriftKind.CHANGED_TYPE, path, kind)
            else:
                continue
            if change not in passed:
                yield change
        for path in self.terms.required:
            change = Change(DriftKind.MISSING_FIELD, path, "null")
            if found.get(path, "null") == "null" and change not in passed:
                yield change


@dataclass(frozen=True, slots=True)
class Held:
    """Records as their contract lets them on; `refused` names those that it does not, and why.

    `is_frozen`: none of them may go in.
    """

    records: Sequence[JSONValue]
    drift: tuple[Drift, ...] = ()
    refused: Mapping[int, Change] = field(default_factory=dict)
    is_frozen: bool = False


def hold(records: Sequence[JSONValue], contract: Contract | None) -> Held:
    """`records` held to `contract`."""
    if contract is None or not _has_drifted(records, contract):
        return Held(records)
    found = [contract.drift(row) if isinstance(row, dict) else () for row in records]
    counts = Counter(change for changes in found for change in changes)
    drift = contract.tell(counts)
    if all(map(_is_new, counts)):
        return Held(records, drift)
    policy = contract.terms.policy
    if policy is DriftPolicy.DISCARD_FIELD:
        kept = [_without(row, each) for row, each in zip(records, found, strict=True)]
        return Held(kept, drift)
    refused = {}
    if policy is DriftPolicy.DISCARD_ROW:
        firsts = ((n, [c for c in each if not _is_new(c)]) for n, each in enumerate(found))
        refused = {position: each[0] for position, each in firsts if each}
    return Held(records, drift, refused, is_frozen=policy is DriftPolicy.FREEZE)


def _has_drifted(records: Sequence[JSONValue], contract: Contract) -> bool:
    drift = contract.drift
    return any(drift(row) for row in contract.suspects(records) if isinstance(row, dict))


def _is_new(change: Change) -> bool:
    return change.kind is DriftKind.NEW_FIELD


def _without(row: JSONValue, changes: Sequence[Change]) -> JSONValue:
    for change in changes:
        if change.kind is DriftKind.CHANGED_TYPE:
            row = _cut(row, change.field.split("."))
    return row


def _cut(row: JSONValue, path: Sequence[str]) -> JSONValue:
    name, *rest = path
    if not isinstance(row, dict) or name not in row:
        return row
    if rest:
        return {**row, name: _cut(row[name], rest)}
    return {key: value for key, value in row.items() if key != name}


def _leaves(
    row: Mapping[str, JSONValue], fields: Mapping[str, str], prefix: str = ""
) -> Iterator[tuple[str, str]]:
    """Dotted paths and JSON types; an object is gone into where the contract does so too."""
    for name, value in row.items():
        path = f"{prefix}{name}"
        inside = f"{path}."
        if isinstance(value, dict) and any(each.startswith(inside) for each in fields):
            yield from _leaves(value, fields, inside)
        else:
            yield path, _JSON[type(value)]


def _flat(row: Mapping[str, JSONValue]) -> tuple[object, ...]:
    return *row, *map(type, row.values())


def _nested(row: Mapping[str, JSONValue]) -> tuple[object, ...]:
    return tuple(
        (name, _nested(value)) if type(value) is dict else (name, type(value))
        for name, value in row.items()
    )
