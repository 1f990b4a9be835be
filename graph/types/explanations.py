"""What an operation would cost and find, on the wire."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.operations import CacheTier, Stage
from graph.scalars import BigInt
from graph.types.dates import DateRange
from graph.types.operations import Operation


@strawberry.type(description="What there is of the entries that an operation may read.")
class EntryFooting:
    """Reach and Footing on the wire."""

    dates: DateRange | None = strawberry.field(
        description="The days that it asks about; null: all."
    )
    entries: BigInt = strawberry.field(
        description="How many entries there are of those days and of the sources it asks for: an "
        "estimate of what is read, for its other filters are not reckoned with."
    )
    mature_share: float | None = strawberry.field(
        description="Which part of them is mature, from 0 to 1; null where there are none."
    )
    newest_day: dt.date | None = strawberry.field(
        description="The last day of any entry of the sources; null where there are none."
    )
    last_read_at: dt.datetime | None = strawberry.field(
        description="When that connection of the sources was read to its end that was not read "
        "for longest; null where one never was."
    )


@strawberry.type(description="What an operation would cost and find. Nothing was carried out.")
class OperationExplanation:
    """An answer of explain."""

    operation: Operation = strawberry.field(description="The operation.")
    stage: Stage = strawberry.field(description="What your client may send as text.")
    is_allowed: bool = strawberry.field(
        description="Whether it would be carried out by its id: it is not retired."
    )
    cost: BigInt = strawberry.field(
        description="Points that are taken before it is begun; those not used come back."
    )
    dearest: str = strawberry.field(description="Path of the field that most of the cost is for.")
    rows: BigInt = strawberry.field(description="How many items its lists may hold at most.")
    footing: EntryFooting | None = strawberry.field(
        description="What there is to answer from; null of an operation that reads no entries at "
        "its root."
    )
    cache_tier: CacheTier = strawberry.field(description="Where the answer would come from.")
