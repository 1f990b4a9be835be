"""One ground for the folder, over services of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.queries.ground import Ground, opened_ground, own_services
from tests.support import Services


@pytest.fixture(scope="package")
def own() -> Iterator[Services]:
    with own_services() as services:
        yield services


@pytest.fixture(scope="package")
async def ground(own: Services) -> AsyncIterator[Ground]:
    async with opened_ground(own) as opened:
        yield opened
