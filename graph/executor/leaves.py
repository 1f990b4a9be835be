"""Columns of scalars and enumerations, coerced as graphql-core coerces them one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from math import isfinite
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLLeafType, Undefined, is_specified_scalar_type

from graph.executor.unusual import Unusual

MIN_INT: Final = -(2**31)
MAX_INT: Final = 2**31 - 1
NOTHING: Final = frozenset({type(None), type(Undefined)})

Values = list[Any]


def coerced(type_: GraphQLLeafType, values: Values, kinds: Collection[type]) -> Values:
    """Each of `values`, none of them None, as it goes into the answer; `kinds` are their types."""
    if is_specified_scalar_type(type_):
        native, fits = NATIVE[type_.name]
        if kinds == {native} and fits(values):
            return values
    if isinstance(type_, GraphQLEnumType) and len(kinds) == 1:
        return _named(type_.coerce_output_value, values)
    return _told(type_.coerce_output_value, values)


def _told(coerce: Callable[[Any], Any], values: Values) -> Values:
    try:
        told = list(map(coerce, values))
    except Exception as error:
        raise Unusual from error
    if not NOTHING.isdisjoint(map(type, told)):
        raise Unusual
    return told


def _named(coerce: Callable[[Any], Any], values: Values) -> Values:
    """Members of one enumeration are few, and each is told once."""
    try:
        members = set(values)
    except TypeError:
        return _told(coerce, values)
    told = dict(zip(members, _told(coerce, list(members)), strict=True))
    return [told[value] for value in values]


def _is_small(values: Values) -> bool:
    return all(MIN_INT <= value <= MAX_INT for value in (min(values), max(values)))


def _is_finite(values: Values) -> bool:
    return all(map(isfinite, values))


def _any(values: Values) -> bool:
    del values
    return True


NATIVE: Final[dict[str, tuple[type, Callable[[Values], bool]]]] = {
    "Int": (int, _is_small),
    "Float": (float, _is_finite),
    "String": (str, _any),
    "Boolean": (bool, _any),
    "ID": (str, _any),
}
"""Of the scalars that GraphQL has, the Python type whose values go out as they are."""
