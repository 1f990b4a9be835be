"""What a gateway's signature covers."""

from __future__ import annotations

import hashlib

import pytest

from app.identity.gateway import Gateway, SignedRequest, signature, speaks_for_a_gateway
from app.identity.headers import Headers
from core.errors import Unauthenticated
from core.scope import Role

SECRET = "the-gateway-secret"
NOW = 1_800_000_000
ORG = "00000000-0000-4000-8000-000000000001"
BODY = hashlib.sha256(b'{"query":"{viewer{id}}"}').hexdigest()
REQUEST = SignedRequest("POST", "/graphql?x=1", BODY)
GATEWAY = Gateway(SECRET, lambda: NOW)


def identity(**changes: str) -> list[tuple[str, str]]:
    base = {
        "X-Org-Id": ORG,
        "X-User-Id": "ada",
        "X-User-Roles": "analyst, viewer,emperor",
        "X-Gateway-Timestamp": str(NOW),
    }
    return list((base | changes).items())


def sign(pairs: list[tuple[str, str]], request: SignedRequest = REQUEST) -> Headers:
    mac = signature(SECRET, request, Headers.named(pairs))
    return Headers.named([*pairs, ("X-Gateway-Signature", mac)])


def test_a_signed_identity_is_believed() -> None:
    caller = GATEWAY.verify(REQUEST, sign(identity()))
    assert str(caller.tenant_id) == ORG
    assert caller.actor == "user:ada"
    assert caller.roles == {Role.ANALYST, Role.VIEWER}


@pytest.mark.parametrize(
    "request_",
    [
        SignedRequest("GET", REQUEST.target, BODY),
        SignedRequest("POST", "/graphql", BODY),
        SignedRequest("POST", REQUEST.target, hashlib.sha256(b"other").hexdigest()),
        SignedRequest("POST", REQUEST.target, None),
    ],
    ids=["method", "target", "body", "unknown body"],
)
def test_a_signature_holds_for_its_own_request_only(request_: SignedRequest) -> None:
    with pytest.raises(Unauthenticated):
        GATEWAY.verify(request_, sign(identity()))


def test_a_gateway_may_name_the_client_under_its_signature() -> None:
    signed = sign([*identity(), ("X-Gateway-Client", "console")])
    assert GATEWAY.verify(REQUEST, signed).client == "console"
    assert GATEWAY.verify(REQUEST, sign(identity())).client is None
    without = Headers(tuple(pair for pair in signed.pairs if pair[0] != "x-gateway-client"))
    added = Headers((*sign(identity()).pairs, ("x-gateway-client", "console")))
    for changed in (without, added):
        with pytest.raises(Unauthenticated):
            GATEWAY.verify(REQUEST, changed)


def test_a_nonce_is_signed_and_no_client() -> None:
    signed = sign([*identity(), ("X-Gateway-Nonce", "n-1")])
    assert GATEWAY.verify(REQUEST, signed).client is None
    for name, value in (("x-gateway-nonce", "n-2"), ("x-gateway-client", "n-1")):
        kept = [pair for pair in signed.pairs if pair[0] != "x-gateway-nonce"]
        with pytest.raises(Unauthenticated):
            GATEWAY.verify(REQUEST, Headers.named([*kept, (name, value)]))


def test_a_proof_is_named_without_being_told_and_each_admission_is_another() -> None:
    signed = sign(identity())
    first, second = (GATEWAY.verify(REQUEST, signed).once for _ in range(2))
    assert first is not None
    assert second is not None
    assert (first.proof, first.admission) != (second.proof, second.admission)
    assert first.proof == second.proof
    assert first.proof not in dict(signed.pairs)["x-gateway-signature"]


@pytest.mark.parametrize("name", ["X-Org-Id", "X-User-Id", "X-User-Roles", "X-Gateway-Timestamp"])
def test_a_changed_identity_header_is_refused(name: str) -> None:
    signed = sign(identity())
    pairs = [(key, "1" if key == name.lower() else value) for key, value in signed.pairs]
    with pytest.raises(Unauthenticated):
        GATEWAY.verify(REQUEST, Headers.named(pairs))


@pytest.mark.parametrize("seconds", [-61, 61, 3600])
def test_a_replay_outside_the_window_is_refused(seconds: int) -> None:
    late = Gateway(SECRET, lambda: NOW + seconds)
    with pytest.raises(Unauthenticated):
        late.verify(REQUEST, sign(identity()))


@pytest.mark.parametrize("name", ["x-org-id", "X_ORG_ID", "X-User-Roles", "x-gateway-signature"])
def test_a_header_sent_twice_is_refused(name: str) -> None:
    pairs = [*sign(identity()).pairs, (name, "admin")]
    with pytest.raises(Unauthenticated):
        GATEWAY.verify(REQUEST, Headers.named(pairs))


@pytest.mark.parametrize("name", ["X-Org-Id", "X-User-Id", "X-Gateway-Timestamp"])
def test_a_missing_identity_header_is_refused(name: str) -> None:
    pairs = [pair for pair in identity() if pair[0] != name]
    with pytest.raises(Unauthenticated):
        GATEWAY.verify(REQUEST, sign(pairs))


def test_without_a_gateway_secret_nothing_is_believed() -> None:
    with pytest.raises(Unauthenticated):
        Gateway(None, lambda: NOW).verify(REQUEST, sign(identity()))


def test_names_that_nothing_signs_are_refused() -> None:
    with pytest.raises(Unauthenticated):
        GATEWAY.verify(REQUEST, sign([*identity(), ("X-Organization-ID", ORG)]))


@pytest.mark.parametrize("name", ["X-Org-Id", "x_user_roles", "X-Organization-ID"])
def test_any_identity_header_calls_for_a_signature(name: str) -> None:
    assert speaks_for_a_gateway(Headers.named([("Accept", "*/*"), (name, "x")]))


def test_roles_may_be_absent_but_not_split_over_the_lines() -> None:
    pairs = [pair for pair in identity() if pair[0] != "X-User-Roles"]
    assert GATEWAY.verify(REQUEST, sign(pairs)).roles == frozenset()
