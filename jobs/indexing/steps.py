"""What follows documents into indexes of its own, after a run's documents are written.

A step sees every change once or more often, in the order of the tenant's clock, and its place is
kept in `index_step`: one that is new, or was killed, goes on from where it stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

from core.jsonvalue import JSONObject
from core.records.documents import Document
from jobs.assignments import Assignment, GaveWay
from stores.postgres.run_work import RunStep

BATCH: Final = 1000


class IndexStep(Protocol):
    """One of them. What it does may be done again."""

    @property
    def name(self) -> str:
        """Its name in `index_step`: another name begins at the first document."""
        ...

    async def follow(
        self, at: Assignment, documents: Sequence[Document], gone: Sequence[UUID]
    ) -> None:
        """Take in documents as they stand by now, and that others are no more."""
        ...


async def follow(at: Assignment, step: IndexStep, checkpoint: JSONObject, progress: float) -> None:
    """Bring a step up to the newest document; the run's checkpoint and progress stay."""
    work = at.work.documents
    while (changes := await work.changes(at.scope, step.name, BATCH)) is not None:
        await step.follow(at, changes.documents, changes.gone)
        count = len(changes.documents) + len(changes.gone)
        told = RunStep(checkpoint, progress, f"{step.name}: {count} documents taken in")
        await work.followed(at.scope, at.claimed, step.name, changes.place, told)
        if await at.gives_way():
            raise GaveWay
