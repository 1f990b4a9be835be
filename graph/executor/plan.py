"""How the fields of a selection are found: worked out once, and used for every answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, TypeAlias, cast

from graphql import get_named_type, is_abstract_type
from graphql.pyutils import Path
from strawberry.schema.schema_converter import get_arguments
from strawberry.types.field import StrawberryField

from graph.executor.selection import Selected, Selection, Variant

TYPENAME: Final = "__typename"
DEFINITION: Final = "strawberry-definition"

Caller: TypeAlias = Callable[[Any], Any]
"""A field's resolver, of which all is known but the object."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One field of all objects of a list.

    `read` finds it where it is an attribute; else it is resolved, by `method` where the resolver
    is a method of the object that nothing stands around. Finding it may take waiting where it
    `waits`, and completing what was found where it `waits_below`.
    """

    selected: Selected
    read: Caller | None
    method: StrawberryField | None
    waits: bool
    waits_below: bool


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The columns of a selection, and whether completing its objects may take waiting."""

    selection: Selection
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    waits: bool


def plan_of(variant: Variant, selection: Selection) -> Plan:
    """The plan of a selection, made when it is first asked for."""
    known: Plan | None = variant.plans.get(selection)
    if known is None:
        columns = tuple(column_of(variant, each) for each in selection.fields)
        keys = tuple(each.key for each in selection.fields)
        waits = any(column.waits or column.waits_below for column in columns)
        known = variant.plans[selection] = Plan(selection, keys, columns, waits)
    return known


def column_of(variant: Variant, selected: Selected) -> Column:
    """The column of a field, made when it is first asked for."""
    known: Column | None = variant.columns.get(selected)
    if known is None:
        known = variant.columns[selected] = _column(variant, selected)
    return known


def is_read(variant: Variant, selection: Selection) -> bool:
    """Whether objects' own attributes are all that is selected, at any depth."""
    return all(
        (column.read is not None or column.selected.name == TYPENAME)
        and (column.selected.selection is None or is_read(variant, column.selected.selection))
        for column in plan_of(variant, selection).columns
    )


def info_of(executor: Any, selected: Selected, path: Path | None) -> Any:
    """What a resolver is told, the same for all objects of the list at `path`."""
    parent = selected.parent
    place = Path(path, selected.key, parent.name)
    return executor.build_resolve_info(selected.definition, list(selected.nodes), parent, place)


def caller_of(executor: Any, column: Column, path: Path | None) -> Caller:
    """The resolver of `column` for the objects at `path`; raises what its arguments raise."""
    selected = column.selected
    info = info_of(executor, selected, path)
    arguments = selected.arguments(executor.variable_values.coerced)
    if column.method is not None:
        return _method(info, column.method, arguments)
    resolve = selected.definition.resolve or executor.field_resolver
    return lambda source: resolve(source, info, **arguments)


def _method(info: Any, field: StrawberryField, arguments: Mapping[str, Any]) -> Caller:
    """The plain method behind a field, its arguments converted once for all objects."""
    resolver = field.base_resolver
    if resolver is None:
        raise TypeError(f"{field.name} has no resolver")
    schema = info.schema._strawberry_schema  # noqa: SLF001 - the only way to it
    _, named = get_arguments(
        field=field,
        source=None,
        info=schema.config.info_class(_raw_info=info, _field=field),
        kwargs=arguments,
        config=schema.config,
        scalar_registry=schema.schema_converter.scalar_registry,
    )
    method = cast("Caller", resolver.wrapped_func)
    return (lambda source: method(source, **named)) if named else method


def _column(variant: Variant, selected: Selected) -> Column:
    field = (selected.definition.extensions or {}).get(DEFINITION)
    read = _read(selected, field)
    method = field if read is None and _is_plain(field) else None
    waits = read is None and isinstance(field, StrawberryField) and field.is_async
    return Column(selected, read, method, waits, _waits_below(variant, selected))


def _read(selected: Selected, field: object) -> Caller | None:
    if selected.name == TYPENAME or not isinstance(field, StrawberryField):
        return None
    if field.is_basic_field and field.default_resolver is getattr and field.python_name:
        return attrgetter(field.python_name)
    return None


def _is_plain(field: object) -> bool:
    if not isinstance(field, StrawberryField) or field.base_resolver is None or field.extensions:
        return False
    resolver = field.base_resolver
    asks_otherwise = resolver.parent_parameter or resolver.root_parameter
    return resolver.self_parameter is not None and asks_otherwise is None


def _waits_below(variant: Variant, selected: Selected) -> bool:
    if selected.selection is not None:
        return plan_of(variant, selected.selection).waits
    named = get_named_type(selected.definition.type)
    possible = variant.schema.get_possible_types(named) if is_abstract_type(named) else ()
    selections = (variant.selection(selected.nodes, each) for each in possible)
    return any(plan_of(variant, each).waits for each in selections)
