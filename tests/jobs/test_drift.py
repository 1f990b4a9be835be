"""Streams that change while they are read: each policy, from the page to what is told of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest

from connectors.base import AccountFacts
from core.commands import StartIngestion
from core.errors import NotFound
from core.jsonvalue import JSONObject
from core.records.connections import ConnectionRecord
from core.records.drift import DriftKind, DriftPolicy, DriftState, SchemaChangeRecord
from core.records.entries import EntryFilter, EntryOrder
from core.records.ingestion import RawPage
from core.records.pages import PageRequest
from core.records.runs import RunRecord, RunStatus
from core.units import DateRange
from jobs.drift import SchemaHeld, contracts_of
from jobs.ingest import Ingestion
from jobs.runner import run_error
from jobs.sources import OpenSource
from stores.wiring import Stores
from stores.work import work_stores
from tests.jobs.by_hand import by_hand
from tests.support import Tenant
from tests.transform.meta_records import record

DAY = date(2026, 10, 1)


@dataclass
class Pages:
    """A source that answers what it is given, a page for each list."""

    told: list[list[dict[str, Any]]]
    window_days: int = 30
    asked: int = 0

    async def check(self) -> AccountFacts:
        raise NotImplementedError

    async def pages(
        self, window: DateRange | None, resume: JSONObject | None
    ) -> AsyncIterator[RawPage]:
        del window
        for number in range(int(str((resume or {"page": 0})["page"])), len(self.told)):
            self.asked += 1
            body = orjson.dumps({"data": self.told[number]})
            after = {"page": number + 1} if number + 1 < len(self.told) else None
            yield RawPage("insights", "application/json", body, {}, after)

    async def aclose(self) -> None:
        """Nothing to let go of."""


@dataclass
class Desk:
    stores: Stores
    tenant: Tenant
    connection: ConnectionRecord

    async def read(self, source: Pages, run_id: UUID | None = None) -> RunRecord:
        """A run, or one that was queued again, to its end as a worker brings it there."""
        scope, work = self.tenant.scope, work_stores(self.stores)
        if run_id is None:
            command = StartIngestion(self.connection.id, dates=DateRange(DAY, DAY))
            run_id = (await self.stores.runs.start_ingestion(scope, command)).id
        claimed = await work.runs.claim(scope, run_id)
        assert claimed is not None
        contracts = await contracts_of(self.stores, scope, self.connection)
        opened = OpenSource(self.connection, source, is_whole=True, contracts=contracts)
        try:
            await Ingestion(self.stores, work, scope, claimed, opened).run(never)
        except SchemaHeld as error:
            await work.runs.fail(scope, claimed, run_error(error, run_id))
        return (await self.stores.runs.by_ids(scope, [run_id]))[run_id]

    async def changes(self) -> dict[tuple[str, str], SchemaChangeRecord]:
        page = await self.stores.drift.page(self.tenant.scope, PageRequest(50))
        return {(one.change.kind.value, one.change.field): one for one in page.items}

    async def set(self, policy: DriftPolicy, stream: str = "") -> None:
        await self.stores.drift.set_policy(self.tenant.scope, self.connection.id, stream, policy)

    async def spends(self) -> dict[str, Decimal | None]:
        page = await self.stores.entries.page(
            self.tenant.scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(50), None
        )
        return {entry.entity_id: entry.metrics.spend for entry in page.items}


async def never() -> bool:
    return False


@pytest.fixture
async def desk(stores: Stores, tenant: Tenant) -> Desk:
    return Desk(stores, tenant, (await by_hand(stores, tenant.scope)).connection)


def row(campaign: str, **changes: Any) -> dict[str, Any]:
    return record(campaign_id=campaign, **({"spend": "1.50"} | changes))


CHANGED = ("CHANGED_TYPE", "spend")


async def test_by_default_what_can_be_read_goes_in_and_the_change_is_told(desk: Desk) -> None:
    run = await desk.read(Pages([[row("1", spend=2.25), row("2", spend=[3]), row("3")]]))
    assert (run.status, run.counters.stored, run.counters.rejected) == (RunStatus.SUCCEEDED, 2, 1)
    assert await desk.spends() == {"1": Decimal("2.25"), "3": Decimal("1.5")}
    changes = await desk.changes()
    assert {(one.change.found, one.records) for one in changes.values()} <= {
        ("number", 1),
        ("array", 1),
    }
    assert changes[CHANGED].expected == "string"
    alerts = await desk.stores.alerts.open_by_connections(desk.tenant.scope, [desk.connection.id])
    (alert,) = alerts[desk.connection.id]
    assert (alert.notice.kind, alert.notice.message) == (
        "SCHEMA_CHANGED", "insights is not what it was: spend",
    )  # fmt: skip


async def test_a_field_of_another_type_is_left_out_or_its_record_refused(desk: Desk) -> None:
    await desk.set(DriftPolicy.DISCARD_FIELD)
    await desk.read(Pages([[row("1", spend=2.25), row("2")]]))
    assert await desk.spends() == {"1": None, "2": Decimal("1.5")}
    await desk.set(DriftPolicy.DISCARD_ROW, "insights")
    run = await desk.read(Pages([[row("1", spend=2.5), row("2")]]))
    assert (run.counters.unchanged, run.counters.rejected) == (1, 1)
    assert await desk.spends() == {"1": None, "2": Decimal("1.5")}
    assert (await desk.changes())[CHANGED].records == 2


async def test_a_frozen_stream_stops_before_the_page_and_goes_on_when_it_is_accepted(
    desk: Desk,
) -> None:
    await desk.set(DriftPolicy.FREEZE)
    source = Pages([[row("1")], [row("2", spend=2.25)], [row("3")]])
    held = await desk.read(source)
    assert held.status is RunStatus.FAILED
    assert held.error is not None
    assert (held.error.code, held.error.kind, held.error.message) == (
        "SCHEMA_CHANGED", "USER", "the stream insights changed: spend",
    )  # fmt: skip
    assert "2" not in await desk.spends()
    again = await desk.stores.runs.retry(desk.tenant.scope, held.id)
    assert (await desk.read(source, again.id)).status is RunStatus.FAILED
    change = (await desk.changes())[CHANGED]
    accepted, runs = await desk.stores.drift.accept(desk.tenant.scope, [change.id])
    assert [one.state for one in accepted] == [DriftState.ACCEPTED]
    assert [(run.id, run.status) for run in runs] == [(held.id, RunStatus.QUEUED)]
    done = await desk.read(source, held.id)
    assert (done.status, done.counters.fetched) == (RunStatus.SUCCEEDED, 3)
    assert await desk.spends() == {"1": Decimal("1.5"), "2": Decimal("2.25"), "3": Decimal("1.5")}
    assert source.asked == 3
    alerts = await desk.stores.alerts.open_by_connections(desk.tenant.scope, [desk.connection.id])
    assert alerts.get(desk.connection.id, ()) == ()


async def test_a_new_field_is_told_once_without_its_value_and_holds_nothing_up(desk: Desk) -> None:
    await desk.set(DriftPolicy.FREEZE)
    for _ in range(2):
        run = await desk.read(Pages([[row("1", email="ada@example.com")], [row("2", email="x")]]))
        assert run.status is RunStatus.SUCCEEDED
    (change,) = (await desk.changes()).values()
    assert (change.change.kind, change.change.field, change.change.found, change.records) == (
        DriftKind.NEW_FIELD, "email", "string", 1,
    )  # fmt: skip
    assert "ada@" not in str(change)


async def test_a_field_that_records_cannot_do_without_is_told_when_it_is_gone(desk: Desk) -> None:
    gone = row("1")
    del gone["account_currency"]
    run = await desk.read(Pages([[gone, row("2")]]))
    assert (run.counters.stored, run.counters.rejected) == (1, 1)
    change = (await desk.changes())["MISSING_FIELD", "account_currency"]
    assert (change.change.found, change.expected, change.records) == ("null", "string", 1)


async def test_an_unknown_change_accepts_nothing(desk: Desk) -> None:
    await desk.read(Pages([[row("1", spend=2.25)]]))
    change = (await desk.changes())[CHANGED]
    with pytest.raises(NotFound):
        await desk.stores.drift.accept(desk.tenant.scope, [change.id, UUID(int=1)])
    assert (await desk.changes())[CHANGED].state is DriftState.OPEN
