"""Entries made anew from the raw pages behind them: a version wherever something differs.

A page is one transaction, and with it the run's checkpoint: a run that is killed goes on behind
its last page. No day counts as read by this, nothing is buried, and the pages stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

import asyncpg
import orjson
import zstandard

from core.errors import Bug, Transient
from core.jsonvalue import JSONObject
from core.records.runs import Counters
from core.records.transformations import (
    MAX_EXAMPLES,
    Diff,
    FieldChange,
    Names,
    RuleEffect,
    Transformation,
    TransformationPart,
)
from core.scope import TenantScope
from core.units import EVER, DateRange
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection, Database
from stores.postgres.diff_records import diff_json
from stores.postgres.entries import CHECKS, LABELS, METRICS
from stores.postgres.merge import staged
from stores.postgres.replays import REPLAY_OF
from stores.postgres.run_events import record_restatement
from stores.postgres.run_work import Claimed, RunStep, advance_run, hold
from stores.postgres.stage import PageRows, fill_stage

_NAME = "campaign_name"
_PARTS: Mapping[TransformationPart, tuple[str, ...]] = {
    TransformationPart.CHANNELS: ("channel",),
    TransformationPart.NUMBERS: (
        *METRICS,
        *(label for label in LABELS if label not in {"channel", "entity_name"}),
    ),
    TransformationPart.QUALITY: CHECKS,
}


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A raw page that entries stand on.

    Of a page that a replay kept, `body` is that of the page which it replays; `positions` are the
    records that it put in, and `corrections` what they and others of that page were mended to.
    `names`: by digest, the names that the campaigns of its entries go by.
    """

    id: UUID
    stream: str
    media_type: str
    request: JSONObject
    body: bytes
    positions: tuple[int, ...] | None = None
    corrections: Mapping[int, JSONObject] | None = None
    names: Mapping[bytes, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RenewedPage:
    """What a page says by now; `rules`: for entries that a channel rule labelled, which did."""

    page_id: UUID
    rows: PageRows
    rules: Mapping[tuple[date, UUID], RuleEffect]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run is: its last page, how many pages it has done and has, and their diff."""

    after: UUID | None
    done: int
    pages: int
    diff: Diff

    def to_json(self) -> JSONObject:
        """As it is kept in the run's checkpoint."""
        return {
            "after": str(self.after) if self.after else None,
            "windows_done": self.done,
            "windows": self.pages,
            "diff": diff_json(self.diff),
        }


class TransformationStore:
    """Steps of a run of kind TRANSFORMATION."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pages(
        self, scope: TenantScope, claimed: Claimed, after: UUID | None
    ) -> tuple[tuple[UUID, ...], int]:
        """The raw pages behind the run's entries that come behind `after`, oldest first.

        And how many there are whose bodies are no longer kept: their entries stay as they are.
        """
        dates = claimed.run.dates or EVER
        values = claimed.run.connection_id, dates.since, dates.until, after
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_PAGES, scope.tenant_id, *values)
        kept = tuple(row["raw_page_id"] for row in rows if row["is_kept"])
        return kept, len(rows) - len(kept)

    async def page(self, scope: TenantScope, page_id: UUID) -> StoredPage:
        """A raw page with what is needed to read it once more.

        Transient where its body went since it was listed: the next list is without it.
        """
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(_PAGE, scope.tenant_id, page_id)
            named = await connection.fetch(_NAMES, scope.tenant_id, page_id)
            names = {each["campaign"].bytes: each["name"] for each in named}
            if row is None or REPLAY_OF not in row["request"]:
                return replace(_stored(row), names=names)
            first = UUID(row["request"][REPLAY_OF])
            original = _stored(await connection.fetchrow(_PAGE, scope.tenant_id, first))
            mended = await connection.fetch(_CORRECTIONS, scope.tenant_id, first)
        positions = tuple(row["request"]["positions"])
        tried = orjson.loads(_body(row))
        corrections = {each["position"]: each["corrected"] for each in mended}
        return StoredPage(
            page_id,
            original.stream,
            original.media_type,
            original.request,
            original.body,
            positions,
            corrections | dict(zip(positions, tried, strict=True)),
            names,
        )

    async def renew(
        self, scope: TenantScope, claimed: Claimed, made: RenewedPage, standing: Standing
    ) -> Standing:
        """Write what differs, unless the run is a preview; where the run stands now."""
        what = Transformation.from_json(claimed.run.options)
        dates = claimed.run.dates or EVER
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            await fill_stage(connection, [made.rows])
            moment = await advance_clock(connection, scope)
            run = claimed.run
            values = scope.tenant_id, made.page_id, run.connection_id, dates.since, dates.until
            looked_at = await connection.fetchval(_LOOKED_AT, *values)
            written = () if what.is_preview else (moment, run.id)
            rows = await connection.fetch(_statement(what), *values, *written)
            diff = _diff(rows, what, made.rules, looked_at)
            after = Standing(made.page_id, standing.done + 1, standing.pages, standing.diff + diff)
            await _advance(connection, scope, claimed, after, diff)
            if diff.changed and not what.is_preview:
                days = DateRange(min(r["date"] for r in rows), max(r["date"] for r in rows))
                restated = Counters(restated=diff.changed)
                await record_restatement(connection, scope, run.id, restated, days)
        return after


async def _advance(
    connection: Connection, scope: TenantScope, claimed: Claimed, standing: Standing, diff: Diff
) -> None:
    written = 0 if diff.is_preview else diff.changed
    counted = 1, diff.looked_at, written, diff.looked_at - written, written
    await connection.execute(_COUNT, scope.tenant_id, claimed.run.id, *counted)
    would = "would change" if diff.is_preview else "changed"
    message = f"{diff.looked_at} entries looked at, {diff.changed} {would}"
    step = RunStep(standing.to_json(), standing.done / max(standing.pages, 1), message)
    await advance_run(connection, scope, claimed, step)


def _stored(row: asyncpg.Record | None) -> StoredPage:
    if row is None:
        raise Bug("an entry stands on a raw page that is gone")
    return StoredPage(
        row["id"],
        row["stream"],
        row["media_type"],
        row["request"],
        _body(row),
    )


def _body(row: asyncpg.Record) -> bytes:
    if row["body"] is None:
        raise Transient("a page's body was let go of", retry_after_seconds=0)
    return zstandard.decompress(row["body"])


def _fields(what: Transformation) -> tuple[str, ...]:
    return tuple(name for part in TransformationPart if part in what.parts for name in _PARTS[part])


def _diff(
    rows: Sequence[asyncpg.Record],
    what: Transformation,
    rules: Mapping[tuple[date, UUID], RuleEffect],
    looked_at: int,
) -> Diff:
    changed = [row for row in rows if row["differs"]]
    total = Diff(
        what.is_preview,
        looked_at=looked_at,
        unchanged=len(rows) - len(changed),
        changed=len(changed),
        unread=looked_at - len(rows),
    )
    for row in changed:
        total += _of_row(row, what, rules.get((row["date"], row["digest"])))
    return total


def _of_row(row: asyncpg.Record, what: Transformation, rule: RuleEffect | None) -> Diff:
    names = (*_fields(what), *((_NAME,) if what.names is Names.PRESENT else ()))
    moved = [name for name in names if row[f"old_{name}"] != row[f"new_{name}"]]
    effects = (rule,) if rule is not None and "channel" in moved else ()
    changes = [
        FieldChange(
            row["date"],
            row["digest"],
            name,
            _text(row[f"old_{name}"]),
            _text(row[f"new_{name}"]),
            rule.rule_id if rule is not None and name == "channel" else None,
        )
        for name in moved[:MAX_EXAMPLES]
    ]
    return Diff(fields=dict.fromkeys(moved, 1), rules=effects, examples=tuple(changes))


def _text(value: object) -> str | None:
    if value is None:
        return None
    return orjson.dumps(value).decode() if isinstance(value, (dict, list)) else str(value)


def _statement(what: Transformation) -> str:
    """What the page says by now beside what stands; unless it is a preview, written."""
    fields = _fields(what)
    is_renamed = what.names is Names.PRESENT
    kept = (*LABELS, *METRICS, *CHECKS)
    new = {name: f"i.{name}" if name in fields else f"e.{name}" for name in kept}
    if is_renamed:
        new["entity_name"] = (
            "CASE WHEN e.level = 'CAMPAIGN' THEN coalesce(c.name, e.entity_name) "
            "ELSE e.entity_name END"
        )
    compared = [(f"e.{name}", new[name], name) for name in fields]
    compared += [("n.name", "coalesce(c.name, n.name)", _NAME)] if is_renamed else []
    pairs = ", ".join(f"{old} AS old_{name}, {now} AS new_{name}" for old, now, name in compared)
    differs = " OR ".join(f"{old} IS DISTINCT FROM {now}" for old, now, _ in compared)
    values = ", ".join(f"{value} AS {name}" for name, value in new.items())
    return _RENEW.format(
        incoming=staged(fields) or "NULL AS nothing",
        values=values,
        pairs=pairs,
        differs=differs,
        named_at="NULL::timestamptz" if is_renamed else "coalesce(e.named_at, e.learned_at)",
        names=_JOIN_NAMES if is_renamed else "",
        written=""
        if what.is_preview
        else _WRITTEN.format(
            kept=", ".join(kept), updated=", ".join(f"{name} = c.{name}" for name in kept)
        ),
    )


_PAGES = f"""
SELECT DISTINCT e.raw_page_id, p.body_gone_at IS NULL AND o.body_gone_at IS NULL AS is_kept
FROM marketing_entry e
JOIN raw_page p ON p.tenant_id = $1 AND p.id = e.raw_page_id
LEFT JOIN raw_page o ON o.tenant_id = $1 AND o.id = (p.request ->> '{REPLAY_OF}')::uuid
WHERE e.tenant_id = $1 AND e.connection_id = $2 AND e.date BETWEEN $3 AND $4 AND e.is_present
  AND coalesce(e.raw_page_id > $5, true)
ORDER BY e.raw_page_id
"""
_PAGE = """
SELECT id, stream, media_type, request, body FROM raw_page WHERE tenant_id = $1 AND id = $2
"""
_CORRECTIONS = """
SELECT position, corrected FROM rejected_record
WHERE tenant_id = $1 AND raw_page_id = $2 AND state = 'REPLAYED' AND corrected IS NOT NULL
"""
_NAMES = """
SELECT DISTINCT ON (e.campaign) e.campaign, n.name
FROM raw_page p
CROSS JOIN LATERAL unnest(p.seen_dates, p.seen_digests) s (date, digest)
JOIN marketing_entry e ON e.tenant_id = $1 AND e.date = s.date AND e.digest = s.digest
CROSS JOIN LATERAL (
    SELECT k.name FROM campaign_name k
    WHERE k.tenant_id = $1 AND k.digest = e.campaign
      AND k.learned_at <= coalesce(e.named_at, e.learned_at)
    ORDER BY k.learned_at DESC LIMIT 1
) n
WHERE p.tenant_id = $1 AND p.id = $2 AND e.raw_page_id = $2 AND e.campaign IS NOT NULL
ORDER BY e.campaign, coalesce(e.named_at, e.learned_at) DESC
"""
_LOOKED_AT = """
SELECT count(*) FROM raw_page p
CROSS JOIN LATERAL unnest(p.seen_dates, p.seen_digests) s (date, digest)
JOIN marketing_entry e ON e.tenant_id = $1 AND e.date = s.date AND e.digest = s.digest
WHERE p.tenant_id = $1 AND p.id = $2 AND e.raw_page_id = $2 AND e.is_present
  AND e.connection_id = $3 AND e.date BETWEEN $4 AND $5 AND s.date BETWEEN $4 AND $5
"""
_JOIN_NAMES = """
    LEFT JOIN campaign c ON c.tenant_id = $1 AND c.digest = e.campaign
    LEFT JOIN LATERAL (
        SELECT k.name FROM campaign_name k
        WHERE k.tenant_id = $1 AND k.digest = e.campaign
          AND k.learned_at <= coalesce(e.named_at, e.learned_at)
        ORDER BY k.learned_at DESC LIMIT 1
    ) n ON true"""
_RENEW = """
WITH incoming AS (
    SELECT s.date, s.digest, {incoming} FROM stage_entry s
), compared AS (
    SELECT e.date, e.digest, e.raw_page_id, e.raw_position, {named_at} AS named_at, {values},
           {pairs}, {differs} AS differs
    FROM incoming i
    JOIN marketing_entry e ON e.tenant_id = $1 AND e.date = i.date AND e.digest = i.digest
        AND e.date BETWEEN $4 AND $5{names}
    WHERE e.raw_page_id = $2 AND e.is_present AND e.connection_id = $3
){written}
SELECT * FROM compared ORDER BY date, digest
"""
_WRITTEN = """, changed AS (
    SELECT * FROM compared WHERE differs
), vintages AS (
    INSERT INTO marketing_entry_vintage (
        tenant_id, date, digest, learned_at, is_present, {kept}, named_at, run_id, raw_page_id,
        raw_position)
    SELECT $1, date, digest, $6, true, {kept}, named_at, $7, raw_page_id, raw_position FROM changed
), current AS (
    UPDATE marketing_entry e SET {updated}, content = NULL, named_at = c.named_at,
        learned_at = $6, run_id = $7, vintage_count = e.vintage_count + 1
    FROM changed c
    WHERE e.tenant_id = $1 AND e.date = c.date AND e.digest = c.digest
      AND e.date BETWEEN $4 AND $5
)"""
_COUNT = """
UPDATE run SET pages = pages + $3, fetched = fetched + $4, stored = stored + $5,
    unchanged = unchanged + $6, restated = restated + $7
WHERE tenant_id = $1 AND id = $2
"""
