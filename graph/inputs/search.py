"""Which documents a question is about."""

from __future__ import annotations

import strawberry

from core.records.connections import Source
from core.records.documents import DocumentFilter, DocumentKind
from graph.ids import CAMPAIGN
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import ALL, texts
from resolvers.quality import score
from resolvers.text import choices


@strawberry.input(description="Which documents. Conditions are joined by and, values of one by or.")
class SearchFilter:
    """DocumentFilter as the caller gives it."""

    kinds: list[DocumentKind] | None = strawberry.field(
        default=None, description=f"What they are about. {ALL}"
    )
    sources: list[Source] | None = strawberry.field(
        default=None, description=f"The sources of what they are about. {ALL}"
    )
    channels: list[str] | None = strawberry.field(
        default=None, description=f"Their channels, spelled exactly. {ALL}"
    )
    accounts: list[str] | None = strawberry.field(
        default=None, description=f"The sources' own ids of their accounts. {ALL}"
    )
    campaigns: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Ids of campaigns that they are about, or that belong to. {ALL}"
    )
    dates: DateRangeInput | None = strawberry.field(
        default=None, description="Their periods touch these days. Left out: all."
    )
    min_quality: float | None = strawberry.field(
        default=None,
        description="The entries behind them have at least this quality, from 0 to 1.",
    )


def document_filter(given: SearchFilter | None) -> DocumentFilter:
    """The filter, or BadInput naming the part of it that is wrong."""
    if given is None:
        return DocumentFilter()
    campaigns = choices(given.campaigns, "filter.campaigns")
    return DocumentFilter(
        kinds=choices(given.kinds, "filter.kinds"),
        sources=choices(given.sources, "filter.sources"),
        channels=texts(given.channels, "filter.channels"),
        accounts=texts(given.accounts, "filter.accounts"),
        campaigns=tuple(CAMPAIGN.decode(each, "filter.campaigns") for each in campaigns),
        dates=given.dates.to_range("filter.dates") if given.dates else None,
        min_quality=score(given.min_quality, "filter.minQuality"),
    )
