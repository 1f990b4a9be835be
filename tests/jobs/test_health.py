"""How far data can be trusted, told of real runs: each fault lowers its own dimension alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from core.errors import BadInput
from core.quality import Dimension
from core.records.connections import ConnectionStatus
from core.records.entries import EntryFilter
from core.records.health import DataHealth, Health, HealthFilter
from core.records.ingestion import RawPage
from core.records.schedules import Timing
from core.units import DateRange
from resolvers import health
from resolvers.session import Session
from stores.postgres.total_work import TotalQuestion
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, by_hand, page_of
from tests.support import NewTenant, Services

DATES = DateRange(date(2026, 10, 1), date(2026, 10, 10))
DAYS = [DATES.since + timedelta(days=n) for n in range(10)]
GOOD: dict[str, Any] = {"clicks": "3", "reach": "7"}
HOUR = timedelta(hours=1)


@dataclass
class Shop:
    """A connection whose days are read by hand; the tenant's clock is that of the tests."""

    at: ByHand
    services: Services

    async def read(
        self, days: list[date] | None = None, *more: RawPage, told: bool = False, **changes: object
    ) -> datetime:
        """One reading of these days, two campaigns on each; when it was learned."""
        days = DAYS if days is None else days
        spends = {(c, day.isoformat()): "1.50" for day in days for c in ("11", "12")}
        claimed = await self.at.begun(days[0].isoformat(), days[-1].isoformat())
        for page in (page_of(spends, **{**GOOD, **changes}), *more):
            await self.at.merge(claimed, await self.at.land(claimed, page), page)
        if told:
            question = TotalQuestion(-1, DateRange(days[0], days[-1]))
            await self.at.work.totals.asked(self.at.scope, claimed, question)
        await self.at.complete(claimed)
        return (await self.at.finish(claimed)).as_of

    async def change(self, sql: str, *values: object) -> None:
        connection = await asyncpg.connect(self.services.logins.app)
        try:
            tenant = str(self.at.scope.tenant_id)
            await connection.execute("SELECT set_config('app.tenant_id', $1, false)", tenant)
            await connection.execute(sql, *values)
        finally:
            await connection.close()

    async def dated(self, moment: datetime) -> None:
        """Let the reading have been at `moment`, days of October being over now."""
        await self.change("UPDATE day_reading SET read_at = $1", moment)

    async def health(self, as_of: datetime | None = None, **of: Any) -> DataHealth:
        session = Session.open(self.at.scope, self.at.stores)
        where = HealthFilter(DATES, connections=(self.at.connection.id,))
        return await health.health(session, where, as_of, **of)


EVENING = datetime(2026, 10, 11, 4, tzinfo=UTC)
"""When all days of DATES were over and had been read."""


@pytest.fixture
async def shop(stores: Stores, services: Services, new_tenant: NewTenant) -> Shop:
    return Shop(await by_hand(stores, (await new_tenant()).scope), services)


def fallen(of: Health) -> dict[str, float]:
    """The dimensions that are not whole."""
    return {each.value: share for each, share in of.vector.shares.items() if share < 1}


async def clean(shop: Shop) -> Health:
    await shop.read()
    await shop.dated(EVENING)
    await shop.change("UPDATE connection SET created_at = '2026-01-01'")
    return (await shop.health()).whole


async def test_data_without_fault_is_whole_but_for_its_age(shop: Shop) -> None:
    whole = await clean(shop)
    assert set(fallen(whole)) == {"TIMELINESS"}
    assert (whole.entries, whole.unassessed, whole.worst_decile) == (20, 0, 1.0)
    assert (whole.expected_days, whole.read_days, whole.missing_days) == (10, 10, ())
    assert (whole.records, whole.rejected, whole.quarantine_rate) == (20, 0, 0.0)
    assert [(each.at_risk, each.spend, each.share) for each in whole.at_risk] == [
        (Decimal(0), Decimal(30), 0.0)
    ]


@pytest.mark.parametrize(
    ("change", "dimension"),
    [
        ({"campaign_name": None}, Dimension.COMPLETENESS),
        ({"spend": None}, Dimension.COMPLETENESS),
        ({"clicks": None}, Dimension.COMPLETENESS),
        ({"campaign_id": "eleven"}, Dimension.VALIDITY),
        ({"reach": "11"}, Dimension.CONSISTENCY),
        ({"clicks": "11"}, Dimension.CONSISTENCY),
    ],
)
async def test_a_fault_in_rows_lowers_its_dimension_alone(
    shop: Shop, change: dict[str, Any], dimension: Dimension
) -> None:
    spends = {("13", day.isoformat()): "1.50" for day in DAYS[:5]}
    broken = page_of(spends, **{**GOOD, **change})
    await shop.read(DAYS, broken)
    whole = (await shop.health()).whole
    assert set(fallen(whole)) == {dimension}
    (failed,) = [each for each in whole.checks if each.failed]
    assert (failed.check.dimension, failed.failed) == (dimension, 5)


async def test_a_key_told_twice_lowers_uniqueness_alone(shop: Shop) -> None:
    other = page_of({("11", "2026-10-01"): "1.75"}, **GOOD)
    await shop.read(DAYS, other)
    whole = (await shop.health()).whole
    assert set(fallen(whole)) == {"UNIQUENESS"}


async def test_impossible_values_are_refused_and_have_no_score(shop: Shop) -> None:
    spends = {("13", day.isoformat()): "-1.50" for day in DAYS[:5]}
    await shop.read(DAYS, page_of(spends, **GOOD))
    whole = (await shop.health()).whole
    assert fallen(whole) == {}
    assert (whole.entries, whole.records, whole.rejected) == (20, 25, 5)
    assert whole.quarantine_rate == 0.2
    async with shop.at.stores.database.read(shop.at.scope) as connection:
        rows = await connection.fetch("SELECT DISTINCT check_id, reason FROM rejected_record")
    assert [tuple(row) for row in rows] == [("VALUE_POSSIBLE", "spend is negative")]


async def test_a_day_that_was_never_read_is_missing_and_named(shop: Shop) -> None:
    await shop.read(DAYS[:4])
    await shop.read(DAYS[6:])
    found = await shop.health()
    assert fallen(found.whole) == {"COMPLETENESS": 0.8}
    assert found.whole.missing_days == tuple(DAYS[4:6])
    assert [week.isoformat() for week in found.weeks] == ["2026-09-28", "2026-10-05"]
    assert [len(each.missing_days) for each in found.weeks.values()] == [0, 2]
    (part,) = found.connections.values()
    assert part == found.sources[shop.at.connection.source] == found.whole


async def test_a_day_without_rows_is_not_missing(shop: Shop) -> None:
    claimed = await shop.at.begun("2026-10-01", "2026-10-10")
    page = page_of({("11", "2026-10-01"): "1.50"}, **GOOD)
    await shop.at.merge(claimed, await shop.at.land(claimed, page), page)
    await shop.at.complete(claimed)
    await shop.at.finish(claimed)
    whole = (await shop.health()).whole
    assert fallen(whole) == {}
    assert (whole.expected_days, whole.read_days, whole.entries) == (10, 10, 1)


async def test_a_total_apart_lowers_accuracy_alone(shop: Shop) -> None:
    await shop.read(DAYS, told=True)
    whole = (await shop.health()).whole
    assert set(fallen(whole)) == {"ACCURACY"}
    # Spend, impressions and clicks of every day; purchases and views are none on either side.
    assert whole.vector.shares[Dimension.ACCURACY] == 0.5


async def test_what_was_not_compared_is_not_accurate_but_unassessed(shop: Shop) -> None:
    await shop.read(DAYS)
    assert Dimension.ACCURACY not in (await shop.health()).whole.vector.shares


async def test_what_is_overdue_is_stale_and_nothing_else(shop: Shop) -> None:
    whole = await clean(shop)
    assert set(fallen(whole)) == {"TIMELINESS"}
    at = shop.at
    for hours, share in ((0, 1.0), (23, 1.0), (24, 1.0), (48, 0.367879), (72, 0.135335)):
        moment = EVENING + hours * HOUR
        await shop.change("UPDATE marketing_entry SET first_learned_at = '2026-10-01'")
        await shop.change("UPDATE marketing_entry_vintage SET learned_at = '2026-10-02'")
        found = (await shop.health(moment)).whole
        assert found.vector.shares[Dimension.TIMELINESS] == share
        assert set(fallen(found)) <= {"TIMELINESS"}
        assert found.entries == 20
    paused = await at.stores.connections.set_status(
        at.scope, at.connection.id, ConnectionStatus.PAUSED
    )
    assert paused.status is ConnectionStatus.PAUSED
    now = (await shop.health()).whole
    assert Dimension.TIMELINESS not in now.vector.shares
    then = (await shop.health(EVENING + 72 * HOUR)).whole
    assert then.vector.shares[Dimension.TIMELINESS] == 0.135335, "as it was promised then"


async def test_a_schedule_says_when_the_next_reading_is_due(shop: Shop) -> None:
    await clean(shop)
    await shop.dated(datetime.now(UTC) - 30 * HOUR)
    await shop.change("UPDATE day_reading SET date = date + (now()::date - 1 - '2026-10-10'::date)")
    late = (await shop.health()).whole.vector.shares[Dimension.TIMELINESS]
    assert 0.7 < late < 0.8, "six hours beyond a day"
    weekly = Timing(interval_minutes=7 * 24 * 60, jitter_seconds=0)
    now = datetime.now(UTC)
    await shop.at.stores.schedules.create(shop.at.scope, shop.at.connection.id, weekly, now)
    assert (await shop.health()).whole.vector.shares[Dimension.TIMELINESS] == 1.0


async def test_the_health_of_a_moment_never_changes(shop: Shop) -> None:
    first = await shop.read(DAYS[:8])
    before = await shop.health(first)
    bad = page_of({("13", "2026-10-03"): "-1", ("14", "2026-10-03"): "1"}, reach="11", clicks="1")
    await shop.read(DAYS, bad, told=True)
    await shop.at.stores.connections.set_status(
        shop.at.scope, shop.at.connection.id, ConnectionStatus.PAUSED
    )
    after = await shop.health()
    assert after.whole != before.whole
    assert await shop.health(first) == before


async def test_entries_below_a_bound_are_left_out_and_their_spend_is_at_risk(shop: Shop) -> None:
    bad = page_of({("13", day.isoformat()): "2.00" for day in DAYS[:5]}, reach="11", clicks=None)
    await shop.read(DAYS, bad)
    whole = (await shop.health(threshold=0.95)).whole
    assert (whole.entries, whole.at_risk_entries) == (25, 5)
    (risk,) = whole.at_risk
    assert (risk.at_risk, risk.spend) == (Decimal(10), Decimal(40))
    assert whole.worst_decile is not None
    assert whole.worst_decile < (whole.vector.score or 0)
    at = shop.at
    for bound, count in ((0.0, 25), (0.95, 20), (1.0, 20)):
        assert await at.stores.entries.count(at.scope, EntryFilter(min_quality=bound)) == count


async def test_what_was_stored_before_is_never_perfect(shop: Shop) -> None:
    await shop.read()
    for table in ("marketing_entry", "marketing_entry_vintage"):
        await shop.change(f"UPDATE {table} SET checks_applied = NULL, checks_failed = NULL")
    whole = (await shop.health()).whole
    assert (whole.entries, whole.unassessed, whole.worst_decile) == (20, 20, None)
    assert set(whole.vector.shares) == {Dimension.COMPLETENESS, Dimension.TIMELINESS}
    at = shop.at
    assert await at.stores.entries.count(at.scope, EntryFilter(min_quality=0.0)) == 0
    await shop.read()
    again = (await shop.health()).whole
    assert again.unassessed == 20, "a reading that says the same makes no version for checks alone"


async def test_what_cannot_be_asked_is_refused(shop: Shop) -> None:
    for threshold in (1.5, -0.1):
        with pytest.raises(BadInput) as caught:
            await shop.health(threshold=threshold)
        assert caught.value.field == "threshold"
