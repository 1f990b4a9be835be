"""Whatever is killed with -9: what users share comes back, what nobody uses stops."""

import asyncio
import os
import platform
import signal
import time
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.embedded import attach, launch, process, status

on_linux = pytest.mark.skipif(
    platform.system() != "Linux", reason="only Linux ties a child to its parent's life"
)
UNTIED_KEEPER = """
from app.embedded import process
process._tie_to_parent = lambda number: None
from app.embedded.keeper import main
main()
"""


async def test_a_killed_postgres_comes_back_with_all_it_acknowledged(
    home: Path, tools: Any
) -> None:
    with attach(home) as services:
        await tools.sql(services.postgres_url, "CREATE TABLE written (n int)")
        writer = await asyncpg.connect(services.postgres_url)
        _, postgres, valkey = tools.pids(status(home))
        acknowledged = 0
        for n in range(500):
            await writer.execute("INSERT INTO written VALUES ($1)", n)
            acknowledged += 1
        os.kill(postgres, signal.SIGKILL)
        tools.until(lambda: status(home).postgres.pid != postgres and tools.is_up(home))
        writer.terminate()
        assert (
            await tools.sql(services.postgres_url, "SELECT count(*) FROM written") == acknowledged
        )
        assert status(home).valkey.pid == valkey
    assert tools.processes_of(home) == {}


async def test_a_killed_postgres_comes_back_though_a_busy_backend_lingers(
    home: Path, tools: Any
) -> None:
    with attach(home) as services:
        busy = await asyncpg.connect(services.postgres_url)
        query = asyncio.ensure_future(
            busy.fetchval(
                "SELECT sum(a * b) FROM generate_series(1, 90000) a, LATERAL ("
                "SELECT b FROM generate_series(1, 90000) b) s"
            )
        )
        await asyncio.sleep(0.3)
        _, postgres, _ = tools.pids(status(home))
        os.kill(postgres, signal.SIGKILL)
        tools.until(lambda: status(home).postgres.pid != postgres and tools.is_up(home))
        with pytest.raises((OSError, asyncpg.PostgresError)):
            await query


async def test_a_killed_backend_breaks_connections_only_for_a_moment(
    home: Path, tools: Any
) -> None:
    with attach(home) as services:
        victim = await asyncpg.connect(services.postgres_url)
        postgres = status(home).postgres.pid
        os.kill(await victim.fetchval("SELECT pg_backend_pid()"), signal.SIGKILL)
        await asyncio.sleep(0.05)
        tools.until(lambda: tools.is_up(home))
        assert status(home).postgres.pid == postgres
        victim.terminate()


def test_a_killed_valkey_comes_back(home: Path, tools: Any) -> None:
    with attach(home) as services:
        _, postgres, valkey = tools.pids(status(home))
        os.kill(valkey, signal.SIGKILL)
        tools.until(lambda: status(home).valkey.pid != valkey and tools.is_up(home))
        assert tools.ping(services.redis_url)
        assert status(home).postgres.pid == postgres
    assert tools.processes_of(home) == {}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_an_ended_keeper_is_replaced(home: Path, tools: Any, number: signal.Signals) -> None:
    with attach(home) as services:
        await tools.keep(services.postgres_url)
        keeper, *_ = tools.pids(status(home))
        os.kill(keeper, number)
        tools.until(lambda: status(home).keeper not in {keeper, None} and tools.is_up(home))
        assert await tools.kept(services.postgres_url)
        assert tools.ping(services.redis_url)
    assert tools.processes_of(home) == {}


async def test_everything_but_one_user_is_killed(home: Path, tools: Any, start_user: Any) -> None:
    users = [start_user(home), start_user(home)]
    for user in users:
        user.attached()
    with attach(home) as services:
        await tools.keep(services.postgres_url)
        before = tools.pids(status(home))
        for pid in tools.processes_of(home):
            process.send(pid, signal.SIGKILL)
        tools.until(lambda: status(home).keeper not in {before[0], None} and tools.is_up(home))
        assert await tools.kept(services.postgres_url)
        assert tools.ping(services.redis_url)
    assert tools.processes_of(home) == {}


def test_when_all_users_are_killed_everything_stops(
    home: Path, tools: Any, start_user: Any
) -> None:
    users = [start_user(home), start_user(home)]
    for user in users:
        user.attached()
    for user in users:
        user.kill()
    tools.until(lambda: tools.processes_of(home) == {})


def test_a_user_killed_while_it_starts_the_services_leaves_nothing(
    home: Path, tools: Any, start_user: Any
) -> None:
    for pause in (0.1, 0.2, 0.4):
        user = start_user(home)
        time.sleep(pause)
        user.kill()
    tools.until(lambda: tools.processes_of(home) == {})
    with attach(home) as services:
        assert tools.ping(services.redis_url)


@on_linux
def test_when_all_users_and_the_keeper_are_killed_everything_stops(
    home: Path, tools: Any, start_user: Any
) -> None:
    user = start_user(home)
    keeper = user.attached()["keeper"]
    os.kill(keeper, signal.SIGKILL)
    user.kill()
    tools.until(lambda: tools.processes_of(home) == {})


async def test_after_everything_was_killed_the_next_start_recovers(
    home: Path, tools: Any, start_user: Any
) -> None:
    user = start_user(home)
    url = user.attached()["postgres_url"]
    await tools.keep(url)
    for pid in (user.pid, *tools.processes_of(home)):
        process.send(pid, signal.SIGKILL)
    with attach(home) as services:
        assert await tools.kept(services.postgres_url)
        assert tools.ping(services.redis_url)
    assert tools.processes_of(home) == {}


async def test_servers_that_outlive_their_keeper_are_adopted_and_stopped(
    home: Path, tools: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "KEEPER", ("-c", UNTIED_KEEPER))
    with attach(home) as services:
        connection = await asyncpg.connect(services.postgres_url)
        keeper, *servers = tools.pids(status(home))
        os.kill(keeper, signal.SIGKILL)
        tools.until(lambda: status(home).keeper not in {keeper, None} and tools.is_up(home))
        assert tools.pids(status(home))[1:] == tuple(servers)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    assert tools.processes_of(home) == {}


async def test_an_adopted_server_that_is_killed_comes_back(
    home: Path, tools: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "KEEPER", ("-c", UNTIED_KEEPER))
    with attach(home) as services:
        keeper, postgres, _ = tools.pids(status(home))
        os.kill(keeper, signal.SIGKILL)
        tools.until(lambda: status(home).keeper not in {keeper, None} and tools.is_up(home))
        os.kill(postgres, signal.SIGKILL)
        tools.until(lambda: status(home).postgres.pid != postgres and tools.is_up(home))
        assert await tools.sql(services.postgres_url, "SELECT 1") == 1
    assert tools.processes_of(home) == {}
