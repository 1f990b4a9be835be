"""Whatever names a person goes, and is counted; the names are sealed, and then kept nowhere."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from core.errors import BadInput, Conflict
from core.records.audit import Act
from core.records.forgetting import StillNamed
from core.records.retention import LetGo
from core.subjects import Naming
from jobs.forgetting import forget
from jobs.retention import expire_all
from stores.postgres.forgetting_work import ForgettingWorkStore
from stores.postgres.run_work import CancelRequested
from stores.postgres.subject_erasures import NAMES_LIFE
from stores.wiring import Stores
from stores.work import work_stores
from tests.jobs.by_hand import by_hand
from tests.jobs.forgetting import asked, forgotten
from tests.jobs.indexing import assignment, indexed, versions
from tests.jobs.test_retention import aged, entries, pages, read, uploaded
from tests.support import NewTenant, Services, Tenant

JANE = ["jane.doe+news@example.com", "JANÉ@example.com"]


async def test_a_person_is_forgotten_and_what_was_counted_stays(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at, "2026-03-01", "Jane.Doe+news@Example.com")
    await read(at, "2026-03-02", "somebody else")
    await uploaded(stores, tenant, b"Email\njane.doe+", b"news@example.com\n")
    await uploaded(stores, tenant, "Email\njané@example.com\n".encode("utf-16"))
    before = await entries(stores, tenant)
    found = await forgotten(stores, tenant.scope, JANE, is_preview=True)
    assert (found.gone, found.left) == (LetGo(), StillNamed(raw_pages=1, uploads=2))
    assert [kept for kept, *_ in await pages(stores, tenant)] == [True, True]
    done = await forgotten(stores, tenant.scope, JANE)
    assert done.gone is not None
    assert (done.gone.raw_pages, done.gone.uploads, done.left) == (1, 2, StillNamed())
    assert done.gone.upload_bytes == 32 + len("Email\njané@example.com\n".encode("utf-16"))
    assert [kept for kept, *_ in await pages(stores, tenant)] == [False, True]
    assert await entries(stores, tenant) == before
    again = await forgotten(stores, tenant.scope, JANE)
    assert (again.gone, again.left) == (LetGo(), StillNamed())
    async with stores.database.read(tenant.scope) as connection:
        lines = await connection.fetch(
            "SELECT details FROM audit_log WHERE act = $1 ORDER BY number", Act.SUBJECT_ERASED
        )
    assert [line["details"]["raw_pages"] for line in lines] == ["1", "0"]


async def test_superseded_texts_go_with_their_vectors_and_labels_stay(
    stores: Stores, services: Services, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    for spend in ("10", "0"):
        await at.read("2026-03-01", "2026-03-31", [{("c1", "2026-03-02"): spend}])
        await indexed(stores, tenant.scope)
    known = await versions(stores, tenant.scope)
    named = [each for each in known if "campaign c1" in each.title + each.text]
    old = [each for each in named if each.superseded_at is not None]
    assert 0 < len(old) < len(named)
    redis = Redis.from_url(services.redis_url)
    await redis.set(tenant.scope.key("answer", "one"), b"told")
    await redis.set(tenant.scope.key("calendar", "one"), b"kept")
    done = await forgotten(stores, tenant.scope, ["campaign c1"])
    assert done.gone is not None
    assert done.gone.document_versions == done.gone.vectors == len(old)
    assert done.left == StillNamed(documents=len(named) - len(old))
    assert done.gone.cached_answers == 1
    assert await redis.get(tenant.scope.key("answer", "one")) is None
    assert await redis.get(tenant.scope.key("calendar", "one")) == b"kept"
    await redis.aclose()
    left = await versions(stores, tenant.scope)
    assert left == [each for each in known if each not in old]
    async with stores.database.read(tenant.scope) as connection:
        vectors = await connection.fetchval("SELECT count(*) FROM embedding")
    assert vectors == len({each.content_hash for each in left})


async def test_what_an_open_run_needs_is_told_and_goes_when_asked_again(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at, "2026-03-01", "jane@example.com")
    upload_id = await uploaded(stores, tenant, b"jane@example.com\n")
    reading = await at.begun("2026-03-02", "2026-03-02")
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute(
            "UPDATE run SET upload_id = $1 WHERE id = $2", upload_id, reading.run.id
        )
    done = await forgotten(stores, tenant.scope, ["jane@example.com"])
    assert done.gone is not None
    assert (done.gone.raw_pages, done.gone.uploads) == (1, 0)
    assert done.left == StillNamed(uploads=1)
    await work_stores(stores).runs.cancel(tenant.scope, reading)
    done = await forgotten(stores, tenant.scope, ["jane@example.com"])
    assert (done.gone and done.gone.uploads, done.left) == (1, StillNamed())


async def test_a_cancelled_run_goes_on_where_it_was_and_counts_once(
    stores: Stores, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await by_hand(stores, tenant.scope)
    await read(at, "2026-03-01", "jane@example.com")
    await uploaded(stores, tenant, b"jane@example.com\n")
    run = await asked(stores, tenant.scope, ["jane@example.com"])
    runs = work_stores(stores).runs
    claimed = await runs.claim(tenant.scope, run.id)
    assert claimed is not None
    look = ForgettingWorkStore.upload

    async def cancelled(self: ForgettingWorkStore, *given: object) -> object:
        await stores.runs.request_cancel(tenant.scope, run.id)
        return await look(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(ForgettingWorkStore, "upload", cancelled)
    with pytest.raises(CancelRequested):
        await forget(assignment(stores, tenant.scope, claimed))
    monkeypatch.undo()
    await runs.cancel(tenant.scope, claimed)
    assert [kept for kept, *_ in await pages(stores, tenant)] == [False]
    halfway = await stores.subject_erasures.of_run(tenant.scope, run.id)
    assert (halfway.gone, halfway.finished_at) == (None, None)
    await stores.runs.retry(tenant.scope, run.id)
    claimed = await runs.claim(tenant.scope, run.id)
    assert claimed is not None
    await forget(assignment(stores, tenant.scope, claimed))
    done = await stores.subject_erasures.of_run(tenant.scope, run.id)
    assert done.gone is not None
    assert (done.gone.raw_pages, done.gone.uploads, done.left) == (1, 1, StillNamed())


async def test_names_are_sealed_and_go_with_the_end_of_the_run(
    stores: Stores, services: Services, tenant: Tenant
) -> None:
    done = await asked(stores, tenant.scope, JANE)
    given_up = await asked(stores, tenant.scope, JANE)
    assert await stores.subject_erasures.names(tenant.scope, done.id) == tuple(JANE)
    await stores.data_keys.rotate(tenant.scope)
    assert await stores.subject_erasures.names(tenant.scope, done.id) == tuple(JANE)
    async with stores.database.read(tenant.scope) as connection:
        kept = [
            await connection.fetch(f"SELECT {table}::text AS row FROM {table}")
            for table in ("run", "run_event", "subject_erasure", "audit_log")
        ]
    told = "".join(row["row"] for rows in kept for row in rows).lower()
    assert "jan" not in told
    assert b"jane".hex() not in told
    claimed = await work_stores(stores).runs.claim(tenant.scope, done.id)
    assert claimed is not None
    await forget(assignment(stores, tenant.scope, claimed))
    await stores.runs.request_cancel(tenant.scope, given_up.id)
    await expire_all(stores)
    assert await stores.subject_erasures.names(tenant.scope, given_up.id) == tuple(JANE)
    await aged(services, tenant, "run", "ended_at", NAMES_LIFE.days + 1)
    await expire_all(stores)
    for run in (done, given_up):
        with pytest.raises(Conflict):
            await stores.subject_erasures.names(tenant.scope, run.id)


async def test_another_tenants_pages_and_receipts_are_out_of_reach(
    stores: Stores, new_tenant: NewTenant
) -> None:
    mine, theirs = await new_tenant(), await new_tenant()
    at = await by_hand(stores, theirs.scope)
    await read(at, "2026-03-01", "jane@example.com")
    done = await forgotten(stores, mine.scope, ["jane@example.com"])
    assert (done.gone, done.left) == (LetGo(), StillNamed())
    assert [kept for kept, *_ in await pages(stores, theirs)] == [True]
    with pytest.raises(Conflict):
        await stores.subject_erasures.names(theirs.scope, done.run_id)


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
