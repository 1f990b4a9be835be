"""Exports whose time is over, and files that nobody has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from core.errors import Conflict, NotFound
from core.records.exports import ExportRecord, ExportState
from core.scope import SystemScope, TenantScope
from jobs.export_sweep import expire_exports, sweep_objects
from stores.wiring import Stores
from tests.exporting import make_export, put_files
from tests.support import NewTenant, Tenant

FILES = {"wide.parquet": b"wide", "manifest.json": b"{}"}
MONTH = timedelta(days=30)


async def made(stores: Stores, scope: TenantScope, **changes: object) -> ExportRecord:
    return await make_export(stores, stores.objects, scope, FILES, **changes)  # type: ignore[arg-type]


async def names(stores: Stores, scope: TenantScope) -> set[str]:
    return {record.name async for record in stores.objects.list(scope)}


def files_of(*exports: ExportRecord) -> set[str]:
    return {f"exports/{export.id}/{name}" for export in exports for name in FILES}


async def states(stores: Stores, scope: TenantScope, *exports: ExportRecord) -> list[str]:
    found = await stores.exports.by_ids(scope, [export.id for export in exports])
    return [found[export.id].state for export in exports]


async def age(stores: Stores, scope: TenantScope, export: ExportRecord, days: int) -> None:
    """Let an export have been ready so many days ago."""
    async with stores.database.write(scope) as connection:
        await connection.execute(
            "UPDATE export SET ready_at = now() - make_interval(days => $3) "
            "WHERE tenant_id = $1 AND id = $2",
            scope.tenant_id,
            export.id,
            days,
        )


async def test_exports_end_with_their_time_and_their_files_after_them(
    stores: Stores, tenant: Tenant
) -> None:
    scope, now = tenant.scope, datetime.now(UTC)
    over = await made(stores, scope, expires_at=now - timedelta(seconds=1))
    later = await made(stores, scope, expires_at=now + timedelta(hours=1))
    old, young = await made(stores, scope), await made(stores, scope)
    await age(stores, scope, old, 31)
    await age(stores, scope, young, 29)
    await age(stores, scope, later, 31)
    await expire_exports(stores, MONTH)
    found = await states(stores, scope, over, later, old, young)
    assert found == ["EXPIRED", "READY", "EXPIRED", "READY"]
    assert await names(stores, scope) == files_of(later, young)
    ended = (await stores.exports.by_ids(scope, [over.id]))[over.id]
    assert (ended.removed_by, ended.files) == ("upkeep", over.files)
    assert ended.removed_at is not None
    await expire_exports(stores, MONTH)
    assert (await stores.exports.by_ids(scope, [over.id]))[over.id] == ended


async def test_files_that_nobody_has_are_removed(stores: Stores, new_tenant: NewTenant) -> None:
    here, gone = await new_tenant(), await new_tenant()
    kept = [
        await made(stores, here.scope),
        await made(stores, here.scope, state="PENDING", run_status="RUNNING"),
    ]
    ended = [await made(stores, here.scope, state=state) for state in ("EXPIRED", "DELETED")]
    ended.append(await made(stores, here.scope, state="PENDING", run_status="CANCELLED"))
    await put_files(stores.objects, here.scope, uuid4(), FILES)
    await made(stores, gone.scope)
    async with stores.database.system(SystemScope(reason="tests")) as connection:
        await connection.execute("DELETE FROM tenant WHERE tenant_id = $1", gone.record.id)
    before = await names(stores, here.scope)
    assert files_of(*kept, *ended) < before
    await sweep_objects(stores)
    assert await names(stores, here.scope) == before
    assert len(await names(stores, gone.scope)) == len(FILES)
    await sweep_objects(stores, timedelta(seconds=-1))
    assert await names(stores, here.scope) == files_of(*kept)
    assert await names(stores, gone.scope) == set()


async def test_a_deleted_export_stays_on_record(stores: Stores, new_tenant: NewTenant) -> None:
    mine, other = await new_tenant(), await new_tenant()
    export = await made(stores, mine.scope)
    with pytest.raises(NotFound):
        await stores.export_removals.delete(other.scope, export.id)
    ended = await stores.export_removals.delete(mine.scope, export.id)
    assert (ended.state, ended.removed_by, ended.files) == (
        ExportState.DELETED,
        mine.scope.actor,
        export.files,
    )
    assert await stores.export_removals.delete(mine.scope, export.id) == ended


@pytest.mark.parametrize(("status", "is_open"), [("RUNNING", True), ("FAILED", False)])
async def test_an_export_that_is_being_made_is_not_deleted(
    stores: Stores, tenant: Tenant, status: str, *, is_open: bool
) -> None:
    export = await made(stores, tenant.scope, state="PENDING", run_status=status)
    if is_open:
        with pytest.raises(Conflict, match="being made"):
            await stores.export_removals.delete(tenant.scope, export.id)
    else:
        ended = await stores.export_removals.delete(tenant.scope, export.id)
        assert ended.state is ExportState.DELETED
