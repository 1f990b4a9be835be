"""Federated tracing: a gateway that asks is told how long each field took and what failed.

https://www.apollographql.com/docs/graphos/routing/observability/federated-trace-data
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from copy import copy
from inspect import isawaitable
from typing import Any, cast

from graphql import GraphQLResolveInfo
from strawberry.extensions import SchemaExtension
from strawberry.schema import BaseSchema, Schema
from strawberry.types import ExecutionContext

from graph.federation.trace import TraceNode, encoded_trace

NAME = "ftv1"
"""The format's name, in the request's header and in the answer's `extensions`."""


class FederatedTracing(SchemaExtension):
    """Measures one operation, field by field."""

    def __init__(self, *, execution_context: ExecutionContext | None = None) -> None:
        super().__init__(execution_context=execution_context)
        self._root = TraceNode()
        self._began_ns = time.time_ns()
        self._began = time.perf_counter_ns()

    def on_operation(self) -> Iterator[None]:
        """From before the document is parsed."""
        self._began_ns, self._began = time.time_ns(), time.perf_counter_ns()
        yield

    def resolve(
        self,
        _next: Callable[..., Any],
        root: Any,
        info: GraphQLResolveInfo[Any],
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Resolve and measure; `__typename` and its like are not resolved by anybody."""
        if info.field_name.startswith("__"):
            return _next(root, info, *args, **kwargs)
        node = self._node(info)
        try:
            return self._watched(node, _next(root, info, *args, **kwargs))
        finally:
            node.ended = self._now()

    def get_results(self) -> dict[str, Any]:
        """The trace, with the errors as the caller is shown them."""
        for error in self.execution_context.pre_execution_errors or ():
            self._root.nearest(error.path or ()).errors.append(error)
        trace = encoded_trace(self._root, self._began_ns, self._now())
        return {NAME: b64encode(trace).decode()}

    def _now(self) -> int:
        return time.perf_counter_ns() - self._began

    def _node(self, info: GraphQLResolveInfo[Any]) -> TraceNode:
        node = self._root.at(info.path.as_list())
        node.type, node.parent_type = str(info.return_type), info.parent_type.name
        if info.path.key != info.field_name:
            node.original_name = info.field_name
        node.started = self._now()
        return node

    def _watched(self, node: TraceNode, value: Any) -> Any:
        """`value`, whose end is noted when it, or the last of its members, is there."""
        if isawaitable(value):
            return self._awaited(node, value)
        if isinstance(value, list):
            return [self._awaited(node, each) if isawaitable(each) else each for each in value]
        return value

    async def _awaited(self, node: TraceNode, value: Awaitable[Any]) -> Any:
        try:
            found = await value
            return self._watched(node, found) if isinstance(found, list) else found
        finally:
            node.ended = self._now()


def traced(schema: BaseSchema) -> BaseSchema:
    """`schema` with tracing: a view of its own, for measuring costs time in every field."""
    view = cast("Schema", copy(schema))
    view.extensions = (FederatedTracing, *view.extensions)
    return view
