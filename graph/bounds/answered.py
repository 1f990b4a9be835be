"""What an answer costs: the objects that are in it, and what is heavy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from graph.bounds.cost import Cost
from graph.executor.rendered import Rendered

_CONTAINERS = frozenset({dict, list, Rendered})


def points_of(cost: Cost, data: object, errors: Iterable[GraphQLError]) -> int:
    """What an answer costs: what is in it, unless errors hide a part of what was done for it.

    Else whoever adds a field that fails, and so leaves nothing of the answer, would ask for free.
    """
    actual = actual_points(cost, data)
    hides = any(_hides(cost, error.path, data) for error in errors)
    return max(actual, cost.points) if hides else actual


def _hides(cost: Cost, path: Sequence[str | int] | None, data: object) -> bool:
    """Whether an error left more null than the field that failed."""
    # Without a path it is of variables, and nothing was begun.
    if path is None or (len(path) == 1 and cost.roots.issubset(path)):
        return False
    held: Any = data
    for step in path[:-1]:
        if held is None:
            return True
        held = held[step]
    return held is None


def actual_points(cost: Cost, data: object) -> int:
    """What was answered, reckoned as `cost` was: the objects in `data`, and what is heavy."""
    total = cost.base - 1
    waiting: list[object] = [data] if data.__class__ in _CONTAINERS else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            total += 1 + (_heavy_points(cost.heavy, value) if cost.heavy else 0)
            # Most objects hold values alone, which one sweep in C tells.
            if not _CONTAINERS.isdisjoint(map(type, value.values())):
                waiting += _containers(value, cost.opaque)
        elif isinstance(value, list):
            waiting += [each for each in value if each.__class__ in _CONTAINERS]
        elif isinstance(value, Rendered):
            if _is_counted(cost, value):
                total += value.objects
            else:
                waiting.append(value.value)
    return max(total, cost.base)


def _is_counted(cost: Cost, rendered: Rendered) -> bool:
    """Whether its number of objects is what it costs, as the response keys in it stand here."""
    return rendered.keys.isdisjoint(cost.heavy) and rendered.opaque <= cost.opaque


def _containers(row: Mapping[str, object], opaque: frozenset[str]) -> list[object]:
    """The objects and lists right below an object."""
    if opaque:
        row = {key: below for key, below in row.items() if key not in opaque}
    return [below for below in row.values() if below.__class__ in _CONTAINERS]


def _heavy_points(heavy: Mapping[str, int], row: Mapping[str, object]) -> int:
    points = 0
    for key, weight in heavy.items():
        below = row.get(key)
        # Of an object it is enough that it is one: what is in it may be long.
        if isinstance(below, Rendered) and not below.is_object:
            below = below.value
        if below is not None:
            points += weight * (len(below) if isinstance(below, list) else 1)
    return points
