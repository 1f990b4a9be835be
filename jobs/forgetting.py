"""One run of kind ERASURE: whatever names a person is found and let go of.

A body goes whole: what else its record says of the person goes with it, as do the records of others
beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from core.records.forgetting import Forgetting, Part, StillNamed
from core.records.retention import LetGo
from core.records.runs import Receipt
from core.subjects import Naming
from jobs.assignments import Assignment
from stores.postgres.forgetting_work import Named, StoredBody, StoredText

PAGES_A_STEP: Final = 200
"""Looked at before the run says how far it is."""


async def forget(at: Assignment) -> Receipt:
    """Look through all that is kept, from the checkpoint on, and end the run with its receipt."""
    erasure = await at.stores.subject_erasures.of_run(at.scope, at.run.id)
    naming = Naming.of(await at.stores.subject_erasures.names(at.scope, at.run.id))
    looking = _Looking(at, naming, await _begun(at, naming))
    standing = await looking.through(is_preview=erasure.is_preview)
    if not erasure.is_preview:
        cached = await at.stores.tenant_keys.remove_answers(at.scope)
        standing = replace(standing, gone=standing.gone + LetGo(cached_answers=cached))
    return await at.work.forgetting.finish(
        at.scope, at.claimed, standing, is_preview=erasure.is_preview
    )


async def _begun(at: Assignment, naming: Naming) -> Forgetting:
    if at.run.checkpoint is not None:
        return Forgetting.from_json(at.run.checkpoint)
    waiting = sum(map(naming.is_in, await at.work.forgetting.messages(at.scope)))
    total = await at.work.forgetting.count(at.scope)
    standing = Forgetting(total, left=StillNamed(messages=waiting))
    await at.work.forgetting.begin(at.scope, at.claimed, standing)
    return standing


@dataclass(slots=True)
class _Looking:
    """A run in this worker's hands."""

    at: Assignment
    naming: Naming
    standing: Forgetting

    async def through(self, *, is_preview: bool) -> Forgetting:
        """Every part to its end."""
        parts = {Part.PAGES: self._pages, Part.UPLOADS: self._upload, Part.DOCUMENTS: self._texts}
        while self.standing.part is not Part.DONE:
            named = await parts[self.standing.part](self.standing.after)
            self.standing = await self.at.work.forgetting.let_go(
                self.at.scope, self.at.claimed, named, self.standing, is_preview=is_preview
            )
        return self.standing

    async def _pages(self, after: tuple[str, ...]) -> Named:
        found, looked_at = list[StoredBody](), 0
        part = Part.PAGES
        while looked_at < PAGES_A_STEP and part is Part.PAGES:
            bodies = await self.at.work.forgetting.bodies(self.at.scope, after)
            found += await asyncio.to_thread(self._naming_bodies, bodies)
            looked_at += len(bodies)
            after = (str(bodies[-1].page_id),) if bodies else ()
            part = Part.PAGES if bodies else Part.UPLOADS
        read_from = frozenset(each.upload_id for each in found if each.upload_id)
        return Named(part, after, looked_at, [each.page_id for each in found], read_from)

    async def _upload(self, after: tuple[str, ...]) -> Named:
        upload_id = await self.at.work.forgetting.upload(self.at.scope, after)
        if upload_id is None:
            return Named(Part.DOCUMENTS, (), 0)
        is_named = upload_id in self.standing.uploads or await self._is_in(upload_id)
        found = [upload_id] if is_named else []
        return Named(Part.UPLOADS, (str(upload_id),), 1, uploads=found)

    async def _texts(self, after: tuple[str, ...]) -> Named:
        texts = await self.at.work.forgetting.texts(self.at.scope, after)
        if not texts:
            return Named(Part.DONE, (), 0)
        found = await asyncio.to_thread(self._naming_texts, texts)
        place = (str(texts[-1].id), texts[-1].learned_at.isoformat())
        return Named(Part.DOCUMENTS, place, len(texts), versions=found)

    async def _is_in(self, upload_id: UUID) -> bool:
        before = b""
        async for chunk in self.at.stores.uploads.chunks(self.at.scope, upload_id):
            if await asyncio.to_thread(self.naming.is_in, before + chunk):
                return True
            before = chunk[-self.naming.longest :]
        return False

    def _naming_bodies(self, bodies: Sequence[StoredBody]) -> list[StoredBody]:
        return [each for each in bodies if self.naming.is_in(each.body)]

    def _naming_texts(self, texts: Sequence[StoredText]) -> list[StoredText]:
        return [each for each in texts if self.naming.is_in(each.text.encode())]
