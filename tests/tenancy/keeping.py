"""What a party keeps for how long, and a person whom it has forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.records.retention import Retention
from tests.jobs.forgetting import forgotten

if TYPE_CHECKING:
    from tests.tenancy.party import Ground, Party


async def kept(ground: Ground, party: Party) -> None:
    """Days that let nothing go, and a receipt of somebody whom nothing names."""
    await ground.stores.retention.put(party.scope, Retention(3650, 3650, 3650))
    await forgotten(ground.stores, party.scope, [f"jane@{party.record.slug}.example"])
