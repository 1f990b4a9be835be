"""How long each stage of a run is at work; stages overlap, so they may add up to more."""

from __future__ import annotations

import functools
import inspect
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pkgutil import resolve_name
from typing import Any
from unittest.mock import patch

INGESTION = {
    "compress and hash": "stores.postgres.page_work.landing",
    "land (with compressing)": "stores.postgres.page_work.PageWorkStore.land",
    "parse and normalise": "jobs.page_flow.normalise_together",
    "encode": "jobs.page_flow.rows_of_pages",
    "stage rows, or keys": "stores.postgres.page_work.stage_pages",
    "stage what differs": "stores.postgres.merge.stage_changed",
    "merge": "stores.postgres.page_work.merge_entries",
    "campaigns": "stores.postgres.page_work.merge_campaigns",
    "mark pages": "stores.postgres.page_work._mark_merged",
    "pages said before": "stores.postgres.page_work.confirm_pages",
    "transaction, whole": "stores.postgres.page_work.PageWorkStore.merge",
    "end of readings": "stores.postgres.readings.ReadingStore.complete",
    "receipt": "stores.postgres.readings.ReadingStore.finish",
}
INDEXING = {
    "facts": "stores.postgres.document_facts.DocumentFactStore.entity_months",
    "texts": "jobs.indexing.index._made",
    "what stands": "stores.postgres.document_work.DocumentWorkStore.standing",
    "write documents": "stores.postgres.document_work.DocumentWorkStore.rewrite",
    "words, places, graph": "jobs.indexing.index.renew_search",
    "changes": "stores.postgres.document_work.DocumentWorkStore.changes",
    "known vectors": "stores.postgres.embeddings.EmbeddingStore.known",
    "embed": "stores.embedders.words.WordsEmbedder.embed",
    "keep vectors": "stores.postgres.embeddings.EmbeddingStore.keep",
    "index vectors": "stores.postgres.vectors.PostgresVectors.upsert",
    "measure": "jobs.indexing.index.measure",
}
ANALYSIS = {
    "read: figures": "stores.postgres.panel_days.PanelDayStore.days",
    "read: health": "jobs.analysing.look._health",
    "read: what is known": "jobs.analysing.look._known",
    "make panels": "jobs.analysing.look.panels",
    "read: what was told": "stores.postgres.analysis_work.AnalysisWorkStore.standing",
    "detect": "jobs.analysing.analyse.named_findings",
    "match and judge": "jobs.analysing.analyse._weighed",
    "write": "stores.postgres.analysis_work.AnalysisWorkStore.tell",
}


@contextmanager
def timed(stages: Mapping[str, str] = INGESTION) -> Iterator[Counter[str]]:
    """Seconds by stage, filled while the context is open."""
    seconds: Counter[str] = Counter()
    patches = [patch(path, _timed(path, name, seconds)) for name, path in stages.items()]
    for each in patches:
        each.start()
    try:
        yield seconds
    finally:
        for each in patches:
            each.stop()


def _timed(path: str, name: str, seconds: Counter[str]) -> Any:
    return timed_call(resolve_name(path), name, seconds)


def timed_call(real: Any, name: str, seconds: Counter[str]) -> Any:
    """A function, or one that is awaited, that adds its seconds to `name` whenever it is called."""

    @functools.wraps(real)
    async def awaited(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        try:
            return await real(*args, **kwargs)
        finally:
            seconds[name] += time.perf_counter() - start

    @functools.wraps(real)
    def called(*args: Any, **kwargs: Any) -> Any:
        start, worked = time.perf_counter(), time.thread_time()
        try:
            return real(*args, **kwargs)
        finally:
            seconds[name] += time.perf_counter() - start
            seconds[f"{name}, CPU"] += time.thread_time() - worked

    return awaited if inspect.iscoroutinefunction(real) else called
