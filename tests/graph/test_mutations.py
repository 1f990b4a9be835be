from __future__ import annotations

from dataclasses import replace

import pytest

from core.records.runs import RunStatus
from core.scope import Role
from graph.ids import RUN
from tests.graph import samples
from tests.graph.mutating import (
    CANCEL,
    CONNECT,
    FILE,
    FILES,
    META,
    NEW,
    OPENED,
    PAUSE,
    RESUME,
    RETRY,
    ROTATE,
    START,
    UPLOAD,
    result,
)
from tests.graph.world import World, error_of


async def test_a_run_is_cancelled_while_it_moves_and_retried_once_it_has_ended(
    world: World,
) -> None:
    run_id = RUN.encode(samples.RUN)
    shelf = world.memory.of(world.north).runs
    ended = await result(world, CANCEL, id=run_id)
    assert (ended["__typename"], ended["field"]) == ("ConflictError", "runId")
    shelf[samples.RUN] = samples.run(status=RunStatus.RUNNING)
    assert await result(world, CANCEL, id=run_id) == {
        "__typename": "CancelRunPayload",
        "run": {"status": "RUNNING", "isCancelRequested": True},
    }
    assert (await result(world, RETRY, id=run_id))["__typename"] == "ConflictError"
    shelf[samples.RUN] = samples.run(status=RunStatus.FAILED)
    assert await result(world, RETRY, id=run_id) == {
        "__typename": "RetryRunPayload",
        "run": {"status": "QUEUED"},
    }


EVERY = [
    (START, {"input": {"connectionId": META}}, Role.ANALYST, "memory:write"),
    (FILE, {"input": {"connectionId": FILES, "uploadId": UPLOAD}}, Role.ANALYST, "memory:write"),
    (CONNECT, {"input": NEW}, Role.DEVELOPER, "memory:admin"),
    (
        ROTATE,
        {"input": {"connectionId": META, "credentials": OPENED}},
        Role.DEVELOPER,
        "memory:admin",
    ),
    (PAUSE, {"id": META}, Role.DEVELOPER, "memory:admin"),
    (RESUME, {"id": META}, Role.DEVELOPER, "memory:admin"),
    (CANCEL, {"id": RUN.encode(samples.RUN)}, Role.ANALYST, "memory:write"),
    (RETRY, {"id": RUN.encode(samples.RUN)}, Role.ANALYST, "memory:write"),
]


@pytest.mark.parametrize(("query", "variables", "role", "permission"), EVERY)
async def test_without_the_permission_nothing_is_changed_or_even_read(
    world: World, query: str, variables: dict[str, object], role: Role, permission: str
) -> None:
    shelf = world.memory.of(world.north)
    before = replace(shelf, runs=dict(shelf.runs), connections=dict(shelf.connections))
    answer = await result(world, query, world.as_role(role), **variables)
    assert answer == {
        "__typename": "ForbiddenError",
        "code": "FORBIDDEN",
        "message": f"this needs the permission {permission}",
        "field": None,
        "mend": "ask an administrator of your tenant for a role that has it",
    }
    assert world.calls == ["audit.note"]
    assert shelf == before


async def test_an_upload_that_was_left_out_is_a_request_error(world: World) -> None:
    answer = await world.ask(FILE, input={"connectionId": FILES})
    assert error_of(answer)["code"] == "BAD_USER_INPUT"
