"""The worker's side of documents: versions written, and their changes followed step by step.

Every step is one transaction and safe to repeat: what stands already is not written again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from core.records.documents import Document, DocumentKind
from core.records.runs import Receipt
from core.scope import TenantScope
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection, Database, storable
from stores.postgres.documents import DOCUMENT_COLUMNS, document_record
from stores.postgres.endings import conclude
from stores.postgres.run_work import Claimed, RunStep, advance_run, hold

ENTITY_KINDS = (
    DocumentKind.ACCOUNT,
    DocumentKind.CAMPAIGN,
    DocumentKind.AD_SET,
    DocumentKind.AD,
)
SINGLE_KINDS = (DocumentKind.INSIGHT, DocumentKind.CALENDAR_EVENT, DocumentKind.EXPORT)


@dataclass(frozen=True, slots=True)
class Standing:
    """What tells a document's versions apart."""

    content_hash: bytes
    quality: float | None
    campaign_id: UUID | None


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version that is to be written; `is_first` where nothing stands under its id."""

    id: UUID
    is_first: bool
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What a batch of documents comes to: of `made` ones, these are new or differ."""

    made: int
    versions: Sequence[NewVersion]
    gone: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Place:
    """How far a step has followed: every change up to this document of this moment."""

    through: datetime
    through_id: UUID


@dataclass(frozen=True, slots=True)
class Changes:
    """Documents as they stand by now, and ids that have none any more; None: there are no more."""

    documents: tuple[Document, ...]
    gone: tuple[UUID, ...]
    place: Place


class DocumentWorkStore:
    """Steps of a run of kind INDEX."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def months(self, scope: TenantScope) -> tuple[date, ...]:
        """The months that have documents of entities, in order."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_MONTHS, scope.tenant_id, list(ENTITY_KINDS))
        return tuple(row["since"] for row in rows)

    async def standing(
        self, scope: TenantScope, kinds: Sequence[DocumentKind], month: date | None
    ) -> dict[UUID, Standing]:
        """Current documents of these kinds; of one month, if it is given."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_STANDING, scope.tenant_id, list(kinds), month)
        return {
            row["id"]: Standing(bytes(row["content_hash"]), row["quality"], row["campaign_id"])
            for row in rows
        }

    async def rewrite(
        self, scope: TenantScope, claimed: Claimed, what: Rewriting, step: RunStep
    ) -> None:
        """Write versions, let those before them and what is gone be superseded, and count."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            if what.versions or what.gone:
                moment = await advance_clock(connection, scope)
                superseded = [each.id for each in what.versions if not each.is_first]
                ended = [*superseded, *what.gone]
                await connection.execute(_SUPERSEDE, scope.tenant_id, moment, ended)
                await _insert(connection, scope, moment, what.versions)
            await connection.execute(_COUNT, scope.tenant_id, claimed.run.id, *_counted(what))
            await advance_run(connection, scope, claimed, step)

    async def changes(self, scope: TenantScope, step: str, limit: int) -> Changes | None:
        """What has changed since `step` last said that it had `followed`; at most `limit`."""
        async with self._database.read(scope) as connection:
            seen = await connection.fetchrow(_PLACE, scope.tenant_id, step)
            after = (None, None) if seen is None else (seen["through"], seen["through_id"])
            rows = await connection.fetch(_CHANGED, scope.tenant_id, *after, limit)
            if not rows:
                return None
            ids = [row["id"] for row in rows]
            current = await connection.fetch(_BY_IDS, scope.tenant_id, ids)
        documents = tuple(map(document_record, current))
        kept = {each.id for each in documents}
        gone = tuple(each for each in dict.fromkeys(ids) if each not in kept)
        return Changes(documents, gone, Place(rows[-1]["changed_at"], rows[-1]["id"]))

    async def followed(
        self, scope: TenantScope, claimed: Claimed, step: str, place: Place, told: RunStep
    ) -> None:
        """Say that `step` has taken in every change up to `place`."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            values = step, place.through, place.through_id
            await connection.execute(_FOLLOWED, scope.tenant_id, *values)
            await advance_run(connection, scope, claimed, told)

    async def finish(
        self, scope: TenantScope, claimed: Claimed, looked_at: datetime, rules: str
    ) -> Receipt:
        """End the run: documents say by `rules` what was known at `looked_at`."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            run_id = claimed.run.id
            told = await connection.fetchval(_TOLD, scope.tenant_id, run_id)
            receipt = await conclude(connection, scope, run_id, None, told)
            # What this run itself learned is no reason to look again.
            own = await connection.fetchval(_OWN, scope.tenant_id, looked_at, run_id)
            at = receipt.as_of if own else looked_at
            await connection.execute(_FINISH, scope.tenant_id, at, rules)
        return receipt


async def _insert(
    connection: Connection, scope: TenantScope, moment: datetime, versions: Sequence[NewVersion]
) -> None:
    await connection.execute(_STAGE)
    names = [name for name in DOCUMENT_COLUMNS if name not in {"learned_at", "superseded_at"}]
    rows = [(each.id, *(_kept(each.fields[name]) for name in names[1:])) for each in versions]
    await connection.copy_records_to_table("stage_document", records=rows, columns=names)
    await connection.execute(_INSERT, scope.tenant_id, moment)


def _kept(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value


def _counted(what: Rewriting) -> tuple[int, ...]:
    stored = len(what.versions)
    created = sum(each.is_first for each in what.versions)
    return what.made, stored, what.made - stored, created, stored - created, len(what.gone)


_MONTHS = """
SELECT DISTINCT since FROM document
WHERE tenant_id = $1 AND kind = ANY($2) AND superseded_at IS NULL ORDER BY since
"""
_STANDING = """
SELECT id, content_hash, quality, campaign_id FROM document
WHERE tenant_id = $1 AND kind = ANY($2) AND superseded_at IS NULL
  AND ($3::date IS NULL OR since = $3)
"""
_SUPERSEDE = """
UPDATE document SET superseded_at = $2, changed_at = $2
WHERE tenant_id = $1 AND id = ANY($3) AND superseded_at IS NULL
"""
_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS stage_document (
    id uuid, kind text, subject_id text, source text, account_id text, entity_id text,
    campaign_id uuid, channel text, since date, until date, title text, text text,
    content_hash bytea, quality double precision
) ON COMMIT DELETE ROWS
"""
_STAGED = ", ".join(
    name for name in DOCUMENT_COLUMNS if name not in {"learned_at", "superseded_at"}
)
_INSERT = f"""
INSERT INTO document (tenant_id, learned_at, changed_at, {_STAGED})
SELECT $1, $2, $2, {_STAGED} FROM stage_document
"""
_COUNT = """
UPDATE run SET pages = pages + 1, fetched = fetched + $3, stored = stored + $4,
    unchanged = unchanged + $5, created = created + $6, restated = restated + $7,
    vanished = vanished + $8
WHERE tenant_id = $1 AND id = $2
"""
_PLACE = "SELECT through, through_id FROM index_step WHERE tenant_id = $1 AND step = $2"
# A superseded version and the one after it have the same moment and the same id.
_CHANGED = """
SELECT DISTINCT changed_at, id FROM document
WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (changed_at, id) > ($2, $3::uuid))
ORDER BY changed_at, id LIMIT $4
"""
_BY_IDS = f"""
SELECT {", ".join(DOCUMENT_COLUMNS)} FROM document
WHERE tenant_id = $1 AND id = ANY($2) AND superseded_at IS NULL ORDER BY id
"""
_FOLLOWED = """
INSERT INTO index_step (tenant_id, step, through, through_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, step) DO UPDATE
    SET through = excluded.through, through_id = excluded.through_id
"""
_TOLD = """
SELECT format('%s documents written, %s unchanged, %s gone', stored, unchanged, vanished) FROM run
WHERE tenant_id = $1 AND id = $2
"""
# Every other learner leaves its mark where `touched` would find it.
_OWN = """
SELECT NOT EXISTS (SELECT FROM attribution_day WHERE tenant_id = $1 AND changed_at > $2)
   AND NOT EXISTS (SELECT FROM calendar_event WHERE tenant_id = $1 AND learned_at > $2)
   AND NOT EXISTS (SELECT FROM calendar_version WHERE tenant_id = $1 AND learned_at > $2)
   AND NOT EXISTS (SELECT FROM insight WHERE tenant_id = $1 AND learned_at > $2)
   AND NOT EXISTS (SELECT FROM campaign WHERE tenant_id = $1 AND changed_at > $2)
   AND NOT EXISTS (SELECT FROM naming_rule
                   WHERE tenant_id = $1 AND (recorded_at > $2 OR retired_at > $2))
   AND NOT EXISTS (SELECT FROM run WHERE tenant_id = $1 AND id <> $3 AND ended_at > $2)
"""
_FINISH = """
INSERT INTO document_index (tenant_id, looked_at, rules) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id) DO UPDATE SET looked_at = excluded.looked_at, rules = excluded.rules
"""
