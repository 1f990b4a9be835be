"""The identity provider's public keys, fetched when they are needed and kept for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx2
import structlog
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

from core.errors import Transient

KEPT_SECONDS = 600.0
COOLDOWN_SECONDS = 30.0
LARGEST_BYTES = 1_000_000
SMALLEST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key and the one algorithm it may be used with."""

    key: RSAPublicKey | EllipticCurvePublicKey
    algorithm: str


class KeySet:
    """The keys of one JWKS address.

    Keys are fetched anew after `KEPT_SECONDS`, and for a key id that is not among them, but
    never twice within `COOLDOWN_SECONDS`: made-up key ids cannot turn callers against the
    provider. While the provider is away, the keys that are known stay good.
    """

    def __init__(
        self,
        url: str,
        http: httpx2.AsyncClient,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._http = http
        self._now = now
        self._keys: Mapping[str, VerificationKey] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def find(self, key_id: str) -> VerificationKey | None:
        """The key of that id, or None when the provider has no such key."""
        if self._is_fresh() and key_id in self._keys:
            return self._keys[key_id]
        async with self._lock:
            if not (self._is_fresh() and key_id in self._keys) and self._may_try():
                await self._refresh()
        if self._fetched_at is None:
            raise Transient(
                "the identity provider does not answer; tokens cannot be checked now",
                retry_after_seconds=COOLDOWN_SECONDS,
            )
        return self._keys.get(key_id)

    def _is_fresh(self) -> bool:
        return self._fetched_at is not None and self._now() - self._fetched_at < KEPT_SECONDS

    def _may_try(self) -> bool:
        return self._tried_at is None or self._now() - self._tried_at >= COOLDOWN_SECONDS

    async def _refresh(self) -> None:
        self._tried_at = self._now()
        try:
            response = await self._http.get(self._url, follow_redirects=False)
            response.raise_for_status()
            self._keys = read_keys(response.content)
        except (httpx2.HTTPError, ValueError, RecursionError) as error:
            structlog.get_logger().warning("jwks_unavailable", reason=type(error).__name__)
        else:
            self._fetched_at = self._now()


def read_keys(body: bytes) -> dict[str, VerificationKey]:
    """The signing keys of a JWKS document, by key id; keys of other kinds are passed over."""
    if len(body) > LARGEST_BYTES:
        raise ValueError("the key set is too large")
    document = httpx2.Response(200, content=body).json()
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("not a key set")  # noqa: TRY004 - bad content, not a bad type of ours
    found = ((entry.get("kid"), _key(entry)) for entry in entries if isinstance(entry, dict))
    return {kid: key for kid, key in found if isinstance(kid, str) and key is not None}


def _key(entry: dict[str, object]) -> VerificationKey | None:
    algorithm = {"RSA": "RS256", "EC": "ES256"}.get(str(entry.get("kty")))
    if algorithm is None or entry.get("use", "sig") != "sig":
        return None
    if entry.get("alg", algorithm) != algorithm:
        return None
    try:
        return _strong(PyJWK(entry, algorithm=algorithm).key, algorithm)
    except PyJWTError:
        return None


def _strong(key: object, algorithm: str) -> VerificationKey | None:
    if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_RSA_BITS:
        return VerificationKey(key, algorithm)
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return VerificationKey(key, algorithm)
    return None
