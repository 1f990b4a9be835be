"""What was asked for without permission is a line of the audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator

from strawberry.extensions import SchemaExtension

from resolvers import audit


class RefusalsOnRecord(SchemaExtension):
    """Notes an operation's refusals once it is over."""

    async def on_operation(self) -> AsyncIterator[None]:
        """After everything was resolved, before the answer leaves."""
        yield
        await audit.note_refusals(self.execution_context.context.session)
