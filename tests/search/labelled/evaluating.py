"""How well each mode answers the labelled questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from uuid import UUID

from core.records.documents import Document, DocumentFilter
from core.records.search import SearchMode
from core.search.questions import understood
from resolvers.search.answering import ranking
from resolvers.session import Session
from tests.search.labelled.loading import digest_of
from tests.search.labelled.measures import ndcg_at_10, recall_at_5, reciprocal_rank
from tests.search.labelled.questions import About, Asked, Family
from tests.search.labelled.world import AdSet, Campaign, ad_sets


@dataclass(frozen=True)
class Figures:
    """Means over questions."""

    recall_at_5: float
    mrr: float
    ndcg_at_10: float


Table = Mapping[tuple[SearchMode, Family | None], Figures]
"""Of each mode, by family of questions; under None over all of them."""


def abouts(
    documents: Sequence[Document], campaigns: Sequence[Campaign]
) -> Mapping[UUID, About | None]:
    """What each document is about; None of what no question asks for, such as accounts."""
    by_digest = {digest_of(each): each for each in campaigns}
    by_id = {ad_set.ad_set_id: ad_set for each in campaigns for ad_set in ad_sets(each)}
    found: dict[UUID, About | None] = {}
    for each in documents:
        entity: AdSet | Campaign | None = by_id.get(each.entity_id or "")
        if entity is None and each.campaign_id is not None:
            entity = by_digest[each.campaign_id]
        period = each.period
        found[each.id] = None if entity is None or period is None else About(entity, period.since)
    return found


async def evaluated(
    session: Session, asked: Sequence[Asked], about: Mapping[UUID, About | None]
) -> Table:
    """Every mode on every question."""
    found: defaultdict[tuple[SearchMode, Family | None], list[Figures]] = defaultdict(list)
    for each in asked:
        grades = {key: 0 if what is None else each.judge(what) for key, what in about.items()}
        question, ideal = understood(each.text), list(grades.values())
        for mode in SearchMode:
            order = await ranking(session, question, mode, DocumentFilter())
            got = [grades[hit.document_id] for hit in order.ranked]
            figures = Figures(recall_at_5(got, ideal), reciprocal_rank(got), ndcg_at_10(got, ideal))
            found[mode, each.family].append(figures)
            found[mode, None].append(figures)
    return {key: _mean(figures) for key, figures in found.items()}


def _mean(figures: Sequence[Figures]) -> Figures:
    return Figures(
        fmean(each.recall_at_5 for each in figures),
        fmean(each.mrr for each in figures),
        fmean(each.ndcg_at_10 for each in figures),
    )
