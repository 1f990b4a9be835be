"""The one path of every operation, whichever door it came through.

A request, a part of a batch, a stream and each `subscribe` of a socket are a `Call` alike; what
is demanded of an operation is demanded here, so that no door goes round it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from graphql import GraphQLError
from starlette.requests import HTTPConnection
from strawberry.exceptions import MissingQueryError
from strawberry.schema import BaseSchema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from app.http import graphql_stream
from app.http.answers import note
from app.http.errors import Refusal, method_refused, tell
from app.http.federated import is_traced
from app.http.graphql_requests import Asked
from app.http.request_id import request_id_of
from app.http.services import OperationContext, services_of
from core.errors import BadInput
from core.scope import TenantScope
from core.time_limit import TimeLimit
from graph.federation.tracing import traced
from resolvers.following import Cursor

BY_GET = frozenset({OperationType.QUERY})
BY_POST = frozenset({OperationType.QUERY, OperationType.MUTATION})
BY_CHANGE = frozenset({OperationType.MUTATION})
BY_STREAM = frozenset(OperationType)
Results: TypeAlias = AsyncGenerator[ExecutionResult, None]


@dataclass(frozen=True, slots=True)
class Call:
    """One operation on its way: who asks, what, through which connection, and of which kinds."""

    connection: HTTPConnection
    scope: TenantScope
    asked: Asked
    allowed: frozenset[OperationType] = BY_STREAM
    since: float | None = None
    """Moment of the loop's clock from which its time counts; when it is begun, if left out."""
    cursor: Cursor = field(default_factory=Cursor)

    @property
    def request_id(self) -> str:
        """The id under which it is logged."""
        return request_id_of(self.connection)


class Execution:
    """Carries operations out against one schema; keeps nothing of any of them."""

    def __init__(self, schema: BaseSchema, seconds: float | None = None) -> None:
        self._schema = schema
        self._traced = traced(schema)
        self._seconds = seconds

    async def answer(self, call: Call) -> ExecutionResult:
        """The result of a query or mutation.

        Raises LiftosError or Refusal for what is refused whatever the document says, TimedOut
        among them; what was under way is cancelled then, down to its SQL.
        """
        with self._context(call) as context:
            try:
                async with context.time_limit.running():
                    return await self._execute(call, context)
            except InvalidOperationTypeError as error:
                raise _wrong_kind(error.operation_type) from error
            except (CannotGetOperationTypeError, MissingQueryError):
                return refused(_no_operation(), call.request_id)

    async def stream(self, call: Call) -> Results:
        """The results of an operation of any kind, as they come.

        Nothing is raised: what is refused comes as the only result, a PreExecutionError, and
        what takes too long ends with a result that says so.
        """
        is_begun = False
        with self._context(call) as context:
            try:
                async with context.time_limit.running():
                    opened = await self._open(call, context)
                async with aclosing(opened) as results:
                    while True:
                        async with context.time_limit.running():
                            result = await anext(results, None)
                        if result is None:
                            return
                        yield result if is_begun else _told_apart(result)
                        is_begun = True
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
                yield refused(error, call.request_id)

    async def _execute(self, call: Call, context: OperationContext) -> ExecutionResult:
        asked = await _admitted(call)
        traces = is_traced(call.connection, call.scope)
        schema = self._traced if traces else self._schema
        # A trace tells of every field.
        context.renders = not traces
        return _told_apart(
            await schema.execute(
                asked.query,
                variable_values=asked.variables,
                context_value=context,
                operation_name=asked.operation_name,
                allowed_operation_types=call.allowed,
                operation_extensions=asked.extensions,
            )
        )

    async def _open(self, call: Call, context: OperationContext) -> Results:
        asked = await _admitted(call)
        context.renders = True
        results = await self._schema.stream(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
            allowed_operation_types=call.allowed,
            operation_extensions=asked.extensions,
        )
        # Without @defer and @stream there are no results of another kind.
        return cast("Results", results)

    @contextmanager
    def _context(self, call: Call) -> Iterator[OperationContext]:
        """A context of its own, so that every operation starts with empty loaders."""
        context = services_of(call.connection).contexts(call.scope, call.request_id, call.cursor)
        context.time_limit = TimeLimit(self._seconds, call.since)
        try:
            yield context
        finally:
            context.close()


def refused(error: Exception, request_id: str) -> PreExecutionError:
    """The result of an operation that was not begun."""
    told = tell(error)
    note(error, told)
    shown = GraphQLError(told.message, extensions=dict(told.details(request_id)))
    return PreExecutionError(data=None, errors=[shown])


def _told_apart(result: ExecutionResult) -> ExecutionResult:
    """`result`, as a PreExecutionError if nothing was carried out.

    Variables that do not fit come as a result without data, whose errors are at no field.
    """
    if result.data is not None or not result.errors:
        return result
    if any(error.path for error in result.errors):
        return result
    return PreExecutionError(data=None, errors=result.errors, extensions=result.extensions)


def _wrong_kind(kind: OperationType) -> Refusal | BadInput:
    if kind is OperationType.SUBSCRIPTION:
        return BadInput(
            "a subscription is answered as a stream",
            mend=(
                f"accept {graphql_stream.MEDIA_TYPE}, "
                f"or open a WebSocket of {GRAPHQL_TRANSPORT_WS_PROTOCOL}"
            ),
        )
    return method_refused("only queries may be sent by GET", "POST")


def _no_operation() -> BadInput:
    return BadInput(
        "the document holds no such operation",
        field="operationName",
        mend="name one of the document's operations",
    )


async def _admitted(call: Call) -> Asked:
    """What is asked, with its document."""
    return await services_of(call.connection).operations.admit(call.scope, call.asked)
