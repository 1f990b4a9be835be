"""How long each stage of an ingestion is at work; stages overlap, so they add up to more."""

from __future__ import annotations

import functools
import inspect
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pkgutil import resolve_name
from typing import Any
from unittest.mock import patch

_STAGES = {
    "compress and hash": "stores.postgres.page_work.landing",
    "land (with compressing)": "stores.postgres.page_work.PageWorkStore.land",
    "parse and normalise": "jobs.page_flow.normalise_page",
    "encode": "jobs.page_flow.page_rows",
    "COPY": "stores.postgres.page_work.fill_stage",
    "merge SQL": "stores.postgres.page_work.merge_entries",
    "campaigns": "stores.postgres.page_work.merge_campaigns",
    "mark pages": "stores.postgres.page_work._mark_merged",
    "pages said before": "stores.postgres.page_work.confirm_pages",
    "merge, whole": "stores.postgres.page_work.PageWorkStore.merge",
    "end of readings": "stores.postgres.readings.ReadingStore.complete",
    "receipt": "stores.postgres.readings.ReadingStore.finish",
}


@contextmanager
def timed() -> Iterator[Counter[str]]:
    """Seconds by stage, filled while the context is open."""
    seconds: Counter[str] = Counter()
    patches = [patch(path, _timed(path, name, seconds)) for name, path in _STAGES.items()]
    for each in patches:
        each.start()
    try:
        yield seconds
    finally:
        for each in patches:
            each.stop()


def _timed(path: str, name: str, seconds: Counter[str]) -> Any:
    real = resolve_name(path)

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
