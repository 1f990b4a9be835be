"""Runs that forget a person, worked on as a worker does."""

from __future__ import annotations

from collections.abc import Sequence

from core.records.forgetting import SubjectErasure
from core.records.runs import RunRecord, RunStatus
from core.scope import TenantScope
from jobs.forgetting import forget
from stores.wiring import Stores
from stores.work import work_stores
from tests.jobs.indexing import assignment


async def asked(
    stores: Stores, scope: TenantScope, names: Sequence[str], *, is_preview: bool = False
) -> RunRecord:
    """A run that waits."""
    _, run = await stores.subject_erasures.request(scope, names, is_preview=is_preview)
    return run


async def forgotten(
    stores: Stores, scope: TenantScope, names: Sequence[str], *, is_preview: bool = False
) -> SubjectErasure:
    """The receipt of a run from its beginning to its end."""
    run = await asked(stores, scope, names, is_preview=is_preview)
    claimed = await work_stores(stores).runs.claim(scope, run.id)
    assert claimed is not None
    await forget(assignment(stores, scope, claimed))
    found = (await stores.runs.by_ids(scope, [run.id]))[run.id]
    assert (found.status, found.progress) == (RunStatus.SUCCEEDED, 1)
    return await stores.subject_erasures.of_run(scope, run.id)
