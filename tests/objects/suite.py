"""What every adapter of object storage must do; each inherits it and says how it is opened."""

from __future__ import annotations

import asyncio
import hashlib
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from core.errors import BadInput, NotFound, Transient
from core.records.objects import PutObject
from core.scope import SystemScope, TenantId, TenantScope
from stores.objects import ObjectStore

UPKEEP = SystemScope(reason="tests")
BIG = 20_000_000
"""Goes to S3 in three parts."""


def somebody() -> TenantScope:
    return TenantScope(TenantId(uuid4()), actor="tests")


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311 - the same bytes every time


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


async def in_chunks(body: bytes, size: int = 700_001) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def bytes_of(
    objects: ObjectStore, scope: TenantScope, name: str, start: int = 0, stop: int | None = None
) -> bytes:
    async with objects.open(scope, name) as opened:
        return b"".join([block async for block in opened.read(start, stop)])


async def names_in(objects: ObjectStore, scope: TenantScope, folder: str = "") -> list[str]:
    return [record.name async for record in objects.list(scope, folder)]


class ObjectSuite(ABC):
    """`objects` is empty for every test."""

    @pytest.fixture
    @abstractmethod
    def objects(self) -> ObjectStore:
        """The adapter."""

    @pytest.mark.parametrize("size", [0, 1, 8 << 20, BIG])
    async def test_what_is_put_is_read_byte_for_byte(self, objects: ObjectStore, size: int) -> None:
        scope, body = somebody(), noise(size)
        put = await objects.put(scope, "exports/1/wide.parquet", in_chunks(body))
        assert put == PutObject("exports/1/wide.parquet", size, sha256(body))
        assert await bytes_of(objects, scope, "exports/1/wide.parquet") == body
        found = await objects.find(scope, "exports/1/wide.parquet")
        assert found is not None
        assert (found.name, found.size_bytes) == ("exports/1/wide.parquet", size)
        assert abs(found.modified_at - datetime.now(UTC)) < timedelta(minutes=5)

    async def test_a_file_is_put_as_its_chunks_are(
        self, objects: ObjectStore, tmp_path: Path
    ) -> None:
        scope, body = somebody(), noise(BIG)
        (tmp_path / "long.parquet").write_bytes(body)
        put = await objects.put(scope, "long", tmp_path / "long.parquet", sha256=sha256(body))
        assert put == PutObject("long", BIG, sha256(body))
        assert await bytes_of(objects, scope, "long") == body

    async def test_a_file_that_is_not_there_changes_nothing(
        self, objects: ObjectStore, tmp_path: Path
    ) -> None:
        scope = somebody()
        with pytest.raises(FileNotFoundError):
            await objects.put(scope, "a", tmp_path / "none")
        assert await names_in(objects, scope) == []

    @pytest.mark.parametrize(
        ("start", "stop"),
        [(0, 1), (0, None), (5, 10), (BIG - 1, None), (BIG - 1, BIG + 9), (BIG, None), (7, 7),
         (1_048_575, 4_194_305)],
    )  # fmt: skip
    async def test_a_range_is_what_the_slice_is(
        self, objects: ObjectStore, start: int, stop: int | None
    ) -> None:
        scope, body = somebody(), noise(BIG)
        await objects.put(scope, "a", in_chunks(body))
        assert await bytes_of(objects, scope, "a", start, stop) == body[start:stop]

    @pytest.mark.parametrize("size", [100, BIG])
    async def test_bytes_that_changed_on_the_way_are_not_kept(
        self, objects: ObjectStore, size: int
    ) -> None:
        scope, body = somebody(), noise(size)
        with pytest.raises(Transient, match="SHA-256"):
            await objects.put(scope, "a", in_chunks(body), sha256=sha256(body[1:]))
        assert await objects.find(scope, "a") is None
        assert await names_in(objects, scope) == []
        await self.assert_nothing_is_left(objects)

    @pytest.mark.parametrize("size", [100, BIG])
    async def test_a_body_that_breaks_off_changes_nothing(
        self, objects: ObjectStore, size: int
    ) -> None:
        scope = somebody()
        await objects.put(scope, "a", in_chunks(b"before"))

        async def broken() -> AsyncIterator[bytes]:
            async for chunk in in_chunks(noise(size)):
                yield chunk
            raise ConnectionResetError("the sender left")

        with pytest.raises(ConnectionResetError):
            await objects.put(scope, "a", broken())
        assert await bytes_of(objects, scope, "a") == b"before"
        await self.assert_nothing_is_left(objects)

    async def test_a_put_that_is_cancelled_changes_nothing(self, objects: ObjectStore) -> None:
        scope, has_begun = somebody(), asyncio.Event()

        async def stuck() -> AsyncIterator[bytes]:
            async for chunk in in_chunks(noise(BIG)):
                yield chunk
            has_begun.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(objects.put(scope, "a", stuck()))
        await has_begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await objects.find(scope, "a") is None
        await self.assert_nothing_is_left(objects)

    async def test_what_was_there_is_replaced_as_a_whole(self, objects: ObjectStore) -> None:
        scope = somebody()
        await objects.put(scope, "a", in_chunks(noise(BIG)))
        first = await objects.find(scope, "a")
        await objects.put(scope, "a", in_chunks(b"second"))
        second = await objects.find(scope, "a")
        assert first is not None
        assert second is not None
        assert first.version != second.version
        assert await bytes_of(objects, scope, "a") == b"second"

    async def test_a_reader_never_gets_two_versions(self, objects: ObjectStore) -> None:
        scope, old = somebody(), noise(BIG)
        await objects.put(scope, "a", in_chunks(old))
        got = bytearray()
        async with objects.open(scope, "a") as opened:
            blocks = opened.read()
            got += await anext(blocks)
            await objects.put(scope, "a", in_chunks(bytes(BIG)))
            try:
                async for block in blocks:
                    got += block
            except Transient:
                assert len(got) < BIG
            else:
                assert len(got) == BIG
        assert bytes(got) == old[: len(got)]

    async def test_what_is_not_there_is_not_found(self, objects: ObjectStore) -> None:
        scope = somebody()
        assert await objects.find(scope, "exports/none") is None
        with pytest.raises(NotFound):
            await bytes_of(objects, scope, "exports/none")
        await objects.delete(scope, ["exports/none"])
        assert await names_in(objects, scope) == []

    async def test_objects_are_listed_by_the_folder_in_order(self, objects: ObjectStore) -> None:
        scope = somebody()
        names = ["exports/2/b", "exports/10/a", "exports/1/wide.parquet", "other/1", "exports2/x"]
        for name in names:
            await objects.put(scope, name, in_chunks(name.encode()))
        assert await names_in(objects, scope) == sorted(names)
        assert await names_in(objects, scope, "exports") == sorted(names[:3])
        assert await names_in(objects, scope, "exports/1") == ["exports/1/wide.parquet"]
        assert await names_in(objects, scope, "none") == []

    async def test_what_is_deleted_is_gone_and_can_come_again(self, objects: ObjectStore) -> None:
        scope = somebody()
        for name in ("exports/1/a", "exports/1/b", "exports/2/a"):
            await objects.put(scope, name, in_chunks(b"x"))
        await objects.delete(scope, ["exports/1/a", "exports/1/b", "exports/1/c"])
        assert await names_in(objects, scope) == ["exports/2/a"]
        await objects.put(scope, "exports/1/a", in_chunks(b"again"))
        assert await bytes_of(objects, scope, "exports/1/a") == b"again"

    async def test_a_tenant_sees_its_own_objects_alone(self, objects: ObjectStore) -> None:
        a, b = somebody(), somebody()
        await objects.put(a, "exports/1", in_chunks(b"of a"))
        await objects.put(b, "exports/1", in_chunks(b"of b"))
        await objects.put(a, "exports/2", in_chunks(b"of a"))
        assert await bytes_of(objects, b, "exports/1") == b"of b"
        assert await objects.find(b, "exports/2") is None
        assert await names_in(objects, b) == ["exports/1"]
        await objects.delete(b, ["exports/1", "exports/2"])
        assert await names_in(objects, a) == ["exports/1", "exports/2"]
        owners = [tenant async for tenant in objects.tenants(UPKEEP)]
        assert owners == [a.tenant_id]

    @pytest.mark.parametrize(
        "name",
        ["", "/", "a/", "/a", "a//b", "..", "a/../b", "a/..", ".", "./a", ".hidden", "A", "a b",
         "a\\b", "a\x00", "a\n", "ä", "%2e%2e", "a/%2f", "a" * 121, "/".join("abcdefghi"),
         f"../{UUID(int=1)}/exports/1", "~", "a:b", "a*"],
    )  # fmt: skip
    async def test_no_name_leads_out_of_the_tenant(self, objects: ObjectStore, name: str) -> None:
        scope = somebody()
        with pytest.raises(BadInput):
            await objects.put(scope, name, in_chunks(b"x"))
        with pytest.raises(BadInput):
            await objects.find(scope, name)
        with pytest.raises(BadInput):
            await bytes_of(objects, scope, name)
        with pytest.raises(BadInput):
            await objects.delete(scope, [name])
        if name:
            with pytest.raises(BadInput):
                await names_in(objects, scope, name)
        assert [tenant async for tenant in objects.tenants(UPKEEP)] == []

    async def test_a_sweep_leaves_what_was_put(self, objects: ObjectStore) -> None:
        scope = somebody()
        await objects.put(scope, "a", in_chunks(b"x"))
        assert await objects.sweep(UPKEEP, timedelta(0)) == 0
        assert await names_in(objects, scope) == ["a"]

    @abstractmethod
    async def assert_nothing_is_left(self, objects: ObjectStore) -> None:
        """No part of what was not put to its end is kept anywhere."""
