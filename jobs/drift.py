"""Streams held to their contracts while they are read."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import Conflict
from core.records.connections import ConnectionRecord
from core.records.runs import RunRecord
from core.scope import TenantScope
from stores.postgres.drift import SCHEMA_CHANGED, DriftSeen
from stores.wiring import Stores
from transform.frames import NormalisedPage
from transform.normalise.contract import Contract


class SchemaHeld(Conflict):
    """A stream changed, and its policy has the run wait until somebody accepts the change."""

    code = SCHEMA_CHANGED
    advice = "accept the change with acceptSchemaChanges, or set another policy and try again"


async def contracts_of(
    stores: Stores, scope: TenantScope, connection: ConnectionRecord
) -> Mapping[str, Contract]:
    """What the streams of `connection` are held to in one run."""
    terms = await stores.drift.contracts(scope, connection)
    return {stream: Contract(each) for stream, each in terms.items()}


def drift_seen(
    run: RunRecord, stream: str, made: NormalisedPage, contract: Contract | None
) -> DriftSeen | None:
    """What a page showed; None when it is as expected."""
    if contract is None or not made.drift:
        return None
    return DriftSeen(run.of_connection, run.id, stream, contract.terms.policy, made.drift)


async def refuse_frozen(
    stores: Stores, scope: TenantScope, made: NormalisedPage, seen: DriftSeen | None
) -> None:
    """Keep the change and raise SchemaHeld where the page may not go in.

    The page is in the raw store: when the run is tried again it goes on with it.
    """
    if seen is None or not made.is_frozen:
        return
    await stores.drift.hold(scope, seen)
    fields = ", ".join(sorted({each.change.field for each in seen.drift}))
    raise SchemaHeld(f"the stream {seen.stream} changed: {fields}")
