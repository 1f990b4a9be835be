"""JSON Web Tokens: HS256 with our own secret, RS256 and ES256 with the provider's keys.

The algorithm is fixed by where the key comes from. A token chooses only which of the sources
is asked, so a public key can never be used as an HS256 secret, and `none` is no source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from jwt.exceptions import ExpiredSignatureError, InvalidTokenError

from app.identity.caller import Caller, refusal
from app.identity.claims import caller_of
from app.identity.jwks import KeySet, VerificationKey

LEEWAY_SECONDS = 30
LONGEST_TOKEN = 8192


@dataclass(frozen=True, slots=True)
class Tokens:
    """Verifies tokens. Without `secret` HS256 is refused, without `keys` RS256 and ES256 are."""

    secret: str | None = field(repr=False)
    keys: KeySet | None
    audience: str | None = None
    issuer: str | None = None

    async def verify(self, token: str) -> Caller:
        """The bearer of `token`, or Unauthenticated."""
        if len(token) > LONGEST_TOKEN:
            raise refusal("the token does not hold")
        try:
            header = jwt.get_unverified_header(token)
            return caller_of(await self._claims(token, header))
        except ExpiredSignatureError:
            raise refusal("the token has expired") from None
        except (InvalidTokenError, ValueError, RecursionError):
            raise refusal("the token does not hold") from None

    async def _claims(self, token: str, header: Mapping[str, Any]) -> Mapping[str, object]:
        if header.get("alg") == "HS256":
            if self.secret is None:
                raise refusal("the token does not hold")
            return self._decode(token, self.secret, "HS256")
        key = await self._public_key(header)
        return self._decode(token, key.key, key.algorithm)

    async def _public_key(self, header: Mapping[str, Any]) -> VerificationKey:
        key_id = header.get("kid")
        if self.keys is None or not isinstance(key_id, str):
            raise refusal("the token does not hold")
        key = await self.keys.find(key_id)
        if key is None or header.get("alg") != key.algorithm:
            raise refusal("the token does not hold")
        return key

    def _decode(self, token: str, key: Any, algorithm: str) -> Mapping[str, object]:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=self.audience,
            issuer=self.issuer,
            leeway=LEEWAY_SECONDS,
            options={
                "require": ["exp", "sub", "org_id"],
                "verify_aud": self.audience is not None,
                "verify_iss": self.issuer is not None,
            },
        )
