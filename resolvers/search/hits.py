"""What is shown of a hit beside its document."""

from __future__ import annotations

from uuid import UUID

from core.records.connections import Level
from core.records.documents import DocumentKind
from core.records.entries import CampaignRecord, EntryFilter
from core.records.exports import ExportRecord
from core.records.insights import InsightRecord
from core.records.search import Coordinate, DocumentFigures
from resolvers.search.pages import Hit
from resolvers.session import Session

_WITH_FIGURES = {
    DocumentKind.ACCOUNT: (),
    DocumentKind.CAMPAIGN: (),
    DocumentKind.AD_SET: (Level.AD_SET,),
    DocumentKind.AD: (Level.AD,),
}


async def figures(session: Session, hit: Hit) -> DocumentFigures | None:
    """Sums of its entries as they stand; None of what has no entries of its own."""
    if hit.document.kind not in _WITH_FIGURES:
        return None
    return await session.loaders.document_figures.load(hit.document.id)


async def coordinates(session: Session, hit: Hit) -> tuple[Coordinate, ...]:
    """Its places, in the order of Concept; empty where it has not been placed."""
    return await session.loaders.coordinates.load(hit.document.id) or ()


async def campaign(session: Session, hit: Hit) -> CampaignRecord | None:
    """The campaign that it is about, or that is above it."""
    digest = hit.document.campaign_id
    return None if digest is None else await session.loaders.campaigns.load(digest)


async def insight(session: Session, hit: Hit) -> InsightRecord | None:
    """The insight that it is about."""
    if hit.document.kind is not DocumentKind.INSIGHT:
        return None
    return await session.loaders.insights.load(UUID(hit.document.subject_id))


async def export(session: Session, hit: Hit) -> ExportRecord | None:
    """The export that it is about."""
    if hit.document.kind is not DocumentKind.EXPORT:
        return None
    return await session.loaders.exports.load(UUID(hit.document.subject_id))


def entries_of(hit: Hit) -> EntryFilter | None:
    """Which entries its figures are sums of; None of what has no entries of its own."""
    document = hit.document
    if document.kind not in _WITH_FIGURES or document.source is None:
        return None
    return EntryFilter(
        dates=document.period,
        sources=(document.source,),
        accounts=(document.account_id,) if document.account_id else (),
        campaigns=(document.campaign_id,) if document.campaign_id else (),
        levels=_WITH_FIGURES[document.kind],
        entities=(document.entity_id,) if document.entity_id else (),
    )
