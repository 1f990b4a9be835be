"""What clients ask: the same answers by the same statements, until somebody means to change them.

`python -m tests.queries.renew` writes what is expected anew.
"""

from __future__ import annotations

import pytest

from tests.queries.golden import FOLDER, SIZE, document, golden, names, written
from tests.queries.ground import Ground
from tests.support import Tenant


@pytest.fixture(scope="module")
async def tenant(ground: Ground) -> Tenant:
    return await ground.seeded(SIZE)


def test_every_golden_file_is_of_an_operation() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(names())


@pytest.mark.parametrize("name", names())
async def test_an_operation_is_answered_as_ever(ground: Ground, tenant: Tenant, name: str) -> None:
    asked = await ground.ask(tenant, document(name))
    for found, expected in zip(written(asked), golden(name), strict=True):
        assert found.splitlines() == expected.splitlines()
    ordinary = await ground.ask(tenant, document(name), renders=False)
    assert ordinary.data == asked.data
