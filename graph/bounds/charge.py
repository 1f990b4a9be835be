"""Every operation pays for what it asks: its cost before it runs, what it did not use comes back.

A subscription pays when it starts and for each event that it is told.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, OperationType
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from core.buckets import Level
from core.errors import LiftosError
from core.jsonvalue import JSONObject
from graph.bounds.answered import points_of
from graph.bounds.cost import Cost
from graph.bounds.known_costs import known_cost
from resolvers.limits import Meter, Payment
from resolvers.session import Session

EVENTS_AT_ONCE = 50
"""Points of a subscription's events that are charged together, to spare round trips."""


@dataclass(slots=True)
class _Bill:
    """What one operation was charged so far."""

    session: Session
    meter: Meter
    cost: Cost
    paid: Payment
    level: Level
    actual: int | None = None
    owed: int = 0

    def settle(self, actual: int) -> None:
        """The operation is over."""
        self.actual = actual
        self.level = self.meter.settle(self.paid, actual).level

    async def charge_event(self, points: int) -> None:
        """An event was told; events are never refused, they slow down what is asked next."""
        self.owed += points
        if self.owed >= EVENTS_AT_ONCE:
            await self.charge_owed()

    async def charge_owed(self) -> None:
        """Charge what events cost."""
        owed, self.owed = self.owed, 0
        if owed:
            await self.meter.charge(self.session.scope, owed)

    @property
    def told(self) -> JSONObject:
        """As `extensions.cost` has it."""
        level = self.level
        return {
            "requested": self.cost.points,
            "actual": self.actual,
            "remaining": level.remaining,
            "limit": level.rate.burst,
            "perSecond": level.rate.per_second,
            "resetSeconds": math.ceil(level.reset_seconds),
            "maximum": self.meter.most(self.session.scope),
        }


class Charged(SchemaExtension):
    """Charges operations of sessions that have a meter; what cannot be paid is not begun."""

    def __init__(self) -> None:
        self._bill: _Bill | None = None

    async def on_operation(self) -> AsyncIterator[None]:
        """At the end, what the last events of a stream cost."""
        try:
            yield
        finally:
            if self._bill is not None:
                await self._bill.charge_owed()

    async def on_validate(self) -> AsyncIterator[None]:
        """Once the document is known to be valid; a refusal is told as one of its errors are.

        So a request has a status for it, and a socket ends the operation with `error`.
        """
        context = self.execution_context
        if not context.pre_execution_errors:
            try:
                self._bill = await _opened(context)
            except LiftosError as refusal:
                error = GraphQLError(refusal.message, original_error=refusal)
                context.pre_execution_errors = [error]
        yield

    def on_execute(self) -> Iterator[None]:
        """At the end, what was answered is settled."""
        yield
        if self._bill is not None and not self._is_stream:
            result: Any = self.execution_context.result
            points = self._points(self._bill, result)
            self.execution_context.context.points = points
            self._bill.settle(points)

    async def on_stream_result(self, result: Any) -> AsyncIterator[None]:
        """Around each event of a subscription."""
        if self._bill is not None and self._is_stream:
            await self._bill.charge_event(self._points(self._bill, result))
        yield

    def get_results(self) -> dict[str, Any]:
        """`extensions.cost`; events of a stream do not tell it."""
        if self._bill is None or self._is_stream:
            return {}
        return {"cost": self._bill.told}

    @staticmethod
    def _points(bill: _Bill, result: Any) -> int:
        return points_of(bill.cost, result.data, result.errors or ())

    @property
    def _is_stream(self) -> bool:
        kind: Any = self.execution_context.operation_type
        return str(kind.value) == OperationType.SUBSCRIPTION.value


async def _opened(context: ExecutionContext) -> _Bill | None:
    """The bill of the operation, its cost taken; raises CostTooHigh or RateLimited."""
    session: Session | None = getattr(context.context, "session", None)
    if session is None or session.meter is None or context.graphql_document is None:
        return None
    cost = known_cost(
        context.schema._schema,  # noqa: SLF001 - graphql-core's own
        context.graphql_document,
        context.operation_name,
        context.variables or {},
    )
    paid = await session.meter.take(session.scope, cost.points, cost.dearest)
    return _Bill(session, session.meter, cost, paid, paid.taken.level)
