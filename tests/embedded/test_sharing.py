"""Who starts, who shares, who stops."""

from pathlib import Path
from typing import Any

import asyncpg
import redis

from app.embedded import attach, status


async def test_a_fresh_home_answers_with_both_servers(fresh_home: Path, tools: Any) -> None:
    with attach(fresh_home) as services:
        assert await tools.sql(services.postgres_url, "SHOW server_encoding") == "UTF8"
        assert await tools.sql(services.postgres_url, "SHOW data_checksums") == "on"
        assert await tools.sql(services.postgres_url, "SELECT current_user") == "liftos_owner"
        await tools.sql(services.postgres_url, "CREATE EXTENSION vector")
        assert tools.ping(services.redis_url)
    assert tools.processes_of(fresh_home) == {}


async def test_a_second_start_finds_the_data_of_the_first(home: Path, tools: Any) -> None:
    with attach(home) as services:
        await tools.keep(services.postgres_url)
    with attach(home) as services:
        assert await tools.kept(services.postgres_url)


async def test_the_last_process_to_leave_stops_what_all_shared(
    home: Path, tools: Any, start_user: Any
) -> None:
    user = start_user(home)
    other = user.attached()
    with attach(home) as services:
        at = status(home)
        assert (at.postgres.pid, at.keeper) == (other["postgres"], other["keeper"])
        user.let_go()
        assert await tools.sql(services.postgres_url, "SELECT 1") == 1
        assert status(home) == at
    assert tools.processes_of(home) == {}


def test_eight_processes_at_once_on_a_fresh_home_get_one_postgres(
    fresh_home: Path, tools: Any, start_user: Any
) -> None:
    users = [start_user(fresh_home) for _ in range(8)]
    found = [user.attached() for user in users]
    assert len({(one["postgres"], one["keeper"]) for one in found}) == 1
    postmasters = [line for line in tools.processes_of(fresh_home).values() if " -D " in line]
    assert len(postmasters) == 1
    for user in users:
        user.let_go()
    assert tools.processes_of(fresh_home) == {}


def test_coming_and_going_without_a_pause_always_ends_attached(home: Path, tools: Any) -> None:
    for _ in range(3):
        attach(home).close()
        with attach(home) as services:
            assert tools.ping(services.redis_url)
    assert tools.processes_of(home) == {}


def test_closing_one_of_two_attachments_keeps_the_other(home: Path, tools: Any) -> None:
    with attach(home) as kept:
        with attach(home) as other:
            assert other.postgres_url == kept.postgres_url
        assert tools.ping(kept.redis_url)
        other.close()


def test_status_of_an_unused_home_creates_nothing(fresh_home: Path) -> None:
    at = status(fresh_home)
    assert (at.keeper, at.sockets, at.postgres.pid, at.valkey.answers) == (None, None, None, False)
    assert not fresh_home.exists()


async def test_a_long_home_path_gets_short_sockets(folder: Path, tools: Any) -> None:
    home = folder / ("x" * (149 - len(str(folder))))
    assert len(str(home)) == 150
    with attach(home) as services:
        sockets = status(home).sockets
        assert sockets is not None
        assert not sockets.is_relative_to(home)
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert await tools.sql(services.postgres_url, "SELECT 1") == 1
        assert tools.ping(services.redis_url)
    assert not sockets.exists()


async def test_a_home_path_may_hold_blanks_and_marks(folder: Path, tools: Any) -> None:
    with attach(folder / 'my "own", home?#%41 é') as services:
        assert await tools.sql(services.postgres_url, "SELECT 1") == 1
        assert tools.ping(services.redis_url)


async def test_pools_and_subscriptions_work_over_the_urls(home: Path) -> None:
    with attach(home) as services:
        async with asyncpg.create_pool(services.postgres_url, min_size=2, max_size=4) as pool:
            assert await pool.fetchval("SELECT count(*) FROM pg_stat_activity") > 0
        with redis.Redis.from_url(services.redis_url) as client:
            assert client.set("a", "1")
            assert client.xadd("stream", {"k": "v"})
