"""The folder: what a killed process leaves, and whom it belongs to."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigError, Transient
from core.scope import TenantScope
from stores.objects import ObjectStore, open_objects
from tests.objects.suite import UPKEEP, ObjectSuite, bytes_of, in_chunks, names_in, somebody

ROOT = Path(__file__).resolve().parents[2]
HALF_A_PUT = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from core.scope import TenantScope
from stores.objects import open_objects

async def half():
    yield b"x" * 3_000_000
    print("half", flush=True)
    await asyncio.Event().wait()

scope = TenantScope(UUID(sys.argv[2]), actor="tests")
asyncio.run(open_objects(Path(sys.argv[1])).put(scope, "exports/1/a", half()))
"""


class TestFolderObjects(ObjectSuite):
    @pytest.fixture
    def objects(self, tmp_path: Path) -> ObjectStore:
        self.root = tmp_path / "below" / "objects"
        return open_objects(self.root)

    async def assert_nothing_is_left(self, objects: ObjectStore) -> None:
        assert list((self.root / "partial").iterdir()) == []
        assert await objects.sweep(UPKEEP, timedelta(0)) == 0


async def test_who_is_cancelled_while_a_file_opens_leaves_none_open(tmp_path: Path) -> None:
    objects, scope = open_objects(tmp_path), somebody()
    await objects.put(scope, "exports/1/a", in_chunks(b"before"))
    source = tmp_path / "source"
    source.write_bytes(b"after")
    for turns in range(8):
        await cancelled_after(turns, objects.put(scope, "exports/1/b", source))
        await cancelled_after(turns, bytes_of(objects, scope, "exports/1/a"))
        assert files_open_below(tmp_path) == []
        assert list((tmp_path / "partial").iterdir()) == []


async def cancelled_after(turns: int, work: Coroutine[Any, Any, object]) -> None:
    task = asyncio.ensure_future(work)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])


def files_open_below(folder: Path) -> list[Path]:
    descriptors = list(Path("/dev/fd").iterdir())
    targets = [each.readlink() for each in descriptors if each.is_symlink()]
    return [target for target in targets if target.is_relative_to(folder)]


async def test_a_killed_put_is_never_seen_and_is_swept(tmp_path: Path) -> None:
    objects, scope = open_objects(tmp_path), somebody()
    await objects.put(scope, "exports/1/a", in_chunks(b"before"))
    await asyncio.to_thread(killed_in_the_middle, tmp_path, scope)
    assert await bytes_of(objects, scope, "exports/1/a") == b"before"
    assert await names_in(objects, scope) == ["exports/1/a"]
    assert len(list((tmp_path / "partial").iterdir())) == 1
    assert await objects.sweep(UPKEEP, timedelta(hours=1)) == 0
    assert await objects.sweep(UPKEEP, timedelta(0)) == 1
    assert list((tmp_path / "partial").iterdir()) == []


def killed_in_the_middle(root: Path, scope: TenantScope) -> None:
    command = [sys.executable, "-c", HALF_A_PUT, str(root), str(scope.tenant_id)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as putting:
        assert putting.stdout is not None
        assert putting.stdout.readline() == "half\n"
        putting.kill()


async def test_only_the_owner_may_read(tmp_path: Path) -> None:
    scope = somebody()
    await open_objects(tmp_path / "objects").put(scope, "exports/1/a", in_chunks(b"x"))
    made = [tmp_path / "objects", *(tmp_path / "objects").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_file()} == {0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_root_leaves_nothing_in_somebodys_home_that_they_cannot_open(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 65534, 65534)
    await open_objects(home / "objects").put(somebody(), "exports/1/a", in_chunks(b"x"))
    assert {path.stat().st_uid for path in home.rglob("*")} == {65534}


async def test_an_object_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    objects, scope = open_objects(tmp_path / "objects"), somebody()
    await objects.put(scope, "exports/1/a", in_chunks(b"x"))
    place = tmp_path / "objects" / "tenants" / str(scope.tenant_id) / "exports" / "1" / "b"
    (tmp_path / "elsewhere").write_text("not an object")
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError):
        await bytes_of(objects, scope, "exports/1/b")


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file")
    with pytest.raises(ConfigError) as caught:
        await open_objects(tmp_path / "objects").put(somebody(), "a", in_chunks(b"x"))
    assert caught.value.field == "LIFTOS_OBJECTS_FOLDER"


async def test_a_full_disk_is_transient_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        del descriptor
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "partial").mkdir()
    with pytest.raises(Transient, match="no room"):
        await open_objects(tmp_path).put(somebody(), "a", in_chunks(b"x"))
    assert list((tmp_path / "partial").iterdir()) == []
