"""graphql-core's executor, which completes by columns, and lets through what is complete already.

Whatever it answers, it answers as graphql-core does: where anything is out of the ordinary, the
value is completed anew in the ordinary way, with what its resolvers have answered already.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from inspect import iscoroutine
from typing import Any, TypeAlias, cast

from graphql import ExecutionResult, get_named_type, is_leaf_type
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.executor.completion import Completion, Found, settled
from graph.executor.plan import column_of, is_read
from graph.executor.rendered import Rendered, encoded
from graph.executor.selection import Selected, Selection, Variant, variant_of
from graph.executor.shared import Shared
from graph.executor.unusual import Unusual

Ordinary: TypeAlias = Callable[..., Any]
"""Completes a value as graphql-core does."""
LISTS = frozenset({list, tuple})


class PlannedExecution(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation; a value that is Rendered stands in the answer as it is.

    Where the context says that it `renders`, what was completed by columns is Rendered too.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A middleware wants to see every field.
        middlewares = self.middleware_manager and self.middleware_manager.middlewares
        self._is_planned = not middlewares and self.abort_signal is None
        self._variant: Variant | None = None
        self._kept: list[Found] = []
        self._answered: dict[tuple[int, int], Any] = {}
        # Of a subscription's own field, by its response key; known to every event's executor.
        self._told: dict[str, Selection] = {}

    def build_per_event_executor(self, payload: Any) -> Any:
        """What executes one event of a subscription; nothing has to be where it is rendered."""
        if isinstance(payload, Shared) and len(self._told) == 1:
            [(key, selection)] = self._told.items()
            if (known := payload.rendered.get(selection)) is not None:
                return _Known(ExecutionResult({key: known}, None))
        return super().build_per_event_executor(payload)

    def complete_list_value(self, return_type: Any, *place: Any) -> Any:
        """A list; one of scalars is left as it is."""
        ordinary = super().complete_list_value
        if is_leaf_type(get_named_type(return_type)):
            return ordinary(return_type, *place)
        return self._complete(ordinary, return_type, *place)

    def complete_object_value(self, return_type: Any, *place: Any) -> Any:
        """An object."""
        return self._complete(super().complete_object_value, return_type, *place)

    def complete_abstract_value(self, return_type: Any, *place: Any) -> Any:
        """An object of one of several types."""
        return self._complete(super().complete_abstract_value, return_type, *place)

    def execute_field(
        self, parent_type: Any, source: Any, fields: Any, path: Path, position: Any
    ) -> Any:
        """A field; one whose resolver has answered is not asked again."""
        key = id(source), id(fields[0].node)
        if key not in self._answered:
            return super().execute_field(parent_type, source, fields, path, position)
        definition: Any = self.schema.get_field(parent_type, fields[0].node.name.value)
        nodes = [each.node for each in fields]
        info = self.build_resolve_info(definition, nodes, parent_type, path)
        value = self._answered[key]
        place = definition.type, fields, info, path
        if self.is_awaitable(value):
            return self.complete_awaitable_value(*place, value, position)
        try:
            completed = self.complete_value(*place, value, position)
        except Exception as error:  # noqa: BLE001 - as graphql-core does
            self.handle_field_error(error, definition.type, fields, path)
            return None
        if self.is_awaitable(completed):
            return self._guarded(completed, definition.type, fields, path)
        return completed

    async def _guarded(self, completed: Any, type_: Any, fields: Any, path: Path) -> Any:
        try:
            return await completed
        except Exception as error:  # noqa: BLE001 - as graphql-core does
            self.handle_field_error(error, type_, fields, path)
            return None

    def _complete(self, ordinary: Ordinary, type_: Any, *place: Any) -> Any:
        fields, info, path, result, position = place
        if isinstance(result, Rendered):
            return result
        if isinstance(result, Shared):
            return self._shared(ordinary, type_, fields, info, path, result, position)
        variant = None if position is not None else self._planned()
        if variant is None:
            return ordinary(type_, *place)
        nodes = [each.node for each in fields]
        of = variant.selected(path.key, nodes, info.parent_type)
        again = partial(ordinary, type_, fields, info, path)
        completion = Completion(self, variant, path)
        if column_of(variant, of).waits_below or _holds_promises(result):
            return self._waited(again, completion, type_, of, result=result)
        with suppress(Unusual):
            return self._finished(of, completion, _at_once(completion.values(type_, of, [result])))
        return self._ordinarily(again, completion, result)

    def _shared(self, ordinary: Ordinary, type_: Any, *place: Any) -> Any:
        """What was made of it before for the same selection; else as its value is completed."""
        fields, info, path, shared, position = place
        variant = self._planned() if position is None and self._renders else None
        if variant is None:
            return self._complete(ordinary, type_, fields, info, path, shared.value, position)
        selection = variant.selected(
            path.key, [each.node for each in fields], info.parent_type
        ).selection
        known = selection and shared.rendered.get(selection)
        if not known:
            known = self._complete(ordinary, type_, fields, info, path, shared.value, position)
            if selection and isinstance(known, Rendered) and is_read(variant, selection):
                shared.keep(selection, known)
        if selection and path.prev is None:
            self._told[path.key] = selection
        return known

    async def _waited(
        self, again: Ordinary, completion: Completion, type_: Any, of: Selected, /, result: Any
    ) -> Any:
        if _holds_promises(result):
            result = await _kept_promises(result)
        with suppress(Unusual):
            [value] = await completion.values(type_, of, [result])
            return self._finished(of, completion, value)
        completed = self._ordinarily(again, completion, result)
        return await completed if self.is_awaitable(completed) else completed

    @property
    def _renders(self) -> bool:
        return getattr(self.context_value, "renders", False)

    def _planned(self) -> Variant | None:
        if self._is_planned and self._variant is None:
            variables = self.variable_values.coerced
            self._variant = variant_of(
                self.schema, self.operation, self.fragment_definitions, variables
            )
        return self._variant if self._is_planned else None

    def _ordinarily(self, again: Ordinary, completion: Completion, result: Any) -> Any:
        """Complete it field by field; what is completed after it is not tried otherwise again."""
        self._is_planned = False
        # Answers are told by the identity of objects, which must live on for it.
        self._kept += completion.found
        for found in completion.found:
            for row, value in zip(found.rows, found.values, strict=True):
                if iscoroutine(value):
                    # It was not begun: it is as if the resolver had not been asked.
                    value.close()
                else:
                    self._answered[id(row), id(found.node)] = value
        return again(result, None)

    def _finished(self, of: Selected, completion: Completion, value: Any) -> Any:
        selection = of.selection
        if selection is None or not self._renders or not selection.is_whole:
            return value
        try:
            body = encoded(value)
        except TypeError:
            # Whoever writes the answer is to meet it, as ever.
            return value
        return Rendered(body, completion.objects, selection.keys, selection.opaque)


class _Known:
    """Executes nothing: the result is there."""

    __slots__ = ("_result",)

    def __init__(self, result: ExecutionResult) -> None:
        self._result = result

    def execute_operation(self, _serially: bool | None = None) -> ExecutionResult:  # noqa: FBT001 - as graphql-core calls it
        """The result."""
        return self._result


def _at_once(running: Coroutine[Any, Any, list[Any]]) -> Any:
    """The completed value, where nothing is waited for."""
    try:
        running.send(None)
    except StopIteration as done:
        [value] = done.value
        return value
    running.close()
    raise Unusual


def _holds_promises(result: object) -> bool:
    if type(result) not in LISTS:
        return False
    kinds = set(map(type, cast("Sequence[object]", result)))
    return any(hasattr(kind, "__await__") for kind in kinds)


async def _kept_promises(result: Sequence[Any]) -> list[Any]:
    """A list whose members were awaited; what one raised stands in its place."""
    places = [place for place, each in enumerate(result) if hasattr(each, "__await__")]
    items = list(result)
    told = await settled([items[place] for place in places])
    for place, value in zip(places, told, strict=True):
        items[place] = value
    return items
