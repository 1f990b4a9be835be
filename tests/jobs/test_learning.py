"""What vintages teach about when days settle, and what follows: maturity, and a look-back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from core.errors import Conflict, NotFound
from core.records.entries import EntryFilter, EntryOrder
from core.records.pages import PageRequest
from core.records.restatements import ObservedDay, Settling
from core.scope import TenantScope
from jobs.learn import learn
from stores.postgres.entries import merge_lock
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, by_hand
from tests.support import NewTenant, Tenant

FIRST = date(2026, 5, 1)
DAY, NEXT = "2026-05-01", "2026-05-02"


async def at_night(at: ByHand, moment: str) -> None:
    """As if what is known of today had been learned and read then, and nothing since."""
    async with at.stores.database.write(at.scope) as connection:
        for table, column in (
            ("marketing_entry_vintage", "learned_at"),
            ("day_reading", "read_at"),
            ("marketing_entry", "learned_at"),
        ):
            await connection.execute(
                f"UPDATE {table} SET {column} = $1 WHERE {column} > now() - interval '1 hour'",
                datetime.fromisoformat(moment),
            )


async def history(at: ByHand, days: int, look_back: int, settles_after: int) -> None:
    """Weeks of nightly readings as they would lie in the tables; spend moves until an age."""
    await at.read(DAY, DAY, [{("1", DAY): "1"}])
    connection_id, tenant_id = at.connection.id, at.scope.tenant_id
    async with at.stores.database.write(at.scope) as connection:
        months = [FIRST, FIRST + timedelta(days=31), FIRST + timedelta(days=62)]
        await connection.execute("SELECT ensure_months($1)", months)
        (kept,) = await connection.fetch("SELECT * FROM marketing_entry")
        await connection.execute("DELETE FROM marketing_entry")
        await connection.execute("DELETE FROM marketing_entry_vintage")
        await connection.execute("DELETE FROM day_reading")
        columns = [name for name in kept.keys() if name not in {"date", "digest"}]  # noqa: SIM118
        same = ", ".join(f"k.{name}" for name in columns)
        await connection.execute(
            f"INSERT INTO marketing_entry (date, digest, {', '.join(columns)}) "
            f"SELECT d, gen_random_uuid(), {same} "
            "FROM jsonb_populate_record(NULL::marketing_entry, $1) k, unnest($2::date[]) d",
            {
                name: str(value) if value is not None else None
                for name, value in kept.items()
                if name not in {"is_present", "actions"}
            }
            | {"is_present": True},
            [FIRST + timedelta(days=n) for n in range(days)],
        )
        await connection.execute(
            """
            WITH read AS (
                SELECT e.date, e.digest, age, (e.date + age + time '20:00') AT TIME ZONE 'UTC' AS at
                FROM marketing_entry e, generate_series(0, $4) age
                WHERE e.date + age <= $3::date
            ), vintages AS (
                INSERT INTO marketing_entry_vintage (
                    tenant_id, date, digest, learned_at, is_present, spend, clicks, run_id)
                SELECT $1, date, digest, at, true, 100 + 10 * age, 7, gen_random_uuid()
                FROM read WHERE age <= $5
            )
            INSERT INTO day_reading (tenant_id, connection_id, date, read_at, run_id)
            SELECT $1, $2, date, at, gen_random_uuid() FROM read
            """,
            tenant_id,
            connection_id,
            FIRST + timedelta(days=days - 1),
            look_back,
            settles_after,
        )


async def lesson(at: ByHand) -> dict[str, Settling]:
    await learn(at.stores, at.scope, at.connection.id)
    found = await at.stores.restatements.by_connections(at.scope, [at.connection.id])
    return {each.metric: each for each in found[at.connection.id].metrics} if found else {}


async def test_what_was_known_after_each_reading_comes_from_the_vintages(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await at.read(DAY, NEXT, [{("1", DAY): "10", ("2", DAY): "5", ("1", NEXT): "4"}])
    await at_night(at, "2026-05-02T20:00:00+00:00")
    await at.read(DAY, NEXT, [{("1", DAY): "12", ("2", DAY): "5", ("1", NEXT): "4"}])
    await at_night(at, "2026-05-05T20:00:00+00:00")
    await at.read(DAY, NEXT, [{("1", DAY): "12", ("1", NEXT): "6"}])
    await at_night(at, "2026-05-06T23:30:00+00:00")
    observed = await stores.restatements.observed(at.scope, at.connection.id)
    # The last one was read on 7 May in Berlin; campaign 2 had vanished from the first day by then.
    assert observed["spend"] == (
        ObservedDay(FIRST, (1, 4, 6), (15.0, 17.0, 12.0)),
        ObservedDay(FIRST + timedelta(days=1), (0, 3, 5), (4.0, 4.0, 6.0)),
    )
    assert observed["conversions"][0].totals == (0.0, 0.0, 0.0)


async def test_weeks_of_readings_teach_when_each_metric_settles(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope, look_back_days=20)
    await history(at, 70, 20, settles_after=5)
    found = await lesson(at)
    assert found == {
        "spend": Settling("spend", 5, 5, 5, 69, 20),
        "clicks": Settling("clicks", 0, 0, 0, 69, 20),
    }
    # Once a day is enough: this time nothing is looked at.
    assert await stores.restatements.is_due(at.scope, at.connection.id) is False


async def test_a_connection_that_was_read_once_teaches_nothing(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await at.read(DAY, DAY, [{("1", DAY): "10"}])
    assert await stores.restatements.is_due(at.scope, at.connection.id) is False
    assert await lesson(at) == {}


async def test_a_failure_to_learn_is_no_failure_of_the_run(
    stores: Stores, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await by_hand(stores, tenant.scope)

    async def broken(*_: object) -> bool:
        raise OSError

    monkeypatch.setattr(stores.restatements, "is_due", broken)
    await learn(stores, at.scope, at.connection.id)


async def mature(stores: Stores, scope: TenantScope, as_of: datetime | None = None) -> list[bool]:
    request = PageRequest(10)
    page = await stores.entries.page(scope, EntryFilter(), EntryOrder.DATE_ASC, request, as_of)
    return [entry.is_mature for entry in page.items]


async def moment_of(stores: Stores, at: ByHand) -> datetime:
    async with stores.database.read(at.scope) as connection:
        found: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return found - timedelta(microseconds=1)


def known(at_most: int | None, metric: str = "spend") -> Settling:
    return Settling(metric, at_most, at_most, at_most, 60, 28)


async def test_maturity_follows_the_slowest_metric_from_the_moment_it_was_learned(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope, look_back_days=28)
    await at.read(DAY, DAY, [{("1", DAY): "10"}])
    await at_night(at, "2026-05-15T12:00:00+00:00")
    learned = stores.restatements.learn
    before = await moment_of(stores, at)
    assert await mature(stores, at.scope) == [False]
    await learned(at.scope, at.connection.id, [known(10), known(13, "clicks")])
    after = await moment_of(stores, at)
    assert await mature(stores, at.scope) == [True]
    await learned(at.scope, at.connection.id, [known(10), known(14, "clicks")])
    assert await mature(stores, at.scope) == [False]
    assert await mature(stores, at.scope, after) == [True]
    assert await mature(stores, at.scope, before) == [False]
    # Where one metric cannot tell, the look-back is all there is to go by.
    await learned(at.scope, at.connection.id, [known(2), known(None, "clicks")])
    assert await mature(stores, at.scope) == [False]
    where = EntryFilter(is_mature=True)
    assert await stores.entries.count(at.scope, where, after) == 1
    assert await stores.entries.count(at.scope, where) == 0


async def test_an_accepted_look_back_changes_no_answer_about_the_past(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope, look_back_days=28)
    await at.read(DAY, DAY, [{("1", DAY): "10"}])
    await at_night(at, "2026-06-01T12:00:00+00:00")
    before = await moment_of(stores, at)
    assert await mature(stores, at.scope, before) == [True]
    with pytest.raises(Conflict, match="no other look-back is proposed"):
        await stores.restatements.accept_look_back(at.scope, at.connection.id)
    await stores.restatements.learn(at.scope, at.connection.id, [known(None)])
    changed = await stores.restatements.accept_look_back(at.scope, at.connection.id)
    assert changed.look_back_days == 35
    assert await mature(stores, at.scope) == [False]
    assert await mature(stores, at.scope, before) == [True]
    with pytest.raises(Conflict):
        await stores.restatements.accept_look_back(at.scope, at.connection.id)


async def test_a_look_back_that_was_set_by_hand_changes_no_answer_about_the_past(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope, look_back_days=28)
    await at.read(DAY, DAY, [{("1", DAY): "10"}])
    await at_night(at, "2026-06-01T12:00:00+00:00")
    moments = [await moment_of(stores, at)]
    for days in (40, 40, 20):
        async with stores.database.write(at.scope) as connection:
            await connection.execute("UPDATE connection SET look_back_days = $1", days)
        moments.append(await moment_of(stores, at))
    assert [await mature(stores, at.scope, moment) for moment in moments] == [
        [True],
        [False],
        [False],
        [True],
    ]
    assert await at.count("former_look_back") == 2


async def test_a_change_of_the_look_back_holds_the_lock_of_merges(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    async with stores.database.write(at.scope) as connection:
        await connection.execute("UPDATE connection SET look_back_days = 3")
        async with stores.database.write(at.scope) as other:
            taken = "SELECT pg_try_advisory_xact_lock($1)"
            assert await other.fetchval(taken, merge_lock(at.scope)) is False


async def test_a_proposal_is_nobody_elses(
    stores: Stores, tenant: Tenant, new_tenant: NewTenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await stores.restatements.learn(at.scope, at.connection.id, [known(3)])
    stranger = await new_tenant()
    with pytest.raises(NotFound):
        await stores.restatements.accept_look_back(stranger.scope, at.connection.id)
    assert await stores.restatements.by_connections(stranger.scope, [at.connection.id]) == {}
