"""The port of object storage. Names are relative: whose an object is comes from the scope alone.

A name is one to eight parts, joined by slashes, of lower-case letters, digits, `.`, `_` and `-`.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Protocol, TypeAlias
from uuid import UUID

from core.records.objects import ObjectRecord, PutObject
from core.scope import SystemScope, TenantScope

Body: TypeAlias = "Path | AsyncIterable[bytes]"
"""A file of this machine, or chunks of any size; neither is held in memory as a whole."""


class OpenObject(Protocol):
    """One version of an object, open for reading."""

    @property
    def record(self) -> ObjectRecord:
        """What is being read."""
        ...

    def read(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to before `stop`, in blocks, as fast as they are taken.

        Transient when the object was replaced or deleted meanwhile: what was yielded is never
        of two versions.
        """
        ...


class ObjectStore(Protocol):
    """Where objects are kept. BadInput for a name that is none; Transient while it is away."""

    async def put(
        self, scope: TenantScope, name: str, body: Body, *, sha256: str | None = None
    ) -> PutObject:
        """Keep `body` under `name`, in the place of what was there.

        Readers see the one or the other, whole, whatever happens meanwhile. Transient when the
        bytes that came have another SHA-256 than `sha256` (hex); nothing has changed then.
        """
        ...

    async def find(self, scope: TenantScope, name: str) -> ObjectRecord | None:
        """What is known of an object; None when there is none."""
        ...

    def open(self, scope: TenantScope, name: str) -> AbstractAsyncContextManager[OpenObject]:
        """An object to read from, or NotFound."""
        ...

    async def delete(self, scope: TenantScope, names: Sequence[str]) -> None:
        """Forget objects; those that are not there are passed over."""
        ...

    def list(self, scope: TenantScope, folder: str = "") -> AsyncIterator[ObjectRecord]:
        """The objects whose names begin with the parts of `folder`, in the order of names."""
        ...

    def tenants(self, scope: SystemScope) -> AsyncIterator[UUID]:
        """Every tenant that has objects."""
        ...

    async def sweep(self, scope: SystemScope, older_than: timedelta) -> int:
        """Remove what broken puts left behind, unseen by all, longer ago; how many."""
        ...
