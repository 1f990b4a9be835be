"""Planned execution answers what ordinary execution answers, byte for byte.

Operations are made at random over the whole schema, and carried out twice against the same seed:
by graphql-core's own executor, where no resolver may answer what is Rendered, and as the doors do.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson
import pytest
from graphql import GraphQLError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionResult

from core.export_links import ExportLinks, LinkSigner
from core.scope import Role, permissions_of
from core.settings import Settings
from core.tiers import Tiers
from graph.context import Context
from graph.executor.rendered import encoded
from graph.schema import LiftosSchema
from resolvers.limits import Meter, OwnBuckets
from resolvers.session import Session
from tests.queries.generating import Generated, Generator
from tests.queries.ground import NOW, Ground
from tests.support import Tenant

SIZE = 3
FEW, MANY = 150, 10_000
AT_ONCE = 50
ROLES = (Role.ADMIN, Role.ADMIN, Role.ADMIN, Role.DEVELOPER, Role.ANALYST, Role.VIEWER)
TIERS = Tiers(Settings())
MOMENT = re.compile(rb'"(\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00))"')
CURSOR = re.compile(rb'"((?:WyJ|eyJ)[\w-]{20,}=*)"')
"""And a trace: both are base64url of JSON."""
AGE = re.compile(rb'(dataFreshnessHours":)\d[\d.]*')
"""It grows from one answer to the next."""


@dataclass(frozen=True, slots=True)
class Told:
    """What goes out of an operation; errors in an order that is no executor's.

    Of those that null more than the field that failed, whichever came first hides the others: the
    place is told.
    """

    data: bytes
    errors: set[bytes]
    extensions: Any


@pytest.fixture(scope="module")
async def tenant(ground: Ground) -> Tenant:
    await ground.seeded(SIZE)
    return await ground.seeded(SIZE)


@pytest.fixture(scope="module")
def ordinary(ground: Ground) -> LiftosSchema:
    schema = copy(ground.schema)
    schema.execution_context_class = StrawberryGraphQLCoreExecutionContext
    return schema


def context(ground: Ground, tenant: Tenant, role: Role, *, renders: bool) -> Context:
    roles = frozenset({role})
    scope = replace(tenant.scope, roles=roles, permissions=permissions_of(roles))
    links = ExportLinks("https://data.example", LinkSigner((b"queries",)))
    meter = Meter(OwnBuckets(lambda: 0.0), TIERS)
    session = Session.open(scope, ground.stores, lambda: NOW, links=links, meter=meter, tiers=TIERS)
    made = Context(session, "request-1")
    made.renders = renders
    return made


async def ask(schema: LiftosSchema, asked: Generated, around: Context) -> Told:
    result = await schema.execute(asked.document, dict(asked.variables), around)
    around.close()
    assert isinstance(result, ExecutionResult)
    body = encoded(result.data)
    errors = {_told(error, orjson.loads(body)) for error in result.errors or ()}
    # Some fields tell the moment at which they were asked.
    body = MOMENT.sub(_without_present, CURSOR.sub(_opened, body))
    body = AGE.sub(rb"\1<age>", body)
    return Told(body, errors, _without_pace(result.extensions))


def _without_pace(extensions: Any) -> Any:
    """What is left in the bucket depends on how long the answer took."""
    if not extensions or "cost" not in extensions:
        return extensions
    paced = ("remaining", "resetSeconds")
    cost = {key: value for key, value in extensions["cost"].items() if key not in paced}
    return {**extensions, "cost": cost}


def _opened(cursor: re.Match[bytes]) -> bytes:
    return base64.urlsafe_b64decode(cursor.group(1) + b"==")


def _told(error: GraphQLError, data: Any) -> bytes:
    path = error.path or []
    for place, step in enumerate(path):
        if data is None:
            return orjson.dumps(path[:place])
        data = data[step]
    return orjson.dumps(error.formatted)


def _without_present(found: re.Match[bytes]) -> bytes:
    moment = datetime.fromisoformat(found.group(1).decode())
    is_present = abs(datetime.now(UTC) - moment) < timedelta(minutes=1)
    return b'"<now>"' if is_present else found.group()


async def compared(ground: Ground, ordinary: LiftosSchema, tenant: Tenant, seed: int) -> Told:
    random = Random(seed)  # noqa: S311 - the same operations every time
    asked = Generator(ground.schema.graphql, random).operation()
    return await same(ground, ordinary, tenant, asked, random.choice(ROLES))


async def same(
    ground: Ground, ordinary: LiftosSchema, tenant: Tenant, asked: Generated, role: Role
) -> Told:
    expected = await ask(ordinary, asked, context(ground, tenant, role, renders=False))
    found = await ask(ground.schema, asked, context(ground, tenant, role, renders=True))
    assert found == expected, f"{role}: {asked.document} {asked.variables}"
    return found


async def told_of(
    ground: Ground, ordinary: LiftosSchema, tenant: Tenant, seeds: range
) -> Counter[str]:
    """How many were answered whole, in part, and not at all."""
    kinds: Counter[str] = Counter()
    for seed in seeds:
        told = await compared(ground, ordinary, tenant, seed)
        is_whole = not told.errors
        kinds["whole" if is_whole else "none" if told.data == b"null" else "part"] += 1
    return kinds


async def test_some_operations_are_answered_the_same(
    ground: Ground, ordinary: LiftosSchema, tenant: Tenant
) -> None:
    kinds = await told_of(ground, ordinary, tenant, range(FEW))
    # Else it would be errors alone that are compared.
    assert kinds["whole"] > FEW // 4
    assert kinds["part"] + kinds["none"] > FEW // 10


FOUND = ("{ marketingEntries { edges { __typename } nodes { again: __typename } } }",)
"""What was once answered otherwise."""


@pytest.mark.parametrize("document", FOUND)
async def test_what_differed_once_is_answered_the_same(
    ground: Ground, ordinary: LiftosSchema, tenant: Tenant, document: str
) -> None:
    told = await same(ground, ordinary, tenant, Generated(document, {}), Role.ADMIN)
    assert told.errors == set()


@pytest.mark.long
@pytest.mark.parametrize("part", range(AT_ONCE))
async def test_many_operations_are_answered_the_same(
    ground: Ground, ordinary: LiftosSchema, tenant: Tenant, part: int
) -> None:
    first = FEW + part * MANY // AT_ONCE
    kinds = await told_of(ground, ordinary, tenant, range(first, first + MANY // AT_ONCE))
    assert kinds.total() == MANY // AT_ONCE
