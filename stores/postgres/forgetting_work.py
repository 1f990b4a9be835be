"""The worker's side of forgetting a person: bodies and texts to look at, and what goes of them.

Each step is one transaction, which counts what it let go of: a killed run goes on behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import zstandard

from core.jsonvalue import JSONObject
from core.records.audit import Act
from core.records.forgetting import Forgetting, Part, StillNamed
from core.records.retention import LetGo
from core.records.runs import Receipt
from core.scope import TenantScope
from stores.postgres.audit import record_act
from stores.postgres.database import Connection, Database
from stores.postgres.endings import conclude
from stores.postgres.letting_go import (
    FREE_FILE,
    FREE_PAGE,
    FREE_VERSION,
    let_go_of_bodies,
    let_go_of_versions,
)
from stores.postgres.run_work import Claimed, RunStep, advance_run, hold

PAGES_AT_ONCE: Final = 20
TEXTS_AT_ONCE: Final = 1000
_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class StoredBody:
    """A page's body, and the upload that it was read from, if any."""

    page_id: UUID
    upload_id: UUID | None
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredText:
    """What a version of a document says."""

    id: UUID
    learned_at: datetime
    is_current: bool
    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """What names the person among what was looked at last, and where to go on: a part's end is ().

    `read_from` are the uploads that pages were read from. Of `versions`, current ones say a label
    that stays.
    """

    part: Part
    after: tuple[str, ...]
    looked_at: int
    pages: Sequence[UUID] = ()
    read_from: frozenset[UUID] = frozenset()
    uploads: Sequence[UUID] = ()
    versions: Sequence[StoredText] = ()


class ForgettingWorkStore:
    """Steps of a run of kind ERASURE."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, scope: TenantScope) -> int:
        """How many bodies, files and versions there are to look at."""
        async with self._database.read(scope) as connection:
            return int(await connection.fetchval(_COUNT, scope.tenant_id))

    async def begin(self, scope: TenantScope, claimed: Claimed, standing: Forgetting) -> None:
        """Keep how much there is to look at."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            await advance_run(connection, scope, claimed, _step(standing))

    async def bodies(self, scope: TenantScope, after: tuple[str, ...]) -> Sequence[StoredBody]:
        """The next pages that have a body; none: there are no more."""
        place = UUID(after[0]) if after else _FIRST
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_BODIES, scope.tenant_id, place, PAGES_AT_ONCE)
        return [
            StoredBody(row["id"], row["upload_id"], zstandard.decompress(row["body"]))
            for row in rows
        ]

    async def upload(self, scope: TenantScope, after: tuple[str, ...]) -> UUID | None:
        """The next file that has a body."""
        place = UUID(after[0]) if after else _FIRST
        async with self._database.read(scope) as connection:
            found: UUID | None = await connection.fetchval(_UPLOAD, scope.tenant_id, place)
        return found

    async def texts(self, scope: TenantScope, after: tuple[str, ...]) -> Sequence[StoredText]:
        """The next versions of documents."""
        place = (UUID(after[0]), datetime.fromisoformat(after[1])) if after else (_FIRST, None)
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_TEXTS, scope.tenant_id, *place, TEXTS_AT_ONCE)
        return [StoredText(**dict(row)) for row in rows]

    async def messages(self, scope: TenantScope) -> Sequence[bytes]:
        """Messages of webhooks that no page holds yet."""
        sql = "SELECT body FROM webhook_inbox WHERE tenant_id = $1"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id)
        return [bytes(row["body"]) for row in rows]

    async def let_go(
        self,
        scope: TenantScope,
        claimed: Claimed,
        named: Named,
        standing: Forgetting,
        *,
        is_preview: bool,
    ) -> Forgetting:
        """Let go of what is named, but for what is needed still; where the run then stands."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            gone = LetGo() if is_preview else await _gone(connection, scope, named)
            stands = _moved(standing, named, gone)
            await advance_run(connection, scope, claimed, _step(stands))
        return stands

    async def finish(
        self, scope: TenantScope, claimed: Claimed, standing: Forgetting, *, is_preview: bool
    ) -> Receipt:
        """End the run with its receipt; what named the person is kept no longer."""
        told: JSONObject = {"gone": asdict(standing.gone), "left": asdict(standing.left)}
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            run_id = claimed.run.id
            await connection.execute(_FINISH, scope.tenant_id, run_id, told)
            receipt = await conclude(connection, scope, run_id, None, _summary(standing))
            if not is_preview:
                counts = {
                    **asdict(standing.gone),
                    **{f"{name}_left": n for name, n in asdict(standing.left).items()},
                }
                await record_act(connection, scope, Act.SUBJECT_ERASED, f"run:{run_id}", **counts)
        return receipt


async def _gone(connection: Connection, scope: TenantScope, named: Named) -> LetGo:
    pages = await _free(connection, _FREE_PAGES, scope, named.pages)
    uploads = await _free(connection, _FREE_UPLOADS, scope, named.uploads)
    gone = await let_go_of_bodies(connection, scope, pages, uploads)
    old = [each for each in named.versions if not each.is_current]
    ids, moments = [each.id for each in old], [each.learned_at for each in old]
    free = await connection.fetch(_FREE_VERSIONS, scope.tenant_id, ids, moments)
    return gone + await let_go_of_versions(connection, scope, free)


async def _free(
    connection: Connection, sql: str, scope: TenantScope, ids: Sequence[UUID]
) -> list[UUID]:
    rows = await connection.fetch(sql, scope.tenant_id, list(ids))
    return [row["id"] for row in rows]


def _moved(standing: Forgetting, named: Named, gone: LetGo) -> Forgetting:
    left = standing.left
    return replace(
        standing,
        part=named.part,
        after=named.after,
        looked_at=standing.looked_at + named.looked_at,
        uploads=standing.uploads | named.read_from,
        gone=standing.gone + gone,
        left=StillNamed(
            left.raw_pages + len(named.pages) - gone.raw_pages,
            left.uploads + len(named.uploads) - gone.uploads,
            left.messages,
            left.documents + len(named.versions) - gone.document_versions,
        ),
    )


def _step(standing: Forgetting) -> RunStep:
    told = f"{standing.looked_at} of {standing.total} bodies and texts looked at"
    return RunStep(standing.to_json(), standing.progress, told)


def _summary(standing: Forgetting) -> str:
    gone, left = standing.gone, standing.left
    return (
        f"{gone.raw_pages} pages, {gone.uploads} files and {gone.document_versions} texts let go "
        f"of; {left.raw_pages + left.uploads + left.messages + left.documents} name them still"
    )


_COUNT = """
SELECT (SELECT count(*) FROM raw_page WHERE tenant_id = $1 AND body_gone_at IS NULL)
     + (SELECT count(*) FROM upload
        WHERE tenant_id = $1 AND finished_at IS NOT NULL AND body_gone_at IS NULL)
     + (SELECT count(*) FROM document WHERE tenant_id = $1)
"""
_BODIES = """
SELECT p.id, r.upload_id, p.body FROM raw_page p
JOIN run r ON r.tenant_id = $1 AND r.id = p.run_id
WHERE p.tenant_id = $1 AND p.id > $2 AND p.body_gone_at IS NULL ORDER BY p.id LIMIT $3
"""
_UPLOAD = """
SELECT id FROM upload
WHERE tenant_id = $1 AND id > $2 AND finished_at IS NOT NULL AND body_gone_at IS NULL
ORDER BY id LIMIT 1
"""
_TEXTS = """
SELECT id, learned_at, superseded_at IS NULL AS is_current, title || E'\\n' || text AS text
FROM document
WHERE tenant_id = $1 AND (id, learned_at) > ($2, coalesce($3, '-infinity'::timestamptz))
ORDER BY id, learned_at LIMIT $4
"""
_FREE_PAGES = f"SELECT p.id FROM raw_page p WHERE {FREE_PAGE} AND p.id = ANY($2) FOR UPDATE"
_FREE_UPLOADS = f"SELECT u.id FROM upload u WHERE {FREE_FILE} AND u.id = ANY($2) FOR UPDATE"
_FREE_VERSIONS = f"""
SELECT d.id, d.learned_at FROM document d
JOIN unnest($2::uuid[], $3::timestamptz[]) AS old (id, learned_at)
    ON old.id = d.id AND old.learned_at = d.learned_at
WHERE {FREE_VERSION}
"""
_FINISH = """
UPDATE subject_erasure SET receipt = $3, sealed_names = NULL, finished_at = clock_timestamp()
WHERE tenant_id = $1 AND run_id = $2
"""
