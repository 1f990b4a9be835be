"""Figures that several fields of an answer tell of: asked once, whoever asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.records.pages import PageRequest
from core.records.performance import PerformancePage, PerformanceQuestion
from core.scope import TenantScope
from loaders.ports.facts import PerformanceStore


@dataclass(frozen=True, slots=True)
class FiguresAsked:
    """A question that was checked, how many groups it may have, and of which moment."""

    question: PerformanceQuestion
    most: int
    as_of: datetime | None


async def figures(
    store: PerformanceStore, scope: TenantScope, keys: Sequence[FiguresAsked]
) -> dict[FiguresAsked, PerformancePage]:
    """The first page of each."""
    return {
        key: await store.page(scope, key.question, PageRequest(key.most), key.as_of) for key in keys
    }
