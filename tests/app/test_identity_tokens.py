"""Which tokens open the door, and which do not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from app.identity.claims import caller_of
from app.identity.jwks import KeySet, read_keys
from app.identity.mint import mint
from app.identity.tokens import Tokens
from core.errors import Transient, Unauthenticated
from core.scope import Permission, Role, TenantId
from core.settings import Settings

SECRET = "a-development-secret-of-enough-length-0123456789"
TENANT = TenantId(UUID("00000000-0000-4000-8000-000000000001"))
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
RSA_NEXT = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def claims(**changes: object) -> dict[str, object]:
    now = datetime.now(UTC)
    base: dict[str, object] = {
        "sub": "ada",
        "org_id": str(TENANT),
        "roles": ["analyst"],
        "exp": now + timedelta(hours=1),
        "iat": now,
    }
    return {key: value for key, value in (base | changes).items() if value is not None}


def signed(payload: dict[str, object], secret: str = SECRET) -> str:
    return jwt.encode(payload, secret, algorithm="HS256")


def rsa_token(key: rsa.RSAPrivateKey, key_id: str, **changes: object) -> str:
    return jwt.encode(claims(**changes), key, algorithm="RS256", headers={"kid": key_id})


def rsa_jwk(key: rsa.RSAPrivateKey, key_id: str, **changes: object) -> dict[str, object]:
    entry = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    return {**entry, "kid": key_id, "use": "sig", **changes}


def ec_jwk(key: ec.EllipticCurvePrivateKey, key_id: str) -> dict[str, object]:
    return {**json.loads(ECAlgorithm.to_jwk(key.public_key())), "kid": key_id, "use": "sig"}


DEVELOPMENT = Tokens(SECRET, None)


async def test_a_minted_token_opens_for_its_tenant_and_role() -> None:
    token = mint(Settings(), SECRET, TENANT, Role.ADMIN, timedelta(hours=2))
    caller = await DEVELOPMENT.verify(token)
    assert caller.tenant_id == TENANT
    assert caller.permissions == frozenset(Permission)
    assert caller.expires_at is not None
    assert timedelta(hours=1.9) < caller.expires_at - datetime.now(UTC) <= timedelta(hours=2)


async def test_the_permissions_claim_adds_and_unknown_names_grant_nothing() -> None:
    token = signed(claims(roles=["viewer", "emperor"], permissions=["causal:data:export", "all"]))
    caller = await DEVELOPMENT.verify(token)
    assert caller.roles == {Role.VIEWER}
    assert caller.permissions == {Permission.MEMORY_READ, Permission.CAUSAL_DATA_EXPORT}


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": datetime.now(UTC) - timedelta(seconds=31)},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**30},
        {"sub": None},
        {"sub": 7},
        {"org_id": None},
        {"org_id": "northwind"},
        {"iat": datetime.now(UTC) + timedelta(days=1)},
        {"nbf": datetime.now(UTC) + timedelta(days=1)},
    ],
)
async def test_claims_that_do_not_hold_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Unauthenticated):
        await DEVELOPMENT.verify(signed(claims(**changes)))


async def test_a_token_expired_within_the_leeway_still_holds() -> None:
    token = signed(claims(exp=datetime.now(UTC) - timedelta(seconds=20)))
    assert (await DEVELOPMENT.verify(token)).actor == "user:ada"


@pytest.mark.parametrize(
    "token",
    ["", "x", "a.b.c", "é.é.é", "a" * 9000, signed(claims(), "another-secret-of-enough-length-01")],
)
async def test_what_is_no_token_of_ours_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        await DEVELOPMENT.verify(token)


def part(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_algorithm_none_is_refused() -> None:
    body = claims(exp=2**31, iat=1)
    for name in ("none", "None", "HS384", ["HS256"], None):
        token = f"{part({'alg': name, 'typ': 'JWT'})}.{part(body)}."
        with pytest.raises(Unauthenticated):
            await DEVELOPMENT.verify(token)


class Provider:
    """An identity provider whose keys can be changed."""

    def __init__(self, *keys: dict[str, object]) -> None:
        self.keys = list(keys)
        self.calls = 0
        self.is_away = False
        self.time = 1000.0

    def answer(self, _request: httpx2.Request) -> httpx2.Response:
        self.calls += 1
        if self.is_away:
            return httpx2.Response(503)
        return httpx2.Response(200, json={"keys": self.keys})

    def tokens(self, secret: str | None = None) -> Tokens:
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer))
        keys = KeySet("http://provider.test/jwks", http, lambda: self.time)
        return Tokens(secret, keys)


async def test_keys_of_the_provider_verify_rs256_and_es256() -> None:
    tokens = Provider(rsa_jwk(RSA_KEY, "one"), ec_jwk(EC_KEY, "two")).tokens()
    es256 = jwt.encode(claims(), EC_KEY, algorithm="ES256", headers={"kid": "two"})
    assert (await tokens.verify(rsa_token(RSA_KEY, "one"))).actor == "user:ada"
    assert (await tokens.verify(es256)).actor == "user:ada"


async def test_a_public_key_is_no_hs256_secret() -> None:
    provider = Provider(rsa_jwk(RSA_KEY, "one"))
    public = json.dumps(provider.keys[0]).encode()
    head = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims(exp=2**31, iat=1))}"
    mac = hmac.new(public, head.encode(), hashlib.sha256).digest()
    forged = f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    for tokens in (provider.tokens(), provider.tokens(SECRET)):
        with pytest.raises(Unauthenticated):
            await tokens.verify(forged)


async def test_hs256_is_refused_beside_a_provider_unless_a_secret_is_set() -> None:
    provider = Provider(rsa_jwk(RSA_KEY, "one"))
    with pytest.raises(Unauthenticated):
        await provider.tokens().verify(signed(claims()))
    assert (await provider.tokens(SECRET).verify(signed(claims()))).actor == "user:ada"


async def test_a_key_may_only_be_used_with_its_own_algorithm() -> None:
    tokens = Provider(rsa_jwk(RSA_KEY, "one", alg="RS512"), ec_jwk(EC_KEY, "two")).tokens()
    wrong = [
        jwt.encode(claims(), RSA_KEY, algorithm="RS512", headers={"kid": "one"}),
        jwt.encode(claims(), RSA_KEY, algorithm="RS256", headers={"kid": "two"}),
        jwt.encode(claims(), RSA_KEY, algorithm="PS256", headers={"kid": "one"}),
        jwt.encode(claims(), RSA_KEY, algorithm="RS256"),
    ]
    for token in wrong:
        with pytest.raises(Unauthenticated):
            await tokens.verify(token)


async def test_a_rotated_key_is_found_once_and_made_up_key_ids_cost_no_calls() -> None:
    provider = Provider(rsa_jwk(RSA_KEY, "one"))
    tokens = provider.tokens()
    await tokens.verify(rsa_token(RSA_KEY, "one"))
    provider.keys = [rsa_jwk(RSA_NEXT, "next")]
    provider.time += 31
    await tokens.verify(rsa_token(RSA_NEXT, "next"))
    assert provider.calls == 2
    for number in range(20):
        with pytest.raises(Unauthenticated):
            await tokens.verify(rsa_token(RSA_NEXT, f"made-up-{number}"))
    assert provider.calls == 2
    with pytest.raises(Unauthenticated):
        await tokens.verify(rsa_token(RSA_KEY, "one"))


async def test_known_keys_outlive_an_outage_of_the_provider() -> None:
    provider = Provider(rsa_jwk(RSA_KEY, "one"))
    tokens = provider.tokens()
    await tokens.verify(rsa_token(RSA_KEY, "one"))
    provider.is_away = True
    provider.time += 3600
    assert (await tokens.verify(rsa_token(RSA_KEY, "one"))).actor == "user:ada"


async def test_without_any_key_the_fault_is_the_providers_and_not_the_callers() -> None:
    provider = Provider()
    provider.is_away = True
    with pytest.raises(Transient):
        await provider.tokens().verify(rsa_token(RSA_KEY, "one"))


def test_weak_foreign_and_broken_keys_are_passed_over() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - the weak one
    entries = [
        rsa_jwk(weak, "weak"),
        rsa_jwk(RSA_KEY, "encryption", use="enc"),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "symmetric"},
        {"kty": "RSA", "kid": "broken", "n": "!", "e": 1},
        {"kty": "EC", "kid": "curve", "crv": "P-999"},
        ec_jwk(ec.generate_private_key(ec.SECP384R1()), "other-curve"),
        "text",
        rsa_jwk(RSA_KEY, "good"),
    ]
    assert list(read_keys(json.dumps({"keys": entries}).encode())) == ["good"]


async def test_audience_and_issuer_are_demanded_when_set() -> None:
    tokens = Tokens(SECRET, None, audience="liftos", issuer="https://id.test")
    good = claims(aud="liftos", iss="https://id.test")
    assert (await tokens.verify(signed(good))).actor == "user:ada"
    for changes in ({"aud": "other"}, {"aud": None}, {"iss": "other"}, {"iss": None}):
        with pytest.raises(Unauthenticated):
            await tokens.verify(
                signed(claims(**({"aud": "liftos", "iss": "https://id.test"} | changes)))
            )


@pytest.mark.parametrize(
    ("claims", "client"),
    [
        ({"azp": "console", "client_id": "other"}, "console"),
        ({"client_id": "notebook"}, "notebook"),
        ({"azp": 7, "client_id": "notebook"}, "notebook"),
        ({"azp": "a\x00b"}, None),
        ({"azp": "a" * 101}, None),
        ({}, None),
    ],
)
def test_a_token_names_the_client_that_it_was_issued_to(
    claims: dict[str, object], client: str | None
) -> None:
    base = {"sub": "ada", "org_id": str(TENANT), "exp": 2_000_000_000}
    assert caller_of(base | claims).client == client


def test_a_tier_is_read_where_the_token_names_one() -> None:
    base = {"sub": "a", "org_id": str(TENANT), "exp": 2**31}
    assert caller_of(base | {"subscription_tier": "pro"}).tier == "PRO"
    assert caller_of(base).tier is None
