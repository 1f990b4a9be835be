"""What goes with its time, and what goes because it names a person; what was made of it stays."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg
import orjson
import pytest

from core.commands import NewRun
from core.errors import BadInput, NotFound
from core.records.audit import Act
from core.records.retention import LetGo, Retention
from core.records.runs import RunKind, RunStatus
from core.records.transformations import Transformation
from core.scope import SystemScope
from core.subjects import Naming
from jobs.retention import expire, expire_verbatim, forget_subject
from jobs.transformations import transform
from stores.wiring import Stores
from stores.work import work_stores
from tests.jobs.by_hand import ByHand, by_hand, page_of
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
    await stores.retention.put(REASON, tenant.record.id, MONTH)
    assert await stores.retention.of(tenant.scope) == MONTH
    await expire_verbatim(stores)
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


async def test_a_person_is_forgotten_and_what_was_counted_stays(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at, "2026-03-01", "Jane.Doe+news@Example.com")
    await read(at, "2026-03-02", "somebody else")
    await uploaded(stores, tenant, b"Email\njane.doe+", b"news@example.com\n")
    await uploaded(stores, tenant, "Email\njané@example.com\n".encode("utf-16"))
    before = await entries(stores, tenant)
    names = ["jane.doe+news@example.com", "JANÉ@example.com"]
    found = await forget_subject(stores, tenant.scope, names, is_preview=True)
    assert found == (LetGo(), {"pages_left": 1, "uploads_left": 2, "messages_left": 0})
    assert [kept for kept, *_ in await pages(stores, tenant)] == [True, True]
    gone, left = await forget_subject(stores, tenant.scope, names, is_preview=False)
    assert (gone.raw_pages, gone.uploads, set(left.values())) == (1, 2, {0})
    assert [kept for kept, *_ in await pages(stores, tenant)] == [False, True]
    assert await entries(stores, tenant) == before
    again, left = await forget_subject(stores, tenant.scope, names, is_preview=False)
    assert (again, set(left.values())) == (LetGo(), {0})
    async with stores.database.read(tenant.scope) as connection:
        lines = await connection.fetch(
            "SELECT details FROM audit_log WHERE act = $1 ORDER BY number", Act.SUBJECT_ERASED
        )
    assert [line["details"]["raw_pages"] for line in lines] == ["1", "0"]
    assert "jane" not in orjson.dumps([dict(line["details"]) for line in lines]).decode()


async def test_entries_whose_page_is_gone_are_left_as_they_are(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at, "2026-03-01", "jane@example.com")
    await read(at, "2026-03-02", "somebody else")
    await forget_subject(stores, tenant.scope, ["jane@example.com"], is_preview=False)
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


@pytest.mark.parametrize(
    ("name", "body", "is_named"),
    [
        ("1001", b'{"customer": 1001}', True),
        ("1001", b'{"customer": 21001}', False),
        ("1001", b'{"customer": 10015}', False),
        ("1001", "1001;x".encode("utf-16-le"), True),
        ("1001", "21001;x".encode("utf-16-le"), False),
        ("1001", "10015;x".encode("utf-16-le"), False),
        ("ann@example.com", b"joann@example.com", False),
        ("ann@example.com", b"mailto:ANN%40example.com", True),
        ("ann@example.com", b"ann@example.community", False),
        ("Zoë Ångström", b'"Zo\\u00eb \\u00c5ngstr\\u00f6m"', True),
        ("Zoë Ångström", "zoë ångström".encode("cp1252"), True),
    ],
)
def test_a_name_stands_alone_however_it_is_written(name: str, body: bytes, is_named: bool) -> None:  # noqa: FBT001 - a case of the table
    assert Naming.of([name]).is_in(body) is is_named


@pytest.mark.parametrize("names", [[], ["a@b"], ["  x  "], ["x" * 400], ["name"] * 51])
def test_what_might_name_many_is_refused(names: list[str]) -> None:
    with pytest.raises(BadInput) as refused:
        Naming.of(names)
    assert refused.value.field == "identifiers"
