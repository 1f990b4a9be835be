"""Testing a connection."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.ids import CONNECTION
from graph.types.connection_tests import ConnectionTest
from graph.types.errors import Refused
from resolvers import connection_tests


@strawberry.type(description="The test has ended, or is waiting for a worker.")
class TestConnectionPayload:
    """What testConnection leaves behind."""

    test: ConnectionTest = strawberry.field(
        description="The test; while it is WAITING, look at the connection's `lastTest` later."
    )


TestConnectionResult: TypeAlias = Annotated[
    TestConnectionPayload | Refused,
    strawberry.union("TestConnectionResult", description="The test, or what stood in its way."),
]


@strawberry.type
class ConnectionTestMutations:
    """Root fields that test connections."""

    @mutation(
        "Have a worker ask the source whether a connection works: the account as the source tells "
        "it, what differs from what was set up, missing permissions, and when the credentials "
        "expire. Nothing is read. A test that is waiting already answers for this one too.",
        needs=Permission.MEMORY_WRITE,
    )
    async def test_connection(
        self,
        info: Info,
        *,
        connection_id: Annotated[
            strawberry.ID, strawberry.argument(description="Id of the connection.")
        ],
        wait_seconds: Annotated[
            int, strawberry.argument(description="How long to wait for the answer, 0 to 60.")
        ] = connection_tests.WAIT_SECONDS,
    ) -> TestConnectionResult:
        """Asked for, then waited for."""
        found = CONNECTION.decode(connection_id, "connectionId")
        record = await connection_tests.test(info.context.session, found, wait_seconds)
        return TestConnectionPayload(test=ConnectionTest.from_record(record))
