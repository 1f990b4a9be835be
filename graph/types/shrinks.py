"""HeldShrink: entries that would vanish, and wait for a decision."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from core.records.receipts import HeldShrink as Held
from core.records.receipts import ShrinkDay as Day
from core.records.receipts import ShrinkState
from graph.bounds.sizes import about, listed
from graph.context import Info
from graph.fields import resolved
from resolvers import receipts

if TYPE_CHECKING:
    from graph.types.entries import MarketingEntry


@strawberry.type(description="What of one day would vanish.")
class ShrinkDay:
    """ShrinkDay on the wire."""

    date: dt.date = strawberry.field(description="The day, in the account's zone.")
    entries: int = strawberry.field(description="How many entries.")
    spend: Decimal | None = strawberry.field(description="Their spend; null when none knows it.")

    @classmethod
    def from_record(cls, record: Day) -> ShrinkDay:
        """The day on the wire."""
        return cls(date=record.date, entries=record.entries, spend=record.spend)


@strawberry.type(
    description=(
        "Entries that the source no longer has: too many to let them vanish unasked. They stand "
        "until `acceptShrink`, and for good after `rejectShrink`."
    )
)
class HeldShrink:
    """HeldShrink on the wire."""

    record: strawberry.Private[Held]
    state: ShrinkState = strawberry.field(description="What became of it.")
    standing: int = strawberry.field(description="How many entries the days read had before.")
    entries: int = strawberry.field(description="How many of them would vanish.")
    spend: Decimal | None = strawberry.field(description="Their spend; null when none knows it.")
    currency: str = strawberry.field(description="ISO 4217 code of the spend.")
    days: list[ShrinkDay] = listed("Day by day, in order.", size=31)
    held_at: dt.datetime = strawberry.field(description="When the source was found without them.")
    decided_at: dt.datetime | None = strawberry.field(description="When it was decided.")
    decided_by: str | None = strawberry.field(description="Who decided, such as `user:…`.")

    @classmethod
    def from_record(cls, record: Held) -> HeldShrink:
        """The shrink on the wire."""
        return cls(
            record=record,
            state=record.state,
            standing=record.standing,
            entries=record.entries,
            spend=record.spend,
            currency=record.currency,
            days=[ShrinkDay.from_record(day) for day in record.days],
            held_at=record.held_at,
            decided_at=record.decided_at,
            decided_by=record.decided_by,
        )

    @resolved("Those with the most spend, at most 20, as far as they still stand.", size=about(20))
    async def sample(
        self, info: Info
    ) -> list[Annotated[MarketingEntry, strawberry.lazy("graph.types.entries")]]:
        """Batched over the whole answer."""
        from graph.types.entries import MarketingEntry  # noqa: PLC0415 - types refer in a circle

        found = await receipts.sample(info.context.session, self.record)
        return [MarketingEntry.from_record(entry) for entry in found]
