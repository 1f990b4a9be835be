"""Which entries an operation may read, as far as the arguments of its root fields tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
    value_from_ast_untyped,
)

from core.records.connections import Source
from core.units import DateRange
from graph.documents import only_operation
from resolvers.explanations import Reach

READING = frozenset({"marketingEntries", "attributionRows", "dataHealth", "exportCausal"})
"""Root fields whose answers are made of entries."""
HOLDERS = ("filter", "input")
"""Arguments that hold what others take themselves."""


def reach_of(document: DocumentNode, variables: Mapping[str, object]) -> Reach | None:
    """The reach of one good operation with good variables; None where it reads no entries."""
    known = {**_defaults(document), **variables}
    asked = [
        _arguments(node, known) for node in _root_fields(document) if node.name.value in READING
    ]
    if not asked:
        return None
    dates = [_range(each.get("dates")) for each in asked]
    given = [each for each in dates if each is not None]
    sources = [_sources(each.get("sources")) for each in asked]
    moments = {_moment(each.get("asOf")) for each in asked}
    return Reach(
        dates=_hull(given) if len(given) == len(dates) else None,
        sources=tuple(dict.fromkeys(s for each in sources for s in each)) if all(sources) else (),
        as_of=moments.pop() if len(moments) == 1 else None,
    )


def is_summed(document: DocumentNode, variables: Mapping[str, object]) -> bool:
    """Whether all that the operation reads of entries could be answered from sums of days."""
    known = {**_defaults(document), **variables}
    asked = [node for node in _root_fields(document) if node.name.value in READING]
    given = [_arguments(node, known) for node in asked]
    return (
        bool(asked)
        and all(node.name.value == "attributionRows" for node in asked)
        and not any(each.get("currency") or each.get("minQuality") is not None for each in given)
    )


def _root_fields(document: DocumentNode) -> Iterator[FieldNode]:
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    waiting: list[SelectionSetNode] = [only_operation(document).selection_set]
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                # Each fragment once, however often it is spread.
                found = fragments.pop(selection.name.value, None)
                if found is not None:
                    waiting.append(found.selection_set)


def _arguments(node: FieldNode, variables: dict[str, object]) -> dict[str, object]:
    given = {
        each.name.value: value_from_ast_untyped(each.value, variables)
        for each in node.arguments or ()
    }
    for name in HOLDERS:
        held = given.get(name)
        if isinstance(held, Mapping):
            given = {**held, **given}
    return given


def _defaults(document: DocumentNode) -> dict[str, object]:
    return {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in only_operation(document).variable_definitions or ()
        if each.default_value is not None
    }


def _range(given: object) -> DateRange | None:
    if not isinstance(given, Mapping):
        return None
    return DateRange(
        date.fromisoformat(str(given["since"])), date.fromisoformat(str(given["until"]))
    )


def _hull(ranges: list[DateRange]) -> DateRange:
    return DateRange(min(each.since for each in ranges), max(each.until for each in ranges))


def _sources(given: object) -> tuple[Source, ...]:
    names = given if isinstance(given, list) else [given] if isinstance(given, str) else []
    return tuple(Source(str(name)) for name in names)


def _moment(given: object) -> datetime | None:
    return datetime.fromisoformat(given) if isinstance(given, str) else None
