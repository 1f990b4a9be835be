"""The one place where it is decided which document an operation is carried out with."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from app.http.graphql_requests import Asked
from app.http.services import NamedOperation
from app.operations.names import Named, named_in
from app.operations.rules import Rules
from app.operations.sightings import Sightings
from core.errors import IdRequired, NotFound, NotInSafelist, NotPersisted, NotRegistered
from core.operation_text import head_and_document, sha256_of
from core.records.operations import Stage
from core.scope import TenantScope
from persisted import built_in


class PersistedQueries(Protocol):
    """Where documents are kept that clients persist by themselves."""

    async def find(self, scope: TenantScope, sha256: str, keep_seconds: int, /) -> str | None:
        """The document of that hash."""
        ...

    async def keep(
        self, scope: TenantScope, sha256: str, document: str, keep_seconds: int, /
    ) -> None:
        """Keep a document for so long."""
        ...


class Admission:
    """Finds documents by their ids and holds those sent as text to the stage of their caller.

    `keep_seconds` is how long a document is kept that a client persists by itself; 0: not at all.
    """

    def __init__(
        self, rules: Rules, queries: PersistedQueries, sightings: Sightings, keep_seconds: int
    ) -> None:
        self._rules = rules
        self._queries = queries
        self._sightings = sightings
        self._keep_seconds = keep_seconds

    async def admit(self, scope: TenantScope, asked: Asked) -> Asked:
        """What is asked, with its document.

        BadInput for what names no document; NotRegistered and NotPersisted for one that is not
        known; NotInSafelist and IdRequired for one that the stage does not let pass; Transient
        while nobody can tell.
        """
        named = named_in(asked)
        if asked.query is not None:
            return await self._sent(scope, asked, asked.query, named)
        if named is None:
            return asked
        return replace(asked, query=await self._document(scope, named))

    async def named(self, scope: TenantScope, client: str, name: str) -> NamedOperation:
        """What that client registered last under that name; NotFound without one in force."""
        for built in built_in().values():
            if (built.client, built.name) == (client, name):
                return NamedOperation(built.id, name, built.document)
        found = await self._rules.named(scope, client, name)
        if found is None:
            raise NotFound(
                "no operation of that client has that name",
                mend="see `operations` and `builtInOperations`",
            )
        return NamedOperation(found.id, name, found.document)

    async def aclose(self) -> None:
        """Write down what was counted."""
        await self._sightings.aclose()

    async def _document(self, scope: TenantScope, named: Named) -> str:
        built = built_in().get(named.sha256)
        if built is not None:
            return built.document
        found = await self._rules.document(scope, named.sha256)
        if found is not None:
            return found
        if named.is_apollo:
            return await self._persisted(scope, named)
        raise NotRegistered(f"no operation is registered under {named.sha256}", field=named.field)

    async def _persisted(self, scope: TenantScope, named: Named) -> str:
        """A document that a client persisted; the messages are those that clients look for."""
        if not self._keep_seconds:
            raise NotPersisted("PersistedQueryNotSupported", field=named.field)
        stage = await self._rules.stage(scope)
        if stage.takes_any_document:
            found = await self._queries.find(scope, named.sha256, self._keep_seconds)
            if found is not None:
                self._count(scope, stage, named.sha256, found)
                return found
        raise NotRegistered("PersistedQueryNotFound", field=named.field)

    async def _sent(
        self, scope: TenantScope, asked: Asked, query: str, named: Named | None
    ) -> Asked:
        stage = await self._rules.stage(scope)
        if stage.takes_any_document:
            sha256 = named.sha256 if named else sha256_of(query)
            self._count(scope, stage, sha256, query)
            if named is not None and self._keep_seconds:
                await self._queries.keep(scope, sha256, query, self._keep_seconds)
            return asked
        if stage is Stage.BLOCK:
            raise IdRequired(
                "documents are not taken here, only ids of registered ones",
                field="query",
                mend="send documentId, or extensions.persistedQuery without query",
            )
        return replace(asked, query=await self._safe(scope, query))

    async def _safe(self, scope: TenantScope, query: str) -> str:
        """The registered document that was sent."""
        built = built_in().get(sha256_of(head_and_document(query)[1]))
        if built is not None:
            return built.document
        found = await self._rules.document(scope, sha256_of(query))
        if found is None:
            raise NotInSafelist(
                "this document is not registered",
                field="query",
                mend="register it, byte for byte: liftos operation register",
            )
        return found

    def _count(self, scope: TenantScope, stage: Stage, sha256: str, document: str) -> None:
        if stage is Stage.LOG:
            self._sightings.see(scope, sha256, document)
