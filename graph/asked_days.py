"""The days whose entries an operation asks for, as the arguments of its root fields tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from graphql import FieldNode, value_from_ast_untyped

from core.units import DateRange

HOLDER = "filter"
"""The argument that holds `dates` where the field has none of its own."""


def asked_days(nodes: Iterable[FieldNode], variables: Mapping[str, object]) -> DateRange | None:
    """From the first to the last day that any of the fields asks for.

    None where one of them may answer any day, or does not say what it asks for as it has to.
    """
    ranges = [_range(_dates(node, dict(variables))) for node in nodes]
    known = [each for each in ranges if each is not None]
    if not known or len(known) < len(ranges):
        return None
    return DateRange(min(each.since for each in known), max(each.until for each in known))


def _dates(node: FieldNode, variables: dict[str, object]) -> object:
    given = {each.name.value: each.value for each in node.arguments or ()}
    for name in ("dates", HOLDER):
        if name in given:
            told = value_from_ast_untyped(given[name], variables)
            return told.get("dates") if name == HOLDER and isinstance(told, Mapping) else told
    return None


def _range(given: object) -> DateRange | None:
    if not isinstance(given, Mapping):
        return None
    since, until = (_day(given.get(end)) for end in ("since", "until"))
    return None if since is None or until is None or since > until else DateRange(since, until)


def _day(given: object) -> date | None:
    try:
        return date.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
