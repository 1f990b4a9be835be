"""Writes the golden files anew: `python -m tests.queries.renew [name…]`; read the difference."""

from __future__ import annotations

import asyncio
import sys

from tests.queries.golden import SIZE, document, keep, names
from tests.queries.ground import opened_ground, own_services
from tests.support import Services


async def renew(services: Services, wanted: list[str]) -> None:
    async with opened_ground(services) as ground:
        tenant = await ground.seeded(SIZE)
        for name in wanted or names():
            keep(name, await ground.ask(tenant, document(name)))


if __name__ == "__main__":
    with own_services() as services:
        asyncio.run(renew(services, sys.argv[1:]))
