"""A page of Google Ads: its two answers read exactly, and joined by entity and day.

A number keeps the text that it was sent as; no float stands in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from core.errors import BadInput
from core.jsonvalue import JSONValue, exact_json
from transform.normalise.replay import Replay, corrected

PURCHASE: Final = "PURCHASE"
CATEGORY: Final = "segments.conversionActionCategory"
DAY: Final = "segments.date"
DEVICE: Final = "segments.device"
ABSENT: Final = "0"
"""Google leaves out rows in which everything is zero."""

FIGURES: Final = ("conversions", "conversionsValue", "allConversions", "allConversionsValue")
ROW_FIGURES: Final = (*FIGURES, "interactions", "viewThroughConversions")

_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")
_MICROS: Final = 10**6

Categories = Mapping[str, Mapping[str, JSONValue]]
"""By conversion action category, its metrics."""

Key = tuple[JSONValue, JSONValue, JSONValue]

NO_CATEGORIES: Final[Categories] = {}


@dataclass(frozen=True, slots=True)
class Joined:
    """The records of a page, and beside each the conversions of its entity, day and device."""

    records: Sequence[JSONValue]
    categories: Sequence[Categories]


@dataclass(frozen=True, slots=True)
class Purchases:
    """Purchases of a row; no type where the row has none."""

    type: str | None
    count: JSONValue
    value: JSONValue


def joined(body: bytes, entity: str, replay: Replay | None = None) -> Joined:
    """Both answers of a page, joined; BadInput when the page as a whole cannot be read."""
    content = _parsed(body)
    metrics = list(_rows(content, "metrics"))
    segmented: dict[Key, list[JSONValue]] = {}
    for row in _rows(content, "conversions"):
        segmented.setdefault(_key(row, entity), []).append(row)
    known = {_key(row, entity) for row in metrics}
    orphans = [_without_figures(rows[0]) for key, rows in segmented.items() if key not in known]
    records = corrected([*metrics, *orphans], replay)
    found = [_by_category(segmented.get(_key(row, entity), ())) for row in records]
    return Joined(records, found)


def valued(record: JSONValue, path: str) -> JSONValue:
    """What stands at a dotted path of a record, None where nothing does."""
    found: Any = record
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found  # type: ignore[no-any-return]  # JSON all the way down


def micros_text(value: JSONValue) -> JSONValue:
    """A whole number of millionths as a decimal text, exactly; what is none stays unreadable."""
    if value is None:
        return None
    text = str(value)
    if not _WHOLE.fullmatch(text) or isinstance(value, bool):
        return f"{text} micros"
    whole, rest = divmod(abs(int(text)), _MICROS)
    return f"{'-' if text.startswith('-') else ''}{whole}.{rest:06d}"


def purchase(categories: Categories) -> Purchases:
    """The row's purchases; none at all where its account tells of none."""
    found = categories.get(PURCHASE)
    if found is None:
        return Purchases(None, ABSENT, ABSENT)
    return Purchases(
        PURCHASE, found.get("conversions", ABSENT), found.get("conversionsValue", ABSENT)
    )


def categories_json(record: JSONValue, categories: Categories) -> bytes:
    """The row's conversions of every kind and by category as compact JSON, in a fixed order."""
    metrics = valued(record, "metrics")
    told = metrics if isinstance(metrics, dict) else {}
    row = {name: told[name] for name in ROW_FIGURES if name in told}
    return orjson.dumps({**row, "categories": categories}, option=orjson.OPT_SORT_KEYS)


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        orjson.loads(body)
        content = exact_json(body)
    except ValueError as error:
        raise BadInput(f"the page is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadInput("the page is not an object of two answers")
    return content


def _rows(content: Mapping[str, Any], answer: str) -> Iterator[JSONValue]:
    batches = content.get(answer)
    if not isinstance(batches, list):
        raise BadInput(f"the page has no list of batches under `{answer}`")
    for batch in batches:
        rows = batch.get("results", []) if isinstance(batch, dict) else None
        if not isinstance(rows, list):
            raise BadInput(f"a batch of `{answer}` has no list of rows")
        yield from rows


def _key(row: JSONValue, entity: str) -> Key:
    return str(valued(row, entity)), str(valued(row, DAY)), str(valued(row, DEVICE))


def _by_category(rows: Sequence[JSONValue]) -> Categories:
    found: dict[str, Mapping[str, JSONValue]] = {}
    for row in rows:
        metrics = valued(row, "metrics")
        told = metrics if isinstance(metrics, dict) else {}
        found[str(valued(row, CATEGORY))] = {n: told[n] for n in FIGURES if n in told}
    return found or NO_CATEGORIES


def _without_figures(row: JSONValue) -> JSONValue:
    """Whose conversions these are, with nothing delivered."""
    nothing = {"costMicros": ABSENT, "impressions": ABSENT, "clicks": ABSENT}
    return {**row, "metrics": nothing} if isinstance(row, dict) else row
