"""Objects in a bucket of S3, or of a service that speaks its protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from obstore.exceptions import (
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from core.errors import ConfigError, NotFound, Transient
from core.records.objects import ObjectRecord, PutObject
from core.scope import SystemScope, TenantScope
from stores.objects.bodies import Meter, chunks
from stores.objects.names import TENANTS, folder_of, key_of, name_of, tenant_of
from stores.objects.places import S3Place
from stores.objects.port import Body, OpenObject
from stores.objects.uploading import Upload

if TYPE_CHECKING:
    # Its stubs have it, its module does not.
    from obstore import ObjectMeta

FIELD = "LIFTOS_OBJECTS_S3_BUCKET"
_READ_BYTES = 4 << 20
_REQUEST_SECONDS = "120s"
_RETRIES = 6


class S3Objects:
    """Keys under one prefix of one bucket."""

    def __init__(self, place: S3Place) -> None:
        self._store = _opened(place)

    async def put(
        self, scope: TenantScope, name: str, body: Body, *, sha256: str | None = None
    ) -> PutObject:
        """Keep `body` under `name`; see the port."""
        key, meter = key_of(scope, name), Meter()
        async with Upload(self._store, key) as upload:
            async for chunk in chunks(body):
                meter.take(chunk)
                with _told(missing=_no_bucket()):
                    await upload.send(chunk)
            put = meter.told(name, sha256)
            with _told(missing=_no_bucket()):
                await upload.finish()
        return put

    async def find(self, scope: TenantScope, name: str) -> ObjectRecord | None:
        """What is known of an object."""
        try:
            return await self._found(scope, name)
        except NotFound:
            return None

    @asynccontextmanager
    async def open(self, scope: TenantScope, name: str) -> AsyncIterator[OpenObject]:
        """The version that is there now."""
        record = await self._found(scope, name)
        yield _OpenKey(record, self._store, key_of(scope, name))

    async def delete(self, scope: TenantScope, names: Sequence[str]) -> None:
        """Forget objects."""
        if names:
            with _told(missing=_no_bucket()):
                await self._store.delete_async([key_of(scope, name) for name in names])

    async def list(self, scope: TenantScope, folder: str = "") -> AsyncIterator[ObjectRecord]:
        """The objects below `folder`."""
        with _told(missing=_no_bucket()):
            async for batch in self._store.list(folder_of(scope, folder)):
                for meta in batch:
                    yield _record(name_of(scope, meta["path"]), meta)

    async def tenants(self, scope: SystemScope) -> AsyncIterator[UUID]:
        """Every tenant with a key."""
        del scope
        with _told(missing=_no_bucket()):
            found = await self._store.list_with_delimiter_async(TENANTS)
        for folder in found["common_prefixes"]:
            if (tenant := tenant_of(folder.rpartition("/")[2])) is not None:
                yield tenant

    async def sweep(self, scope: SystemScope, older_than: timedelta) -> int:
        """Nothing: a rule of the bucket removes parts of uploads that were broken off."""
        del scope, older_than
        return 0

    async def _found(self, scope: TenantScope, name: str) -> ObjectRecord:
        with _told(missing=NotFound(f"there is no object {name}")):
            return _record(name, await self._store.head_async(key_of(scope, name)))


@dataclass(frozen=True, slots=True)
class _OpenKey:
    """One version of a key; every block is a request of its own, and tried again by itself."""

    record: ObjectRecord
    store: S3Store
    key: str

    async def read(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Its bytes, a block at a time: no connection waits for a slow reader."""
        end = self.record.size_bytes if stop is None else min(stop, self.record.size_bytes)
        while start < end:
            block = await self._block(start, min(start + _READ_BYTES, end))
            start += len(block)
            yield block

    async def _block(self, start: int, stop: int) -> bytes:
        replaced = Transient(f"{self.record.name} was replaced or deleted meanwhile")
        with _told(missing=replaced, replaced=replaced):
            answer = await self.store.get_async(
                self.key, options={"range": (start, stop), "if_match": self.record.version}
            )
            return bytes(await answer.bytes_async())


def _opened(place: S3Place) -> S3Store:
    endpoint = place.endpoint
    settings: dict[str, Any] = {
        "bucket": place.bucket,
        "region": place.region,
        "endpoint": endpoint if endpoint is None else _addressed(endpoint, place),
        "access_key_id": place.access_key,
        "secret_access_key": place.secret_key,
        "virtual_hosted_style_request": not place.has_path_style,
        "server_side_encryption": place.encryption,
        "sse_kms_key_id": place.kms_key,
    }
    is_plain = endpoint is not None and urlsplit(endpoint).scheme == "http"
    return S3Store(
        prefix=place.prefix or None,
        client_options={"allow_http": is_plain, "timeout": _REQUEST_SECONDS},
        retry_config={"max_retries": _RETRIES},
        **{name: value for name, value in settings.items() if value is not None},
    )


def _addressed(endpoint: str, place: S3Place) -> str:
    """The endpoint; where buckets are hosts, with the bucket in front."""
    if place.has_path_style:
        return endpoint
    parts = urlsplit(endpoint)
    return parts._replace(netloc=f"{place.bucket}.{parts.netloc}").geturl()


def _record(name: str, meta: ObjectMeta) -> ObjectRecord:
    return ObjectRecord(name, meta["size"], meta["last_modified"], meta["e_tag"] or "")


def _no_bucket() -> ConfigError:
    return ConfigError(
        "the bucket of objects does not exist", field=FIELD, mend="make it, or name another"
    )


@contextmanager
def _told(*, missing: Exception, replaced: Exception | None = None) -> Iterator[None]:
    """Errors of the service in our words: its own repeat names of keys and what was signed."""
    try:
        yield
    except FileNotFoundError:
        raise missing from None
    except PreconditionError:
        raise (replaced or missing) from None
    except (PermissionDeniedError, UnauthenticatedError):
        raise ConfigError(
            "the object store refuses the credentials",
            field="LIFTOS_OBJECTS_S3_ACCESS_KEY",
            mend="give a key that may read, write, list and delete in the bucket",
        ) from None
    except BaseError as error:
        raise Transient(f"the object store did not do its part ({type(error).__name__})") from None
