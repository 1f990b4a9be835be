"""From a request to a scope."""

from __future__ import annotations

import asyncio
import base64
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from app.identity.door import Door, Knock
from app.identity.gateway import Gateway
from app.identity.headers import Headers
from app.identity.keeping import keep
from app.identity.keys import ApiKeys
from app.identity.mint import mint
from app.identity.secrets import secrets_of
from app.identity.tokens import Tokens
from core.errors import ConfigError, NotFound, Unauthenticated
from core.records.tenants import ApiKeyRecord, TenantRecord
from core.scope import Permission, Role, TenantId, TenantScope
from core.settings import Settings

SECRET = "a-development-secret-of-enough-length-0123456789"
TENANT = TenantId(UUID("00000000-0000-4000-8000-000000000001"))
GONE = TenantId(UUID("00000000-0000-4000-8000-00000000dead"))
KEY_ID = UUID("00000000-0000-4000-8000-0000000000aa")
NOW = datetime.now(UTC)


class Tenants:
    async def current(self, scope: TenantScope) -> TenantRecord | None:
        if scope.tenant_id != TENANT:
            raise NotFound("no such tenant")
        return TenantRecord(
            id=TENANT,
            slug="north",
            name="North",
            countries=("DE",),
            fiscal_start_month=1,
            fiscal_year_named_by_end=True,
            reporting_currency="EUR",
            tier="PRO",
            created_at=NOW,
        )


class Keys:
    """One key, in the state that a test gives it."""

    def __init__(self, expires: datetime | None = None, revoked: datetime | None = None) -> None:
        self.asked: list[list[str]] = []
        self.record = ApiKeyRecord(KEY_ID, "causal", ("developer",), NOW, expires, revoked)

    async def authenticate(self, texts: Sequence[str]) -> dict[str, tuple[TenantId, ApiKeyRecord]]:
        self.asked.append(list(texts))
        return {text: (TENANT, self.record) for text in texts if text == "lok_good"}


def door(keys: Keys | None = None) -> Door:
    return Door(Tokens(SECRET, None), ApiKeys(keys or Keys()), Gateway("gateway"), Tenants())


def knock(*headers: tuple[str, str]) -> Knock:
    return Knock("POST", "/graphql", Headers.named(headers), "00" * 32)


def token(tenant: TenantId = TENANT) -> str:
    return mint(Settings(), SECRET, tenant, Role.ANALYST, timedelta(hours=1))


async def test_a_token_opens_a_scope_with_the_tenants_tier() -> None:
    scope = await door().enter(knock(("Authorization", f"Bearer {token()}")))
    assert (scope.tenant_id, scope.actor, scope.tier) == (TENANT, "user:cli", "PRO")
    assert scope.expires_at is not None
    assert scope.may(Permission.CAUSAL_DATA_ACCESS)
    assert not scope.may(Permission.MEMORY_WRITE)


@pytest.mark.parametrize(
    "header", [("Authorization", "Bearer lok_good"), ("X-API-Key", "lok_good")]
)
async def test_an_api_key_opens_a_scope(header: tuple[str, str]) -> None:
    expires = NOW + timedelta(days=1)
    scope = await door(Keys(expires=expires)).enter(knock(header))
    assert (scope.actor, scope.expires_at, scope.client) == (f"key:{KEY_ID}", expires, "causal")
    assert scope.roles == {Role.DEVELOPER}


async def test_keys_that_come_together_are_looked_up_together_and_each_time_anew() -> None:
    keys = Keys()
    knocked = door(keys)
    sent = [knock(("X-API-Key", f"lok_{name}")) for name in ("good", "other", "good")]
    told = await asyncio.gather(*map(knocked.enter, sent), return_exceptions=True)
    assert [isinstance(each, TenantScope) for each in told] == [True, False, True]
    assert keys.asked == [["lok_good", "lok_other"]]
    await knocked.enter(sent[0])
    assert keys.asked[1:] == [["lok_good"]]


@pytest.mark.parametrize(
    "keys",
    [Keys(expires=NOW - timedelta(seconds=1)), Keys(revoked=NOW)],
    ids=["expired", "revoked"],
)
async def test_an_ended_key_gets_the_answer_of_an_unknown_one(keys: Keys) -> None:
    with pytest.raises(Unauthenticated) as ended:
        await door(keys).enter(knock(("X-API-Key", "lok_good")))
    with pytest.raises(Unauthenticated) as unknown:
        await door().enter(knock(("X-API-Key", "lok_other")))
    assert str(ended.value) == str(unknown.value)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Basic YTpi")],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer ")],
        [("X-API-Key", "good")],
        [("X-API-Key", "")],
        [("Authorization", "Bearer lok_good"), ("X-API-Key", "lok_other")],
        [("Authorization", "Bearer lok_good"), ("Authorization", "Bearer x.y.z")],
        [("Authorization", "Bearer lok_good"), ("X-Org-Id", str(TENANT))],
        [("X-Org-Id", str(TENANT)), ("X-User-Id", "ada"), ("X-User-Roles", "admin")],
        [("x_org_id", str(TENANT))],
    ],
)
async def test_missing_broken_mixed_and_unsigned_credentials_are_refused(
    headers: list[tuple[str, str]],
) -> None:
    with pytest.raises(Unauthenticated):
        await door().enter(knock(*headers))


async def test_a_tenant_that_does_not_exist_cannot_be_entered() -> None:
    with pytest.raises(Unauthenticated) as refused:
        await door().enter(knock(("Authorization", f"Bearer {token(GONE)}")))
    assert str(GONE) not in str(refused.value)


def test_secrets_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    first = secrets_of(Settings(), tmp_path)
    assert secrets_of(Settings(), tmp_path) == first
    assert len(first.role_secret) == 32
    assert str(first.jwt) not in repr(first)
    for file in (tmp_path / "secrets").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_makers_that_race_agree_on_one_secret(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "race"
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda n: keep(path, lambda: f"secret-{n}"), range(32)))
    assert len(set(texts)) == 1
    assert [file.name for file in path.parent.iterdir()] == ["race"]


def test_with_a_provider_no_secret_of_our_own_is_made(tmp_path: Path) -> None:
    assert secrets_of(Settings(jwks_url="https://id.test/jwks"), tmp_path).jwt is None


@pytest.mark.parametrize(
    "settings",
    [
        Settings(jwt_secret=SecretStr("short")),
        Settings(master_key=SecretStr("c2hvcnQ=")),
        Settings(master_key=SecretStr(base64.b64encode(b"x" * 31).decode())),
    ],
)
def test_weak_secrets_are_a_configuration_error(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        secrets_of(settings, tmp_path)
    assert "c2hvcnQ=" not in str(refused.value)
