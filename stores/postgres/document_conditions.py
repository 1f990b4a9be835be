"""Filters of documents as SQL."""

from __future__ import annotations

from core.records.documents import DocumentFilter
from stores.postgres.conditions import Conditions


def restrict(where: Conditions, to: DocumentFilter) -> None:
    """Add to `where` that a document `d` is let through by `to`."""
    where.among("d.kind", to.kinds)
    where.among("d.source", to.sources)
    where.among("d.channel", to.channels)
    where.among("d.account_id", to.accounts)
    where.among("d.campaign_id", to.campaigns)
    if to.dates is not None:
        where.add("d.until >= {} AND d.since <= {}", to.dates.since, to.dates.until)
    if to.min_quality is not None:
        where.add("d.quality >= {}", to.min_quality)
