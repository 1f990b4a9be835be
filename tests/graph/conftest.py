"""A world of two tenants over stand-in stores.

`world.stores` is the seam: whatever satisfies `loaders.ports.Stores` will do.
"""

from __future__ import annotations

import pytest

from graph.schema import LiftosSchema, build_schema
from tests.graph import samples
from tests.graph.counting import counted
from tests.graph.memory import Memory
from tests.graph.world import SOUTH, StandIns, World, fill


@pytest.fixture(scope="session")
def schema() -> LiftosSchema:
    return build_schema()


@pytest.fixture
def world(schema: LiftosSchema) -> World:
    """North is full, South is empty; tests of tenancy put into South what they need."""
    stand_ins = StandIns.over(Memory())
    stores, calls = counted(stand_ins)
    made = World(schema, stand_ins, stores, calls)
    fill(made.memory, made.north, "north")
    made.memory.of(made.south).tenant = samples.tenant(SOUTH, "south")
    return made
