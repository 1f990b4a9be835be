"""What goes with its time, and what goes because it names a person; what was made of it stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from core.commands import NewRun
from core.errors import ErrorKind, NotFound
from core.records.dead_letters import DeadLetterFilter
from core.records.pages import PageRequest
from core.records.retention import LetGo, Retention
from core.records.runs import RunError, RunKind, RunStatus
from core.records.transformations import Transformation
from core.scope import SystemScope
from jobs.retention import expire, expire_all
from jobs.transformations import transform
from stores.wiring import Stores
from stores.work import work_stores
from tests.jobs.analysing import FOUND, told
from tests.jobs.by_hand import ByHand, by_hand, page_of
from tests.jobs.forgetting import forgotten
from tests.jobs.indexing import assignment, indexed, versions
from tests.support import Services, Tenant

MONTH = Retention(verbatim_days=30)
REASON = SystemScope(reason="tests of retention")


async def read(at: ByHand, day: str, names: str) -> None:
    """One run of one page, whose campaign is called so."""
    claimed = await at.begun(day, day)
    page = page_of({("c1", day): "10"}, campaign_name=names)
    await at.merge(claimed, await at.land(claimed, page), page)
    await at.complete(claimed)
    await at.work.readings.finish(at.scope, claimed)


async def aged(services: Services, tenant: Tenant, table: str, column: str, days: int) -> None:
    owner = await asyncpg.connect(services.logins.owner)
    await owner.execute(
        f"UPDATE {table} SET {column} = {column} - make_interval(days => $2) WHERE tenant_id = $1",
        tenant.scope.tenant_id,
        days,
    )
    await owner.close()


async def uploaded(stores: Stores, tenant: Tenant, *chunks: bytes) -> object:
    upload_id = await stores.uploads.begin(tenant.scope, "orders.csv", "text/csv")
    for number, chunk in enumerate(chunks):
        await stores.uploads.append(tenant.scope, upload_id, number, chunk)
    await stores.uploads.finish(tenant.scope, upload_id, sum(map(len, chunks)), "0" * 64)
    return upload_id


async def entries(stores: Stores, tenant: Tenant) -> list[asyncpg.Record]:
    async with stores.database.read(tenant.scope) as connection:
        rows = await connection.fetch("SELECT * FROM marketing_entry ORDER BY date, digest")
    return list(rows)


async def pages(stores: Stores, tenant: Tenant) -> list[tuple[bool, bool, str]]:
    """Of each page: whether its body is kept, whether it says when that went, and its digest."""
    async with stores.database.read(tenant.scope) as connection:
        rows = await connection.fetch("SELECT * FROM raw_page ORDER BY id")
    return [(r["body"] is not None, r["body_gone_at"] is not None, r["sha256"]) for r in rows]


async def test_bodies_go_with_their_time_and_entries_stay(
    stores: Stores, services: Services, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at, "2026-03-01", "old")
    await uploaded(stores, tenant, b"Date,Spend\n")
    await aged(services, tenant, "raw_page", "fetched_at", 31)
    await aged(services, tenant, "upload", "created_at", 31)
    await read(at, "2026-03-02", "new")
    before = await entries(stores, tenant)
    [first, second] = await pages(stores, tenant)
    assert await stores.retention.of(tenant.scope) == Retention()
    due = await stores.retention.due(tenant.scope, MONTH)
    assert (due.raw_pages, due.uploads, due.upload_bytes, due.rows) == (1, 1, 11, 2)
    assert await stores.retention.due(tenant.scope, Retention()) == LetGo()
    await stores.retention.put(tenant.scope, MONTH)
    assert await stores.retention.of(tenant.scope) == MONTH
    await expire_all(stores)
    assert await pages(stores, tenant) == [(False, True, first[2]), (True, False, second[2])]
    assert await entries(stores, tenant) == before
    assert await stores.retention.due(tenant.scope, MONTH) == LetGo()
    assert (await expire(stores, tenant.scope, MONTH)).rows == 0
    record = (await stores.lineage.pages_by_ids(tenant.scope, [before[0]["raw_page_id"]])).popitem()
    assert record[1].body_gone_at is not None
    with pytest.raises(NotFound):
        await stores.lineage.body(tenant.scope, record[0])
    usage = await stores.quotas.usage(tenant.scope, datetime.now(UTC))
    assert usage.storage_bytes < due.raw_bytes * 2


async def test_what_an_open_run_needs_stays(
    stores: Stores, services: Services, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed = await at.begun("2026-03-01", "2026-03-01")
    page = page_of({("c1", "2026-03-01"): "10"})
    landed = await at.land(claimed, page)
    await aged(services, tenant, "raw_page", "fetched_at", 400)
    assert await stores.retention.due(tenant.scope, MONTH) == LetGo()
    await at.merge(claimed, landed, page)
    assert (await expire(stores, tenant.scope, MONTH)).rows == 0
    await at.complete(claimed)
    await at.work.readings.finish(at.scope, claimed)
    assert (await expire(stores, tenant.scope, MONTH)).raw_pages == 1


async def test_superseded_versions_of_documents_go_and_current_ones_stay(
    stores: Stores, services: Services, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    for spend in ("10", "0"):
        await at.read("2026-03-01", "2026-03-31", [{("c1", "2026-03-02"): spend}])
        await indexed(stores, tenant.scope)
    known = await versions(stores, tenant.scope)
    current = [each for each in known if each.superseded_at is None]
    assert len(known) > len(current)
    wanted = Retention(version_days=7)
    assert (await expire(stores, tenant.scope, wanted)).rows == 0
    await aged(services, tenant, "document", "superseded_at", 8)
    gone = await expire(stores, tenant.scope, wanted)
    assert gone.document_versions == len(known) - len(current)
    assert await versions(stores, tenant.scope) == current


async def test_entries_whose_page_is_gone_are_left_as_they_are(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at, "2026-03-01", "jane@example.com")
    await read(at, "2026-03-02", "somebody else")
    await forgotten(stores, tenant.scope, ["jane@example.com"])
    before = await entries(stores, tenant)
    wanted = NewRun(RunKind.TRANSFORMATION, at.connection.id, options=Transformation().to_json())
    [run] = await stores.runs.start_all(tenant.scope, [wanted])
    claimed = await work_stores(stores).runs.claim(tenant.scope, run.id)
    assert claimed is not None
    receipt = await transform(assignment(stores, tenant.scope, claimed))
    assert receipt.counters.pages == 1
    assert await entries(stores, tenant) == before
    events = await stores.runs.events_after(tenant.scope, run.id, 0, 20)
    told = "1 pages to make entries from; entries of 1 whose bodies are no longer kept stay"
    assert any(event.message.startswith(told) for event in events)
    found = (await stores.runs.by_ids(tenant.scope, [run.id]))[run.id]
    assert found.status is RunStatus.SUCCEEDED


async def test_logs_of_runs_that_ended_long_ago_go_and_dead_letters_are_laid_aside(
    stores: Stores, services: Services, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at, "2026-03-01", "old")
    await indexed(stores, tenant.scope)
    broken = await at.begun("2026-03-02", "2026-03-02")
    await at.work.runs.fail(at.scope, broken, RunError("X", ErrorKind.BUG, "broke", None, None))
    await aged(services, tenant, "run", "ended_at", 31)
    await read(at, "2026-03-03", "new")
    kinds, events = await logs(stores, tenant)
    assert kinds == ["INGESTION", "INDEX", "INGESTION", "INGESTION"]
    assert await stores.retention.due(tenant.scope, Retention(log_days=32)) == LetGo()
    wanted = Retention(log_days=30)
    due = await stores.retention.due(tenant.scope, wanted)
    assert due == LetGo(run_events=events[0] + events[2] - 2, runs=1, dead_letters=1)
    assert await expire(stores, tenant.scope, wanted) == due
    assert await logs(stores, tenant) == (["INGESTION"] * 3, [1, 1, events[3]])
    assert await stores.retention.due(tenant.scope, wanted) == LetGo()
    laid = DeadLetterFilter(is_dismissed=True)
    [letter] = (await stores.dead_letters.page(tenant.scope, laid, PageRequest(5))).items
    assert (letter.run.id, letter.last_message) == (broken.run.id, "broke")
    assert (letter.dismissed_by, letter.why) == (tenant.scope.actor, "its log is no longer kept")


async def test_a_run_that_an_insight_names_stays(
    stores: Stores, services: Services, tenant: Tenant
) -> None:
    record = await told(stores, tenant.scope, FOUND)
    await aged(services, tenant, "run", "ended_at", 31)
    await expire(stores, tenant.scope, Retention(log_days=30))
    assert await stores.runs.by_ids(tenant.scope, [record.run_id])


async def logs(stores: Stores, tenant: Tenant) -> tuple[list[str], list[int]]:
    """Of each run its kind, and how many events it has."""
    async with stores.database.read(tenant.scope) as connection:
        rows = await connection.fetch(
            "SELECT r.kind, (SELECT count(*) FROM run_event e WHERE e.run_id = r.id) AS events"
            " FROM run r ORDER BY r.id"
        )
    return [row["kind"] for row in rows], [row["events"] for row in rows]


async def test_the_log_of_the_queue_ends_by_itself(stores: Stores, services: Services) -> None:
    owner = await asyncpg.connect(services.logins.owner)
    await owner.execute(
        "INSERT INTO pgqueuer_log (created, job_id, status, entrypoint, priority) VALUES"
        " (now() - interval '9 days', 0, 'successful', 'run', 0),"
        " (now() - interval '6 days', 0, 'successful', 'run', 0)"
    )
    assert await stores.queue.forget_log(REASON, timedelta(days=7)) == 1
    assert await owner.fetchval("SELECT count(*) FROM pgqueuer_log WHERE job_id = 0") == 1
    await owner.execute("DELETE FROM pgqueuer_log WHERE job_id = 0")
    await owner.close()
