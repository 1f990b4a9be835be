"""Apollo's compatibility suite, over our entity resolver, our endpoint and our tracing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from app.http.services import Services
from core.scope import Entrance, Role, TenantScope, permissions_of
from core.settings import Settings
from tests.app.conftest import TENANT, Stand, standing
from tests.conformance.conftest import NpmFolder
from tests.conformance.federation.products import build_products

ASSERTIONS = 23
ROLES = frozenset({Role.ADMIN})


class OpenDoor:
    """Lets everybody in as a gateway: the suite has no credentials."""

    async def enter(self, knock: object) -> TenantScope:
        del knock
        permissions = permissions_of(ROLES)
        return TenantScope(TENANT, "user:suite", ROLES, permissions, door=Entrance.GATEWAY)


@dataclass
class OpenStand(Stand):
    @asynccontextmanager
    async def services(self) -> AsyncIterator[Services]:
        async with super().services() as services:
            yield replace(services, door=cast("Any", OpenDoor()))


async def test_every_assertion_of_apollos_suite_holds(npm_folder: NpmFolder) -> None:
    folder = npm_folder("federation")
    async with standing(OpenStand(), Settings(), build_products()) as products:
        told = await folder.run("compatibility.mjs", PRODUCTS_URL=f"{products.url}/graphql")
    assertions = json.loads(told)
    assert [each for each in assertions if each["status"] != "passed"] == []
    assert len(assertions) == ASSERTIONS
