"""Objects in a folder of this machine, or of one that API and workers share."""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import IO
from uuid import UUID

from core.errors import ConfigError, NotFound, Transient
from core.records.objects import ObjectRecord, PutObject
from core.scope import SystemScope, TenantScope
from stores.objects.bodies import BLOCK_BYTES, Meter, chunks, in_thread, opened, read_at
from stores.objects.names import TENANTS, folder_of, key_of, name_of, tenant_of
from stores.objects.port import Body, OpenObject

FIELD = "LIFTOS_OBJECTS_FOLDER"
_PARTIAL = "partial"
_ATTEMPTS = 5


class FolderObjects:
    """One file an object: written beside its place, synced to the disk, moved there at once."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(
        self, scope: TenantScope, name: str, body: Body, *, sha256: str | None = None
    ) -> PutObject:
        """Keep `body` under `name`; see the port."""
        place, meter = self._root / key_of(scope, name), Meter()
        with _told():
            draft, file = await opened(self._draft, _discard)
        try:
            async for chunk in chunks(body):
                with _told():
                    await in_thread(_append, file, meter, chunk)
            put = meter.told(name, sha256)
            with _told():
                await in_thread(self._publish, file, draft, place)
        finally:
            _discard((draft, file))
        return put

    async def find(self, scope: TenantScope, name: str) -> ObjectRecord | None:
        """What is known of an object."""
        place = self._root / key_of(scope, name)
        with _told(), suppress(FileNotFoundError):
            return _record(name, await in_thread(place.lstat))
        return None

    @asynccontextmanager
    async def open(self, scope: TenantScope, name: str) -> AsyncIterator[OpenObject]:
        """The file, held open: it can be read to its end though it be replaced or deleted."""
        place = self._root / key_of(scope, name)
        try:
            with _told():
                file = await opened(partial(_opened, place), methodcaller("close"))
        except FileNotFoundError:
            raise NotFound(f"there is no object {name}") from None
        try:
            yield _OpenFile(_record(name, os.fstat(file.fileno())), file)
        finally:
            file.close()

    async def delete(self, scope: TenantScope, names: Sequence[str]) -> None:
        """Forget objects, and the folders that are empty then."""
        places = [self._root / key_of(scope, name) for name in names]
        with _told():
            await in_thread(_delete, places, self._root / TENANTS)

    async def list(self, scope: TenantScope, folder: str = "") -> AsyncIterator[ObjectRecord]:
        """The objects below `folder`."""
        top = self._root / folder_of(scope, folder)
        with _told():
            found = await in_thread(lambda: sorted(_files(top, self._root)))
        for key, entry in found:
            yield _record(name_of(scope, key), entry)

    async def tenants(self, scope: SystemScope) -> AsyncIterator[UUID]:
        """Every tenant that has a folder."""
        del scope
        folder = self._root / TENANTS
        with _told():
            found = await in_thread(lambda: sorted(folder.iterdir()) if folder.is_dir() else [])
        for place in found:
            if (tenant := tenant_of(place.name)) is not None:
                yield tenant

    async def sweep(self, scope: SystemScope, older_than: timedelta) -> int:
        """Remove what killed processes were writing."""
        del scope
        with _told():
            return await in_thread(self._sweep, time.time() - older_than.total_seconds())

    def _draft(self) -> tuple[Path, IO[bytes]]:
        _make_folder(self._root / _PARTIAL, self._root)
        draft = self._root / _PARTIAL / secrets.token_hex(16)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(draft, flags, 0o600)
        _give_to_owner_of(self._root, draft)
        return draft, os.fdopen(descriptor, "wb")

    def _publish(self, file: IO[bytes], draft: Path, place: Path) -> None:
        file.flush()
        os.fsync(file.fileno())
        for attempt in range(_ATTEMPTS):
            _make_folder(place.parent, self._root)
            try:
                draft.replace(place)
                _sync_folder(place.parent)
            except FileNotFoundError:
                # Somebody deleted the last object of the folder, and the folder with it.
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return

    def _sweep(self, before: float) -> int:
        count = 0
        for draft in (self._root / _PARTIAL).glob("*"):
            with suppress(FileNotFoundError):
                if draft.lstat().st_mtime < before:
                    draft.unlink()
                    count += 1
        return count


@dataclass(frozen=True, slots=True)
class _OpenFile:
    """A file that is open."""

    record: ObjectRecord
    file: IO[bytes]

    async def read(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Its bytes, a block at a time."""
        end = self.record.size_bytes if stop is None else min(stop, self.record.size_bytes)
        while start < end:
            with _told():
                block = await in_thread(read_at, self.file, start, min(BLOCK_BYTES, end - start))
            if not block:
                raise Transient(f"{self.record.name} is shorter than it was")
            start += len(block)
            yield block


def _discard(made: tuple[Path, IO[bytes]]) -> None:
    draft, file = made
    file.close()
    draft.unlink(missing_ok=True)


def _append(file: IO[bytes], meter: Meter, chunk: bytes) -> None:
    meter.take(chunk)
    file.write(chunk)


def _opened(place: Path) -> IO[bytes]:
    return os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb", 0)


def _record(name: str, entry: os.stat_result) -> ObjectRecord:
    modified = datetime.fromtimestamp(entry.st_mtime, UTC)
    version = f"{entry.st_ino:x}-{entry.st_mtime_ns:x}-{entry.st_size:x}"
    return ObjectRecord(name, entry.st_size, modified, version)


def _files(top: Path, root: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Keys of the files below `top`; what is deleted meanwhile is passed over."""
    for folder, _, names in os.walk(top):
        for name in names:
            place = Path(folder) / name
            with suppress(FileNotFoundError):
                yield place.relative_to(root).as_posix(), place.lstat()


def _delete(places: Sequence[Path], keep: Path) -> None:
    for place in places:
        place.unlink(missing_ok=True)
    for place in places:
        with suppress(OSError):
            for folder in place.parents:
                if folder == keep:
                    break
                folder.rmdir()


def _make_folder(folder: Path, root: Path) -> None:
    """Make `folder` and those above it that are missing; closed to other accounts."""
    if folder.is_dir():
        return
    if folder != root:
        _make_folder(folder.parent, root)
    else:
        folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(0o700)
        _give_to_owner_of(folder.parent, folder)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _give_to_owner_of(folder: Path, made: Path) -> None:
    """Let root leave nothing in somebody's home that its owner could not open later."""
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.chown(made, owner.st_uid, owner.st_gid, follow_symlinks=False)


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the operating system in words for whoever can mend them."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Transient(
                "there is no room left where objects are kept",
                field=FIELD,
                mend="make room, or keep them somewhere else",
            ) from error
        raise ConfigError(
            f"the folder of objects cannot be used: {error.strerror}",
            field=FIELD,
            mend="let the account of API and workers read and write it, or name another",
        ) from error
