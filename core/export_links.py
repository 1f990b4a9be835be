"""Links to files of exports: signed, so that what they say needs no keeping, and short-lived.

A token is `lox_` and base64url of tenant, export and expiry (16, 16 and 6 bytes) and of an
HMAC-SHA256 over them and the name of the file. Its prefix is how logs know it for a secret.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from core.scope import TenantId, TenantScope

PREFIX: Final = "lox_"
_LABEL = b"liftos export link 1"
_CLAIMS_BYTES, _EXPIRY_BYTES, _MAC_BYTES = 38, 6, 32


@dataclass(frozen=True, slots=True)
class LinkClaims:
    """What a link says."""

    tenant_id: TenantId
    export_id: UUID
    file: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkSigner:
    """Makes tokens under the first of the keys, and reads those of all of them."""

    keys: Sequence[bytes] = field(repr=False)

    @classmethod
    def of(cls, secrets: Sequence[bytes]) -> LinkSigner:
        """Keys that follow from secrets which serve other ends too."""
        return cls(tuple(hmac.digest(secret, _LABEL, "sha256") for secret in secrets))

    def sign(self, claims: LinkClaims) -> str:
        """The token of a link; its expiry counts in whole seconds."""
        said = _packed(claims)
        token = base64.urlsafe_b64encode(said + _mac(self.keys[0], said, claims.file))
        return PREFIX + token.decode().rstrip("=")

    def read(self, token: str, file: str) -> LinkClaims | None:
        """What a token for `file` says; None when we did not sign it. Expiry is not looked at."""
        body = _unpacked(token)
        if body is None:
            return None
        said, mac = body[:_CLAIMS_BYTES], body[_CLAIMS_BYTES:]
        if not any(hmac.compare_digest(_mac(key, said, file), mac) for key in self.keys):
            return None
        expiry = datetime.fromtimestamp(int.from_bytes(said[32:]), UTC)
        return LinkClaims(TenantId(UUID(bytes=said[:16])), UUID(bytes=said[16:32]), file, expiry)


@dataclass(frozen=True, slots=True)
class ExportLinks:
    """Makes the links of an installation whose API is reached at `base_url`."""

    base_url: str
    signer: LinkSigner

    def url(self, scope: TenantScope, export_id: UUID, file: str, expires_at: datetime) -> str:
        """Where the file can be fetched, without credentials, until `expires_at`."""
        claims = LinkClaims(scope.tenant_id, export_id, file, expires_at)
        return f"{self.base_url}/exports/{self.signer.sign(claims)}/{file}"


def _mac(key: bytes, said: bytes, file: str) -> bytes:
    return hmac.digest(key, said + file.encode(errors="surrogatepass"), "sha256")


def _packed(claims: LinkClaims) -> bytes:
    expiry = int(claims.expires_at.timestamp()).to_bytes(_EXPIRY_BYTES)
    return claims.tenant_id.bytes + claims.export_id.bytes + expiry


def _unpacked(token: str) -> bytes | None:
    """The bytes of a token in its one form."""
    text = token.removeprefix(PREFIX)
    try:
        body = base64.b64decode(f"{text}==", altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    is_ours = len(body) == _CLAIMS_BYTES + _MAC_BYTES and token.startswith(PREFIX)
    is_canonical = base64.urlsafe_b64encode(body).decode().rstrip("=") == text
    return body if is_ours and is_canonical else None
