"""Vectors in Pinecone, by its own client: a namespace for each tenant and model.

Its data plane: https://docs.pinecone.io/reference/api/2025-10/data-plane. A namespace is made by
the first upsert, and no other tenant's is ever named: its name comes from the scope alone. What was
written shows in queries some time later; `fence` waits for that by the log positions that writes
and queries tell of (https://docs.pinecone.io/guides/index-data/check-data-freshness).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from pinecone import (
    ApiError,
    AsyncPinecone,
    ForbiddenError,
    NotFoundError,
    PineconeError,
    UnauthorizedError,
)

from core.errors import ConfigError, LiftosError, Transient
from core.records.documents import Document, DocumentFilter
from core.scope import TenantScope
from core.vectors import Neighbour, Vector, VectorItem
from stores.vectors.places import PineconePlace

_BODY_BYTES = 1_500_000
"""Of the 2 MB that a request may have."""
_NUMBER_BYTES, _METADATA_BYTES = 14, 600
_AT_MOST = 1000
_TOP_K = 10_000
_LOOKED_AFTER = 100
"""Of what was deleted last: changes show in the order in which they were made."""
_ASKED_AGAIN_SECONDS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(slots=True)
class _Pending:
    """What of a namespace may not show yet."""

    position: int = 0
    vector: Vector = ()
    deleted: set[str] = field(default_factory=set)


class PineconeVectors:
    """A `core.vectors.VectorStore`; owns its connections, which are opened at the first use."""

    def __init__(self, place: PineconePlace) -> None:
        self._place = place
        self._client = AsyncPinecone(api_key=place.key)
        self._indexes: dict[str, Any] = {}
        self._pending: dict[tuple[str, str], _Pending] = {}

    async def upsert(self, scope: TenantScope, model: str, items: Sequence[VectorItem]) -> None:
        """Keep the vectors of these documents, as many to a request as it may hold."""
        last = {item.document.id: item for item in items}
        host, namespace = self._place.host_of(model), _namespace(scope, model)
        index = await self._index(host)
        for some in _batches(list(last.values())):
            async with _asking(model, len(some[0].vector)):
                answer = await index.upsert(vectors=[*map(_record, some)], namespace=namespace)
            pending = self._pending.setdefault((host, namespace), _Pending())
            pending.position = max(pending.position, answer.response_info.lsn_committed or 0)
            pending.vector = some[-1].vector
            pending.deleted -= {str(item.document.id) for item in some}

    async def query(
        self, scope: TenantScope, model: str, vector: Vector, where: DocumentFilter, k: int
    ) -> Sequence[Neighbour]:
        """The `k` nearest, of which Pinecone gives no more than 10,000."""
        index = await self._index(self._place.host_of(model))
        async with _asking(model, len(vector)), _within(self._place.query_seconds):
            answer = await index.query(
                top_k=min(k, _TOP_K),
                vector=list(vector),
                namespace=_namespace(scope, model),
                filter=_filter(where),
            )
        found = [Neighbour(UUID(match.id), match.score) for match in answer.matches]
        return sorted(found, key=lambda each: (-each.score, each.document_id))

    async def delete(self, scope: TenantScope, document_ids: Sequence[UUID]) -> None:
        """Forget the vectors of these documents, in all of the tenant's namespaces."""
        ids = [str(each) for each in document_ids]
        async for host, namespace in self._namespaces(scope):
            index = await self._index(host)
            for start in range(0, len(ids), _AT_MOST):
                some = ids[start : start + _AT_MOST]
                async with _asking(), _unless_gone():
                    await index.delete(ids=some, namespace=namespace)
                    pending = self._pending.setdefault((host, namespace), _Pending())
                    pending.deleted = set(some[-_LOOKED_AFTER:])

    async def drop(self, scope: TenantScope, model: str | None = None) -> int:
        """Forget the tenant's namespaces, or that of one model; counted as `count` does."""
        dropped = 0
        async for host, namespace in self._namespaces(scope):
            if model is None or namespace == _namespace(scope, model):
                index = await self._index(host)
                async with _asking(), _unless_gone():
                    held = await _held(index, namespace)
                    await index.delete_namespace(name=namespace)
                    dropped += held
                self._pending.pop((host, namespace), None)
        return dropped

    async def fence(self, scope: TenantScope) -> None:
        """Return once queries see what this process wrote; Transient when that takes too long."""
        for host, namespace in [*self._pending]:
            if namespace.startswith(_prefix(scope)):
                async with _asking(), _within(self._place.fence_seconds):
                    await self._until_shown(host, namespace)

    async def count(self, scope: TenantScope, model: str) -> int:
        """How many vectors Pinecone says that the namespace has, which may lag behind."""
        index = await self._index(self._place.host_of(model))
        async with _asking(), _within(self._place.query_seconds):
            return await _held(index, _namespace(scope, model))

    async def aclose(self) -> None:
        """Close all connections."""
        for index in self._indexes.values():
            await index.close()
        await self._client.close()

    async def _index(self, host: str) -> Any:
        if host not in self._indexes:
            # A host that is known is not asked for.
            self._indexes[host] = await self._client.index(host=host)
        return self._indexes[host]

    async def _namespaces(self, scope: TenantScope) -> AsyncIterator[tuple[str, str]]:
        """The tenant's namespaces: those that Pinecone tells of, and those written just now."""
        for host in self._place.all_hosts:
            names = {name for at, name in self._pending if at == host}
            async with _asking():
                async for page in (await self._index(host)).list_namespaces(prefix=_prefix(scope)):
                    names |= {each.name for each in page.namespaces}
            for name in sorted(names):
                if name.startswith(_prefix(scope)):
                    yield host, name

    async def _until_shown(self, host: str, namespace: str) -> None:
        pending = self._pending[host, namespace]
        seen = replace(pending, deleted=set(pending.deleted))
        waits = iter(_ASKED_AGAIN_SECONDS)
        while not await self._shows(host, namespace, seen):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(next(waits, _ASKED_AGAIN_SECONDS[-1]))
        if pending == seen:
            self._pending.pop((host, namespace), None)

    async def _shows(self, host: str, namespace: str, pending: _Pending) -> bool:
        index = await self._index(host)
        if pending.position:
            answer = await index.query(top_k=1, vector=list(pending.vector), namespace=namespace)
            if not answer.response_info.is_reconciled(pending.position):
                return False
        some = sorted(pending.deleted)
        # Of a delete the client tells no position: what is asked for by its id must be gone.
        return not some or not (await index.fetch(ids=some, namespace=namespace)).vectors


async def _held(index: Any, namespace: str) -> int:
    summary = (await index.describe_index_stats()).namespaces.get(namespace)
    return summary.vector_count if summary else 0


def _prefix(scope: TenantScope) -> str:
    return f"{scope.tenant_id}."


def _namespace(scope: TenantScope, model: str) -> str:
    return f"{_prefix(scope)}{model}"


def _batches(items: Sequence[VectorItem]) -> Iterator[Sequence[VectorItem]]:
    if items:
        each = len(items[0].vector) * _NUMBER_BYTES + _METADATA_BYTES
        size = min(_AT_MOST, max(1, _BODY_BYTES // each))
        yield from (items[start : start + size] for start in range(0, len(items), size))


def _record(item: VectorItem) -> dict[str, Any]:
    return {
        "id": str(item.document.id),
        "values": list(item.vector),
        "metadata": _metadata(item.document),
    }


def _metadata(document: Document) -> dict[str, str | float]:
    """What searches may ask of a document; nulls are refused, and days are numbers."""
    period, campaign = document.period, document.campaign_id
    known: dict[str, str | float | None] = {
        "kind": document.kind.value,
        "source": document.source,
        "account": document.account_id,
        "campaign": None if campaign is None else str(campaign),
        "channel": document.channel,
        "since": None if period is None else period.since.toordinal(),
        "until": None if period is None else period.until.toordinal(),
        "quality": document.quality,
    }
    return {name: value for name, value in known.items() if value is not None}


def _filter(where: DocumentFilter) -> dict[str, Any] | None:
    one_of = {
        "kind": [each.value for each in where.kinds],
        "source": [str(each) for each in where.sources],
        "account": list(where.accounts),
        "campaign": [str(each) for each in where.campaigns],
        "channel": list(where.channels),
    }
    conditions: list[dict[str, Any]] = [
        {name: {"$in": values}} for name, values in one_of.items() if values
    ]
    if where.dates is not None:
        conditions.append({"since": {"$lte": where.dates.until.toordinal()}})
        conditions.append({"until": {"$gte": where.dates.since.toordinal()}})
    if where.min_quality is not None:
        conditions.append({"quality": {"$gte": where.min_quality}})
    return {"$and": conditions} if conditions else None


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Transient(f"Pinecone did not come to an answer within {seconds:g} s") from error


@asynccontextmanager
async def _unless_gone() -> AsyncIterator[None]:
    """What is gone already needs not go."""
    try:
        yield
    except NotFoundError:
        return


@asynccontextmanager
async def _asking(model: str = "", numbers: int = 0) -> AsyncIterator[None]:
    """Errors of the client as ours; its own words stay out, for they may repeat what was sent."""
    try:
        yield
    except PineconeError as error:
        raise _error(error, model, numbers) from error


def _error(error: PineconeError, model: str, numbers: int) -> LiftosError:
    if isinstance(error, UnauthorizedError | ForbiddenError):
        return ConfigError(
            "Pinecone refused the key", field="LIFTOS_PINECONE_KEY", mend="give one of its project"
        )
    if isinstance(error, ApiError) and "dimension" in error.message.lower():
        return ConfigError(
            f"vectors of {model} with {numbers} numbers are no match for its index in Pinecone",
            field="LIFTOS_EMBEDDER",
            mend=f"make an index of dimension {numbers}; name its host in LIFTOS_PINECONE_HOSTS",
        )
    if isinstance(error, ApiError) and error.status_code in {400, 404, 422}:
        return ConfigError(
            f"Pinecone answered {error.status_code}",
            field="LIFTOS_PINECONE_HOST",
            mend="check that it is the host of a dense index with your own vectors",
        )
    status = f"answered {error.status_code}" if isinstance(error, ApiError) else "does not answer"
    return Transient(f"Pinecone {status}", retry_after_seconds=_retry_after(error))


def _retry_after(error: PineconeError) -> float | None:
    headers = error.headers if isinstance(error, ApiError) else None
    asked = (headers or {}).get("retry-after", "")
    return float(asked) if asked.isdigit() else None
