"""What every API source must survive: a storm of faults between the real worker and its platform.

A source inherits the suite and says which account is read and what the platform's truth is.
"""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from abc import ABC
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Any, ClassVar

import pytest
import structlog

from connectors.retry import Clock
from core.commands import ConnectSource
from core.records.connections import ConnectionRecord
from core.records.entries import EntryFilter, EntryOrder, EntryRecord
from core.records.pages import PageRequest
from core.records.runs import RunRecord, RunStatus
from stores.wiring import Stores
from tests.support import RunningWorker, SandboxAt, Tenant, ingest, start_sandbox

Figures = dict[tuple[str, str], tuple[Any, ...]]

FAULTS = {
    "rate_limited": 0.1, "server_error": 0.05, "truncated": 0.02,
    "latency_max_ms": 30, "seed": 4,
}  # fmt: skip
MOST_ENTRIES = 1_000


async def briefly(seconds: float) -> None:
    await asyncio.sleep(seconds / 200)


@pytest.fixture
def stormy(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxAt]:
    """A sandbox of the test's own in a storm, whose waits are sat out two hundred times as fast."""
    monkeypatch.setattr(Clock.__init__, "__defaults__", (time.monotonic, briefly))
    process, url = start_sandbox("--seed", "1", "--now", "2026-11-20T12:00:00+00:00")
    at = SandboxAt(url, process.pid)
    control(at, "faults", **FAULTS)
    yield at
    process.kill()
    process.wait()


def control(sandbox: SandboxAt, what: str, **change: object) -> None:
    address, body = f"{sandbox.url}/_sandbox/{what}", json.dumps(change).encode()
    with urllib.request.urlopen(urllib.request.Request(address, data=body)) as answer:
        assert answer.status == 200


class StormSuite(ABC):
    """`columns` of entries stand against `figures` of the truth's rows."""

    command: ConnectSource
    platform: str
    since = "2026-09-20"
    until = "2026-10-31"
    columns: tuple[str, ...] = ("spend", "impressions", "clicks", "conversions", "conversion_value")
    figures: tuple[str, ...] = ("spend", "impressions", "clicks", "purchases", "purchase_value")
    limits: ClassVar[dict[str, object]] = {"max_page": 25}

    def counts(self, entry: EntryRecord) -> bool:
        """Whether the truth's rows have the entry among them."""
        return entry.source is self.command.source

    @pytest.mark.long
    async def test_a_storm_changes_no_figure_and_a_second_reading_nothing(
        self, stores: Stores, tenant: Tenant, stormy: SandboxAt, running_worker: RunningWorker
    ) -> None:
        control(stormy, "limits", **self.limits)
        connection = await stores.connections.create(tenant.scope, self.command)
        with structlog.testing.capture_logs() as events:
            first, again = await self.read_twice(
                stores, tenant, connection, running_worker(stormy.url)
            )
        assert [each for each in events if each["event"] == "request_retried"]
        truth = self.truth(stormy)
        assert (first.error, first.status) == (None, RunStatus.SUCCEEDED)
        entries = await self.entries(stores, tenant)
        assert self.found(entries) == self.expected(truth)
        self.assert_totals(first, truth)
        assert (again.error, again.status) == (None, RunStatus.SUCCEEDED)
        assert (again.counters.stored, again.counters.unchanged) == (0, first.counters.fetched)
        assert {entry.vintage_count for entry in entries} == {1}

    async def read_twice(
        self,
        stores: Stores,
        tenant: Tenant,
        connection: ConnectionRecord,
        worker: AbstractAsyncContextManager[None],
    ) -> tuple[RunRecord, RunRecord]:
        async with worker:
            first = await ingest(stores, tenant.scope, connection, self.since, self.until)
            again = await ingest(stores, tenant.scope, connection, self.since, self.until)
        return first, again

    def truth(self, sandbox: SandboxAt) -> dict[str, Any]:
        query = (
            f"platform={self.platform}&account={self.command.account_id}"
            f"&since={self.since}&until={self.until}&level=campaign"
        )
        with urllib.request.urlopen(f"{sandbox.url}/_sandbox/truth?{query}") as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    async def entries(self, stores: Stores, tenant: Tenant) -> list[EntryRecord]:
        page = await stores.entries.page(
            tenant.scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(MOST_ENTRIES)
        )
        assert len(page.items) < MOST_ENTRIES
        return list(page.items)

    def found(self, entries: list[EntryRecord]) -> Figures:
        return {
            (str(entry.key.date), entry.entity_id): tuple(
                getattr(entry.metrics, name) for name in self.columns
            )
            for entry in entries
            if self.counts(entry)
        }

    def expected(self, truth: dict[str, Any]) -> Figures:
        return {
            (row["date"], row["id"]): tuple(
                None if row[name] is None else Decimal(row[name]) for name in self.figures
            )
            for row in truth["rows"]
        }

    def assert_totals(self, run: RunRecord, truth: dict[str, Any]) -> None:
        """The run's receipt adds up to what the platform says of the whole range."""
        assert run.receipt is not None
        (total,) = run.receipt.totals
        told = truth["totals"]
        assert total.spend == Decimal(told["spend"])
        assert total.conversion_value == Decimal(told[self.figures[-1]])
