"""Authorisations: secrets sealed, state and ticket as hashes, each step at most once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from core.errors import Conflict, NotFound
from core.missing import no_connection
from core.records.audit import Act
from core.records.authorizations import (
    AuthorizationError,
    AuthorizationRecord,
    AuthorizationStatus,
    Granted,
    NewAuthorization,
    Returned,
)
from core.records.connections import Source
from core.records.credentials import AccountFacts, CredentialFacts, kind_of
from core.scope import SystemScope, TenantScope
from stores.postgres.audit import acting, record_act
from stores.postgres.database import Connection, Database
from stores.postgres.errands import CLAIMED
from stores.postgres.sealing import sealed_for, wrapped_key
from stores.vault import Vault

CONSENT_LIFE: Final = timedelta(minutes=15)
"""How long a user may take at the source and on the way back."""

GRANT_LIFE: Final = timedelta(hours=1)
"""How long accounts may be connected with what was granted; then it is forgotten."""

_COLUMNS = (
    "id, source, CASE WHEN expires_at > now() OR status IN ('DENIED', 'FAILED') THEN status "
    "ELSE 'EXPIRED' END AS status, connection_id, accounts, error, requested_by, created_at, "
    "expires_at, credential_expires_at"
)


class AuthorizationStore:
    """Authorisations of a tenant's users."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def begin(self, scope: TenantScope, new: NewAuthorization) -> AuthorizationRecord:
        """Keep what the way back will be checked against; NotFound without the connection."""
        try:
            async with self._database.write(scope) as connection:
                row = await connection.fetchrow(_BEGIN, *_begun(scope, new))
                if row is None:
                    raise no_authorization()
                sealed = await sealed_for(
                    connection, self._vault, scope, row["id"].bytes, orjson.dumps(dict(new.secret))
                )
                await connection.execute(_SEAL, scope.tenant_id, row["id"], sealed)
                subject = f"authorization:{row['id']}"
                await record_act(
                    connection, scope, Act.AUTHORIZATION_STARTED, subject, source=new.source
                )
                return _record(row)
        except asyncpg.ForeignKeyViolationError as error:
            raise no_connection() from error

    async def take_state(self, state_hash: bytes) -> Returned | None:
        """Whose a state is, once; None for one that is unknown or was used."""
        async with self._database.unbound() as connection:
            row = await connection.fetchrow(
                "SELECT * FROM take_authorization_state($1)", state_hash
            )
        return None if row is None else Returned(**{**row, "source": Source(row["source"])})

    async def keep_code(
        self, scope: TenantScope, authorization_id: UUID, code: str, ticket_hash: bytes
    ) -> None:
        """Seal the code that came back beside its verifier, until its user confirms."""
        async with self._database.write(scope) as connection:
            secret = await self._opened(connection, scope, authorization_id)
            sealed = await sealed_for(
                connection, self._vault, scope, authorization_id.bytes,
                orjson.dumps({**secret, "code": code}),
            )  # fmt: skip
            values = (authorization_id, sealed, ticket_hash)
            await connection.execute(_KEEP_CODE, scope.tenant_id, *values)

    async def confirm(
        self, scope: TenantScope, authorization_id: UUID, ticket_hash: bytes
    ) -> AuthorizationRecord:
        """Have the code exchanged, for the user who began and holds the ticket; else NotFound."""
        place = f"authorization:{authorization_id}"
        async with acting(self._database, scope, Act.AUTHORIZATION_CONFIRMED, place) as connection:
            values = (scope.tenant_id, authorization_id, scope.actor, ticket_hash)
            row = await connection.fetchrow(_CONFIRM, *values)
            if row is None:
                raise no_authorization()
        return _record(row)

    async def by_id(self, scope: TenantScope, authorization_id: UUID) -> AuthorizationRecord:
        """The authorisation, for the user who began it; else NotFound."""
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(_BY_ID, scope.tenant_id, authorization_id, scope.actor)
        if row is None:
            raise no_authorization()
        return _record(row)

    async def claim(
        self, scope: TenantScope, authorization_id: UUID
    ) -> tuple[AuthorizationRecord, Mapping[str, str]] | None:
        """Take an exchange in hand, with its code and verifier; None when another has it."""
        async with self._database.write(scope) as connection:
            row = await connection.fetchrow(_CLAIM, scope.tenant_id, authorization_id)
            if row is None:
                return None
            return _record(row), await self._opened(connection, scope, authorization_id)

    async def grant(self, scope: TenantScope, authorization_id: UUID, granted: Granted) -> None:
        """Seal what was granted in the place of the code, and say what it covers."""
        told = [asdict(account) for account in granted.accounts]
        facts, secret = granted.facts, orjson.dumps(dict(granted.parts))
        async with self._database.write(scope) as connection:
            place = authorization_id.bytes
            sealed = await sealed_for(connection, self._vault, scope, place, secret)
            values = (sealed, told, list(facts.scopes), facts.expires_at, GRANT_LIFE)
            await connection.execute(_GRANT, scope.tenant_id, authorization_id, *values)

    async def end(
        self,
        scope: TenantScope,
        authorization_id: UUID,
        status: AuthorizationStatus,
        error: AuthorizationError,
    ) -> None:
        """Say why nothing comes of it, and forget its secret."""
        async with self._database.write(scope) as connection:
            values = (authorization_id, status, asdict(error))
            await connection.execute(_END, scope.tenant_id, *values)

    async def granted(self, scope: TenantScope, authorization_id: UUID) -> Granted:
        """What was granted, to be sealed in a connection; Conflict unless it is READY."""
        record = await self.by_id(scope, authorization_id)
        if record.status is not AuthorizationStatus.READY:
            raise Conflict(
                f"the authorization is {record.status}",
                field="authorizationId",
                mend="start another one" if record.error is None else record.error.mend,
            )
        async with self._database.read(scope) as connection:
            parts = await self._opened(connection, scope, authorization_id)
            scopes = await connection.fetchval(_SCOPES, scope.tenant_id, authorization_id)
        facts = CredentialFacts(kind_of(parts), tuple(scopes), record.credential_expires_at)
        return Granted(parts, facts, record.accounts)

    async def sweep(self, scope: SystemScope) -> int:
        """Forget every authorisation whose time is over, with its secret; how many."""
        async with self._database.system(scope) as connection:
            done = await connection.execute(
                "DELETE FROM source_authorization WHERE expires_at < now() - interval '1 day'"
            )
            await connection.execute(
                "UPDATE source_authorization SET sealed_secret = NULL "
                "WHERE expires_at < now() AND sealed_secret IS NOT NULL"
            )
        return int(done.rpartition(" ")[2])

    async def _opened(self, connection: Connection, scope: TenantScope, of: UUID) -> dict[str, str]:
        row = await connection.fetchrow(_SEALED, scope.tenant_id, of)
        if row is None:
            raise no_authorization()
        place = (scope.tenant_id.bytes, of.bytes, row["sealed_secret"])
        opened: dict[str, str] = orjson.loads(await self._vault.open(wrapped_key(row), *place))
        return opened


def no_authorization() -> NotFound:
    """The user has no authorisation of that id, or the ticket is another's."""
    return NotFound(
        "no such authorization",
        field="authorizationId",
        mend="use the id and the ticket that you were sent back with, as the user who began",
    )


def _begun(scope: TenantScope, new: NewAuthorization) -> tuple[object, ...]:
    return (
        scope.tenant_id,
        new.source,
        new.connection_id,
        new.redirect_to,
        new.state_hash,
        scope.actor,
        CONSENT_LIFE,
    )


def _record(row: asyncpg.Record) -> AuthorizationRecord:
    error = row["error"]
    return AuthorizationRecord(
        id=row["id"],
        source=Source(row["source"]),
        status=AuthorizationStatus(row["status"]),
        connection_id=row["connection_id"],
        accounts=tuple(AccountFacts(**account) for account in row["accounts"]),
        error=None if error is None else AuthorizationError(**error),
        requested_by=row["requested_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        credential_expires_at=row["credential_expires_at"],
    )


_BEGIN = f"""
INSERT INTO source_authorization (
    tenant_id, source, connection_id, redirect_to, state_hash, requested_by, expires_at
) VALUES ($1, $2, $3, $4, $5, $6, now() + $7::interval) RETURNING {_COLUMNS}
"""
_SEAL = "UPDATE source_authorization SET sealed_secret = $3 WHERE tenant_id = $1 AND id = $2"
_SCOPES = "SELECT scopes FROM source_authorization WHERE tenant_id = $1 AND id = $2"
_SEALED = """
SELECT a.sealed_secret, k.wrapped_key, k.master_key_id
FROM source_authorization a JOIN data_key k ON k.tenant_id = a.tenant_id
WHERE a.tenant_id = $1 AND a.id = $2 AND a.sealed_secret IS NOT NULL
"""
_KEEP_CODE = """
UPDATE source_authorization SET sealed_secret = $3, ticket_hash = $4
WHERE tenant_id = $1 AND id = $2 AND status = 'RETURNED'
"""
_CONFIRM = f"""
UPDATE source_authorization SET status = 'EXCHANGING', ticket_hash = NULL
WHERE tenant_id = $1 AND id = $2 AND requested_by = $3 AND ticket_hash = $4
  AND status = 'RETURNED' AND expires_at > now()
RETURNING {_COLUMNS}
"""
_BY_ID = f"""
SELECT {_COLUMNS} FROM source_authorization
WHERE tenant_id = $1 AND id = $2 AND requested_by = $3
"""
_CLAIM = f"""
UPDATE source_authorization SET {CLAIMED}
WHERE tenant_id = $1 AND id = $2 AND status = 'EXCHANGING'
  AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
RETURNING {_COLUMNS}
"""
_GRANT = """
UPDATE source_authorization SET status = 'READY', sealed_secret = $3, accounts = $4, scopes = $5,
    credential_expires_at = $6, expires_at = now() + $7::interval, claimed_until = NULL
WHERE tenant_id = $1 AND id = $2 AND status = 'EXCHANGING'
"""
_END = """
UPDATE source_authorization SET status = $3, error = $4, sealed_secret = NULL, claimed_until = NULL
WHERE tenant_id = $1 AND id = $2 AND status IN ('STARTED', 'RETURNED', 'EXCHANGING')
"""
