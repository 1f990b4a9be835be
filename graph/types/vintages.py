"""Vintage: one observed version of an entry's numbers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import strawberry

from core.records.entries import VintageRecord
from graph.bounds.sizes import listed
from graph.context import Info
from graph.fields import resolved
from graph.types.lineage import Lineage
from graph.types.links import present
from graph.types.metrics import MetricColumns, metric_columns
from graph.types.runs import Run
from resolvers import runs
from resolvers.entries import MetricChange, VintageChanges


@strawberry.type(description="One number that a vintage changed.")
class VintageChange:
    """MetricChange on the wire."""

    metric: str = strawberry.field(
        description="Field of the entry, in the schema's spelling, such as `conversionValue`."
    )
    before: Decimal | None = strawberry.field(description="What it was; null when unknown.")
    after: Decimal | None = strawberry.field(description="What it became; null when unknown.")

    @classmethod
    def from_record(cls, record: MetricChange) -> VintageChange:
        """The change on the wire."""
        head, *rest = record.metric.split("_")
        name = head + "".join(word.capitalize() for word in rest)
        return cls(metric=name, before=record.before, after=record.after)


@strawberry.type(
    description=(
        "What was known of an entry from `learnedAt` on, until the next vintage. Written only "
        "when something changed, and never altered."
    )
)
class Vintage(MetricColumns):
    """VintageRecord on the wire."""

    record: strawberry.Private[VintageRecord]
    learned_at: dt.datetime = strawberry.field(description="When this became known.")
    is_present: bool = strawberry.field(
        description="Whether the source still had the row; when not, it had vanished."
    )
    changes: list[VintageChange] = listed(
        "How it differs from the vintage before; empty on the first.", size=3
    )

    @classmethod
    def from_record(cls, step: VintageChanges) -> Vintage:
        """The vintage on the wire."""
        record = step.vintage
        return cls(
            record=record,
            learned_at=record.learned_at,
            is_present=record.is_present,
            changes=[VintageChange.from_record(change) for change in step.changes],
            **metric_columns(record.metrics),
        )

    @resolved("The run that learned it.")
    async def run(self, info: Info) -> Run:
        """Batched over the whole answer."""
        record = await runs.run(info.context.session, self.record.run_id)
        return Run.from_record(present(record, "run"))

    @resolved("Where it stands in what the source sent; null when the row had vanished.", reads=())
    def lineage(self) -> Lineage | None:
        """The page follows when it is selected."""
        page, position = self.record.raw_page_id, self.record.raw_position
        if page is None or position is None:
            return None
        return Lineage(raw_page_id=page, position=position)
