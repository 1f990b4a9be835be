"""How the runs of each kind are done."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.records.runs import Receipt, RunKind
from jobs.analysing.analyse import analyse
from jobs.assignments import Assignment, Work
from jobs.exporting.export import export
from jobs.forgetting import forget
from jobs.indexing.index import index
from jobs.ingest import Ingestion
from jobs.learn import learn
from jobs.replays import replay
from jobs.sources import open_source
from jobs.transformations import transform


async def read(at: Assignment) -> Receipt:
    """Read a source, then learn from what it restated."""
    async with open_source(at.stores, at.settings, at.scope, at.run) as source:
        ingestion = Ingestion(at.stores, at.work, at.scope, at.claimed, source)
        receipt = await ingestion.run(at.gives_way)
    await learn(at.stores, at.scope, at.run.of_connection)
    return receipt


async def put_in_again(at: Assignment) -> Receipt:
    """Try refused records once more."""
    return await replay(at.stores, at.work, at.scope, at.claimed)


WORK_OF: Final[Mapping[RunKind, Work]] = MappingProxyType(
    {
        RunKind.INGESTION: read,
        RunKind.BACKFILL: read,
        RunKind.REPLAY: put_in_again,
        RunKind.TRANSFORMATION: transform,
        RunKind.EXPORT: export,
        RunKind.INDEX: index,
        RunKind.ANALYSIS: analyse,
        RunKind.ERASURE: forget,
    }
)
