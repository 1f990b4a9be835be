"""The part of the Google Ads query language that is understood here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sandbox.google_ads.errors import AdsError, query_error
from sandbox.google_ads.fields import (
    ATTRIBUTES,
    CATEGORY,
    DATE,
    DELIVERY_METRICS,
    FIELDS,
    LEVELS,
    METRICS,
    SEGMENTS,
)
from sandbox.world.records import Level

_QUERY: Final = re.compile(
    r"\s*SELECT\s+(?P<fields>.+?)\s+FROM\s+(?P<resource>\w+)"
    r"(?:\s+WHERE\s+(?P<where>.+?))?(?:\s+LIMIT\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_AND: Final = re.compile(r"\s+AND\s+(?=[a-z_]+\.)", re.IGNORECASE)
_DAYS: Final = re.compile(
    r"segments\.date\s+BETWEEN\s+['\"]([\d-]+)['\"]\s+AND\s+['\"]([\d-]+)['\"]", re.IGNORECASE
)
_DAY: Final = re.compile(r"segments\.date\s*=\s*['\"]([\d-]+)['\"]", re.IGNORECASE)
_CONDITION: Final = re.compile(
    r"([a-z_.]+)\s*(=|!=|IN)\s*\(?\s*([\w'\"\s,-]+?)\s*\)?", re.IGNORECASE
)
_SEES: Final = {
    Level.ACCOUNT: ("customer.",),
    Level.CAMPAIGN: ("customer.", "campaign."),
    Level.ADSET: ("customer.", "campaign.", "ad_group."),
    Level.AD: ("customer.", "campaign.", "ad_group.", "ad_group_ad."),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A field that has to be, or must not be, one of some values."""

    field: str
    is_wanted: bool
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Query:
    """A query that can be answered; `days` is None where nothing is counted."""

    fields: tuple[str, ...]
    level: Level
    days: tuple[date, date] | None
    conditions: tuple[Condition, ...]
    limit: int | None

    @property
    def metrics(self) -> tuple[str, ...]:
        """What is counted."""
        return tuple(name for name in self.fields if name in METRICS)


def parsed(text: str) -> Query:
    """The query, or the error that Google answers."""
    found = _QUERY.fullmatch(text)
    if found is None:
        raise query_error("QUERY_NOT_ENOUGH_TOKENS", "Error in query: expected SELECT … FROM ….")
    resource = found["resource"].lower()
    if resource not in LEVELS:
        message = f"'{resource}' is not a valid resource name in the FROM clause."
        raise query_error("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", message)
    fields = tuple(name.strip().lower() for name in found["fields"].split(","))
    query = _with_where(fields, LEVELS[resource], found["where"] or "", found["limit"])
    _check(query)
    return query


def _with_where(fields: tuple[str, ...], level: Level, where: str, limit: str | None) -> Query:
    days, conditions = None, []
    for part in _AND.split(where.strip()) if where else ():
        if match := _DAYS.fullmatch(part) or _DAY.fullmatch(part):
            days = (_date(match[1]), _date(match[match.lastindex or 1]))
        else:
            conditions.append(_condition(part))
    return Query(fields, level, days, tuple(conditions), int(limit) if limit else None)


def _condition(text: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise query_error("INVALID_VALUE_WITH_OPERATOR", f"Invalid condition: '{text}'.")
    values = frozenset(value.strip().strip("'\"") for value in found[3].split(","))
    return Condition(found[1].lower(), found[2] != "!=", values)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise query_error("MISALIGNED_DATE_FOR_FILTER", f"Invalid date '{text}'.") from error


def _check(query: Query) -> None:
    filtered = [condition.field for condition in query.conditions]
    for name in (*query.fields, *filtered):
        if name not in FIELDS:
            raise query_error("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{name}'.")
        if name in ATTRIBUTES and not name.startswith(_SEES[query.level]):
            message = f"The field '{name}' cannot be selected with this FROM clause."
            raise query_error("PROHIBITED_FIELD_COMBINATION_IN_SELECT_CLAUSE", message)
    _check_filters(query, filtered)
    _check_segments(query)


def _check_filters(query: Query, filtered: Sequence[str]) -> None:
    absent = [name for name in filtered if name in SEGMENTS and name not in query.fields]
    if absent:
        message = f"The following field must be present in SELECT clause: '{absent[0]}'."
        raise query_error("EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE", message)
    counts = query.metrics or any(name in SEGMENTS for name in query.fields)
    if counts and query.days is None:
        message = "The WHERE clause must contain a finite range of 'segments.date'."
        raise query_error("EXPECTED_FILTERS_ON_DATE_RANGE", message)
    if query.days and query.days[0] > query.days[1]:
        raise query_error("INVALID_DATE_RANGE", f"'{DATE}' begins after it ends.")


def _check_segments(query: Query) -> None:
    if CATEGORY in query.fields:
        barred = [name for name in query.fields if name in DELIVERY_METRICS]
        if barred:
            raise _incompatible(barred[0])


def _incompatible(metric: str) -> AdsError:
    return query_error(
        "PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
        f"Cannot select or filter on the following segments: '{CATEGORY}', since segments are "
        f"incompatible with metrics: '{metric}'.",
    )
