"""Receipts: what they are judged by, and the decisions they wait for."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from core.errors import BadInput
from core.records.entries import EntryRecord
from core.records.receipts import HeldShrink, ReceiptPolicy
from core.records.runs import RunRecord
from resolvers.session import Session

MAX_SHRINK_ENTRIES = 1_000_000


async def held_shrink(session: Session, run_id: UUID) -> HeldShrink | None:
    """What a run held back."""
    return await session.loaders.shrinks.load(run_id)


async def sample(session: Session, shrink: HeldShrink) -> tuple[EntryRecord, ...]:
    """The entries with the most spend of those held back, as far as they stand."""
    found = await session.loaders.entries.load_many(shrink.sample)
    return tuple(entry for entry in found if entry is not None)


async def accept_shrink(session: Session, run_id: UUID) -> RunRecord:
    """Let what a run held back vanish."""
    record = await session.stores.shrinks.accept(session.scope, run_id)
    await session.stores.topics.announce(session.scope, run_id)
    return record


async def reject_shrink(session: Session, run_id: UUID) -> RunRecord:
    """Keep what a run held back."""
    record = await session.stores.shrinks.reject(session.scope, run_id)
    await session.stores.topics.announce(session.scope, run_id)
    return record


async def policy(session: Session, connection_id: UUID) -> ReceiptPolicy:
    """What the receipts of a connection are judged by."""
    return await session.loaders.policies.load(connection_id) or ReceiptPolicy()


async def set_policy(session: Session, connection_id: UUID, wanted: ReceiptPolicy) -> ReceiptPolicy:
    """Judge a connection's receipts by `wanted` from its next run on."""
    _check_share("tolerance", wanted.tolerance)
    _check_share("shrinkShare", wanted.shrink_share)
    if not 1 <= wanted.shrink_entries <= MAX_SHRINK_ENTRIES:
        raise BadInput(
            f"shrinkEntries is {wanted.shrink_entries}, but must be between 1 and "
            f"{MAX_SHRINK_ENTRIES:,}",
            field="shrinkEntries",
            mend="leave it out to keep it as it is",
        )
    return await session.stores.policies.put(session.scope, connection_id, wanted)


def _check_share(field: str, share: Decimal) -> None:
    if not (share.is_finite() and 0 <= share <= 1):
        raise BadInput(
            f"{field} is {share}, but must be a share between 0 and 1",
            field=field,
            mend="give 0.005 for half a percent",
        )
