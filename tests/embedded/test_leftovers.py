"""What an earlier life left behind does not stop the next one."""

# ruff: noqa: ASYNC220, ASYNC240 - nothing else runs on these loops

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.embedded import EmbeddedError, attach, default_home, launch, process, status
from app.embedded.home import open_home


async def test_the_pid_files_of_strangers_are_not_believed(home: Path, tools: Any) -> None:
    with attach(home):
        sockets = status(home).sockets
    assert sockets is not None
    data, owner = home / "postgres", (home / "postgres").stat()
    with subprocess.Popen(["/bin/sleep", "60"], user=owner.st_uid) as stranger:
        lines = f"{stranger.pid}\n{data}\n1\n5432\n{sockets}\n\n0 0\nready   \n"
        for path in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
            path.write_text(lines)
            os.chown(path, owner.st_uid, owner.st_gid)
        (home / "valkey" / "valkey.pid").write_text(str(stranger.pid))
        (sockets / "valkey.sock").touch()
        with attach(home) as services:
            assert await tools.sql(services.postgres_url, "SELECT 1") == 1
            assert tools.ping(services.redis_url)
        assert stranger.poll() is None
        stranger.kill()


async def test_a_kill_in_the_middle_of_initdb_is_harmless(
    fresh_home: Path, tools: Any, start_user: Any
) -> None:
    user = start_user(fresh_home)
    tools.until(lambda: any("initdb" in line for line in tools.processes_of(fresh_home).values()))
    tools.until(lambda: list(fresh_home.glob("postgres.new-*/base")))
    for pid in (user.pid, *tools.processes_of(fresh_home)):
        process.send(pid, signal.SIGKILL)
    tools.until(lambda: tools.processes_of(fresh_home) == {})
    assert not (fresh_home / "postgres").exists()
    assert list(fresh_home.glob("postgres.new-*"))
    with attach(fresh_home) as services:
        assert await tools.sql(services.postgres_url, "SELECT 1") == 1
    assert not list(fresh_home.glob("postgres.new-*"))


async def test_a_dropped_database_is_made_again(home: Path, tools: Any) -> None:
    with attach(home) as services:
        other = services.postgres_url.replace("/liftos?", "/postgres?")
        await tools.sql(other, "DROP DATABASE liftos WITH (FORCE)")
    with attach(home) as services:
        assert await tools.sql(services.postgres_url, "SELECT current_database()") == "liftos"


def test_deleting_the_home_under_the_services_ends_them(fresh_home: Path, tools: Any) -> None:
    services = attach(fresh_home)
    shutil.rmtree(fresh_home)
    tools.until(lambda: tools.processes_of(fresh_home) == {}, seconds=30)
    services.close()
    assert not fresh_home.exists()


def test_data_of_another_release_is_refused_with_the_reason(fresh_home: Path, tools: Any) -> None:
    with attach(fresh_home):
        pass
    (fresh_home / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match="Postgres 17 wrote it and this install has") as caught:
        attach(fresh_home)
    assert "Export it" in caught.value.mend
    assert tools.processes_of(fresh_home) == {}


def test_a_server_that_cannot_start_says_why_and_leaves_nothing(
    fresh_home: Path, tools: Any
) -> None:
    with attach(fresh_home):
        pass
    with (fresh_home / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match="no_such_setting") as caught:
        attach(fresh_home)
    assert caught.value.what == "Postgres did not start"
    assert tools.processes_of(fresh_home) == {}


def test_keepers_that_die_without_a_word_are_not_started_for_ever(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "KEEPER", ("-c", "pass"))
    with pytest.raises(EmbeddedError, match="again and again"):
        attach(home)


def test_a_keeper_that_cannot_be_loaded_is_reported(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "KEEPER", ("-c", "raise SystemExit(3)"))
    with pytest.raises(EmbeddedError, match=r"status 3.*keeper\.log"):
        attach(home)


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounts a small disk")
@pytest.mark.parametrize("megabytes", [25, 60])
def test_a_full_disk_is_named(folder: Path, tools: Any, megabytes: int) -> None:
    disk = folder / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(disk)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with pytest.raises(EmbeddedError, match="No space left on device"):
            _fill_and_attach(disk)
        assert tools.processes_of(disk) == {}
        assert not list(disk.glob("home/postgres.new*"))
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_home_that_is_a_file_is_refused(folder: Path) -> None:
    (folder / "home").touch()
    with pytest.raises(EmbeddedError, match="LIFTOS_HOME"):
        attach(folder / "home")


def test_a_log_past_its_limit_starts_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOG_LIMIT_BYTES", 10)
    path = open_home(home).logs / "some.log"
    for expected in (b"12345678901", b"x"):
        with process.open_log(path) as log:
            log.write(expected)
        assert path.read_bytes() == expected


def test_the_usual_home_follows_the_data_folder_of_a_plain_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("sys.platform", "linux")
    assert default_home({"XDG_DATA_HOME": "/data"}) == Path("/data/liftos")
    assert default_home({}) == Path.home() / ".local/share/liftos"
    monkeypatch.setattr("sys.platform", "darwin")
    assert default_home({}) == Path.home() / "Library/Application Support/liftos"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_home({}) == Path("/var/lib/liftos")


def _fill_and_attach(disk: Path) -> None:
    attach(disk / "home").close()
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
        while filler.write(bytes(4096)):
            pass
    attach(disk / "home")
