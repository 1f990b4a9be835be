"""What answers a question, and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import strawberry

from core.records.connections import Source
from core.records.documents import DocumentKind
from core.records.entries import EntryOrder
from core.records.search import (
    Concept,
    Coordinate,
    Degraded,
    DocumentFigures,
    Leaning,
    Path,
    SearchMode,
    Signal,
    WhyUnknown,
)
from core.search.concepts import MEASURED_BY
from core.search.snippets import snippet
from graph.bounds.sizes import about, listed, paged
from graph.context import Info
from graph.fields import resolved
from graph.pagination import After, Before, Connection, First, Last, edges, page_info
from graph.scalars import BigInt
from graph.types import campaigns as campaign_types
from graph.types.campaigns import Campaign
from graph.types.dates import DateRange
from graph.types.entries import MarketingEntryConnection, entry_connection
from graph.types.exports import Export
from graph.types.insights import Insight
from graph.types.metrics import RateColumns
from resolvers import search
from resolvers.entries import MAX_ENTRIES
from resolvers.paging import PageArguments


@strawberry.type(description="What one mode said of a hit.")
class SearchSignal:
    """Signal on the wire."""

    mode: SearchMode = strawberry.field(description="The mode.")
    rank: int = strawberry.field(description="The hit's place in that mode, from 1.")
    score: float = strawberry.field(
        description="Its score there; scores of different modes are no measure of each other."
    )

    @classmethod
    def from_record(cls, record: Signal) -> SearchSignal:
        """The signal on the wire."""
        return cls(mode=record.mode, rank=record.rank, score=record.score)


@strawberry.type(description="A word of the question that names a direction of the space.")
class SearchLeaning:
    """Leaning on the wire."""

    word: str = strawberry.field(description="The word.")
    concept: Concept = strawberry.field(description="The dimension that it names.")
    weight: float = strawberry.field(
        description="1 asks for much of it, -1 for little; half of either where it names several."
    )

    @classmethod
    def from_record(cls, record: Leaning) -> SearchLeaning:
        """The leaning on the wire."""
        return cls(word=record.word, concept=record.concept, weight=record.weight)


@strawberry.type(description="One edge of a walk.")
class SearchStep:
    """Step on the wire."""

    edge: str = strawberry.field(description="How the nodes stand to each other: `HAS_CAMPAIGN`.")
    label: str = strawberry.field(description="What the node that it leads to is called.")


@strawberry.type(description="A walk from what the question names to what the hit is about.")
class SearchPath:
    """Path on the wire."""

    start: str = strawberry.field(description="What the node that the question names is called.")
    steps: list[SearchStep] = listed(
        "Its edges in order; none where the question names it itself.", 2
    )

    @classmethod
    def from_record(cls, record: Path) -> SearchPath:
        """The path on the wire."""
        steps = [SearchStep(edge=each.edge, label=each.label) for each in record.steps]
        return cls(start=record.start, steps=steps)


@strawberry.type(description="A hit's place in one dimension of the marketing space.")
class ConceptCoordinate:
    """Coordinate on the wire."""

    concept: Concept = strawberry.field(description="The dimension.")
    percentile: float | None = strawberry.field(
        description=(
            "From 0 to 1, among documents of its kind, channel, quarter and currency; null where "
            "`unknown` says why."
        )
    )
    unknown: WhyUnknown | None = strawberry.field(description="Why it has no place there.")
    peers: int = strawberry.field(
        description="How many documents could be compared, itself included."
    )
    measured_by: str | None = strawberry.field(
        description="Of which ratio it is the percentile; null where nothing measures it."
    )

    @classmethod
    def from_record(cls, record: Coordinate) -> ConceptCoordinate:
        """The coordinate on the wire."""
        return cls(
            concept=record.concept,
            percentile=record.percentile,
            unknown=record.unknown,
            peers=record.peers,
            measured_by=MEASURED_BY[record.concept],
        )


@strawberry.type(
    description="Sums over the hit's entity and period, read from entries as they stand now."
)
class SearchFigures(RateColumns):
    """DocumentFigures on the wire."""

    currency: str | None = strawberry.field(
        description="ISO 4217 code of the amounts; null where there are no entries any more."
    )
    spend: Decimal | None = strawberry.field(description="What was paid, in `currency`.")
    impressions: BigInt | None = strawberry.field(description="How often it was shown.")
    clicks: BigInt | None = strawberry.field(description="Clicks.")
    conversions: Decimal | None = strawberry.field(description="Conversions.")
    conversion_value: Decimal | None = strawberry.field(
        description="What those conversions were worth, in `currency`."
    )

    @classmethod
    def from_record(cls, record: DocumentFigures) -> SearchFigures:
        """The figures on the wire."""
        return cls(
            counted=record,
            currency=record.currency,
            spend=record.spend,
            impressions=record.impressions,
            clicks=record.clicks,
            conversions=record.conversions,
            conversion_value=record.conversion_value,
        )


@strawberry.type(
    description=(
        "A document that answers a question. Its words were written from bands of figures, never "
        "with figures: those are in `figures` and `entries`, as they stand now."
    )
)
class SearchHit:
    """A hit on the wire."""

    hit: strawberry.Private[search.Hit]
    words: strawberry.Private[tuple[str, ...]]
    score: float = strawberry.field(description="The higher, the better, within this answer alone.")
    kind: DocumentKind = strawberry.field(description="What it is about.")
    title: str = strawberry.field(description="What it is about, in one line.")
    source: Source | None = strawberry.field(description="The source of what it is about.")
    account_id: str | None = strawberry.field(description="The source's own id of its account.")
    entity_id: str | None = strawberry.field(
        description="The source's own id of the ad set or ad; null for other kinds."
    )
    channel: str | None = strawberry.field(description="Its marketing channel.")
    period: DateRange | None = strawberry.field(description="The days that it is about.")
    quality: float | None = strawberry.field(
        description="Quality of the entries behind it, from 0 to 1; null where not assessed."
    )
    signals: list[SearchSignal] = listed("What each mode that found it said of it.", 4)
    matched: list[str] = strawberry.field(
        description="Which words of the question it holds, as stems."
    )
    paths: list[SearchPath] = listed(
        "How it was come by from what the question names; three at most.", 3
    )

    @classmethod
    def from_record(cls, hit: search.Hit, words: tuple[str, ...]) -> SearchHit:
        """The hit on the wire; `words` are those of the question."""
        document, ranked = hit.document, hit.ranked
        return cls(
            hit=hit,
            words=words,
            score=ranked.score,
            kind=document.kind,
            title=document.title,
            source=document.source,
            account_id=document.account_id,
            entity_id=document.entity_id,
            channel=document.channel,
            period=DateRange.from_record(document.period) if document.period else None,
            quality=document.quality,
            signals=[SearchSignal.from_record(each) for each in ranked.signals],
            matched=list(ranked.words),
            paths=[SearchPath.from_record(each) for each in ranked.paths],
        )

    @resolved(
        "The passage that answers best, at most 240 characters: plain text, to be escaped where "
        "it is shown as HTML."
    )
    def snippet(self) -> str:
        """Cut when it is selected."""
        return snippet(self.hit.document.text, (*self.words, *self.hit.ranked.words))

    @resolved("The whole text of the document, as plain text.")
    def text(self) -> str:
        """As it was written."""
        return self.hit.document.text

    @resolved(
        "Whether something was learned of its days since it was written, so that its words may "
        "be out of date; its figures never are."
    )
    async def is_stale(self, info: Info) -> bool:
        """Batched over the whole answer."""
        found = await search.figures(info.context.session, self.hit)
        return found is not None and found.is_stale

    @resolved("Null of insights, events and exports.")
    async def figures(self, info: Info) -> SearchFigures | None:
        """Batched over the whole answer."""
        found = await search.figures(info.context.session, self.hit)
        return None if found is None else SearchFigures.from_record(found)

    @resolved(
        "Its place in each of the ten dimensions; empty of insights, events and exports, and of "
        "what was indexed a moment ago.",
        size=about(len(Concept)),
    )
    async def coordinates(self, info: Info) -> list[ConceptCoordinate]:
        """Batched over the whole answer."""
        found = await search.coordinates(info.context.session, self.hit)
        return [ConceptCoordinate.from_record(each) for each in found]

    @resolved("The campaign that it is about, or that its ad set or ad belongs to.")
    async def campaign(self, info: Info) -> Campaign | None:
        """Batched over the whole answer."""
        record = await search.campaign(info.context.session, self.hit)
        return None if record is None else campaign_types.Campaign.from_record(record)

    @resolved("The insight that it is about.")
    async def insight(self, info: Info) -> Insight | None:
        """Batched over the whole answer."""
        record = await search.insight(info.context.session, self.hit)
        return None if record is None else Insight.from_record(record)

    @resolved("The export that it is about.")
    async def export(self, info: Info) -> Export | None:
        """Batched over the whole answer."""
        record = await search.export(info.context.session, self.hit)
        return None if record is None else Export.from_record(record)

    @resolved(
        "The entries behind its figures; null of insights, events and exports.",
        size=paged(MAX_ENTRIES),
    )
    async def entries(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> MarketingEntryConnection | None:
        """A page of its own for each hit."""
        where = search.entries_of(self.hit)
        if where is None:
            return None
        arguments = PageArguments(first, after, last, before)
        return await entry_connection(info, where, EntryOrder.DATE_DESC, arguments)


@strawberry.type(description="A mode that did not answer.")
class DegradedMode:
    """Degraded on the wire."""

    mode: SearchMode = strawberry.field(description="The mode.")
    reason: str = strawberry.field(description="Why it did not answer.")

    @classmethod
    def from_record(cls, record: Degraded) -> DegradedMode:
        """The mode on the wire."""
        return cls(mode=record.mode, reason=record.reason)


@strawberry.type(
    description=(
        "One page of an answer. It has 200 hits at most, and is kept for 15 minutes after its last "
        "page was asked for: its pages fit together, whatever is indexed meanwhile."
    )
)
class SearchHitConnection(Connection[SearchHit]):
    """A page of hits, and how the question was understood."""

    leanings: list[SearchLeaning] = listed("Directions that words of the question name.", 8)
    degraded: list[DegradedMode] = listed(
        "Modes that could not answer; the others did without them.", 4
    )


def hit_connection(found: search.Found) -> SearchHitConnection:
    """A page of an answer on the wire."""
    nodes = [SearchHit.from_record(each, found.question.words) for each in found.page.items]
    return SearchHitConnection(
        edges=edges(found.page, found.listing, nodes),
        nodes=nodes,
        page_info=page_info(found.page, found.listing),
        leanings=[SearchLeaning.from_record(each) for each in found.question.leanings],
        degraded=[DegradedMode.from_record(each) for each in found.degraded],
    )


SearchText = Annotated[
    str,
    strawberry.argument(
        description=(
            "The question, in your own words: 1 to 1,000 characters. It is no syntax: quotes and "
            "operators mean nothing."
        )
    ),
]
