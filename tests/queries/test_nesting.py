"""However many things are answered, what lies below them is read for all of them at once."""

from __future__ import annotations

import pytest

from tests.queries.ground import Ground
from tests.queries.nesting import NAMED, Nested, nested, nested_in_nodes
from tests.support import Tenant
from tests.tenancy.documents import node_types

FEW, MANY = 2, 5

EVERY = [*nested(), *nested_in_nodes()]


@pytest.fixture(scope="module")
async def tenants(ground: Ground) -> dict[int, Tenant]:
    return {size: await ground.seeded(size) for size in (FEW, MANY)}


def test_every_kind_of_node_is_named_in_the_seed() -> None:
    assert node_types() - {"Tenant"} == set(NAMED)


@pytest.mark.parametrize("of_list", sorted({each.of_list for each in EVERY}))
async def test_statements_do_not_grow_with_what_is_answered(
    ground: Ground, tenants: dict[int, Tenant], of_list: str
) -> None:
    grown = {}
    for each in (each for each in EVERY if each.of_list == of_list):
        few, many = [await _asked(ground, tenants, each, size) for size in (FEW, MANY)]
        if few != many:
            grown[each.field] = (few, many)
    assert grown == {}


async def _asked(ground: Ground, tenants: dict[int, Tenant], each: Nested, size: int) -> int:
    return len((await ground.ask(tenants[size], each.over(size))).statements)
