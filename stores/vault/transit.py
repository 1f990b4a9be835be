"""A master key in HashiCorp Vault's transit engine (or OpenBao's), which never leaves it.

POST /v1/<mount>/encrypt|decrypt/<key> and GET /v1/<mount>/keys/<key>, with `associated_data`:
https://developer.hashicorp.com/vault/api-docs/secret/transit (1.21). The key must be of an AEAD
type, such as the default aes256-gcm96.
"""

from __future__ import annotations

import base64
import re
from typing import Any

import httpx2

from core.errors import ConfigError, Transient

_CIPHERTEXT = re.compile(r"vault:v(\d+):.+", re.DOTALL)
_SECONDS = 10.0
_TOO_MANY, _SERVER_ERROR = 429, 500


class TransitMaster:
    """One named key of a transit engine; owns its connections. Its ids name key and version."""

    def __init__(
        self,
        address: str,
        token: str,
        key: str,
        mount: str = "transit",
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._key = key
        self._mount = mount.strip("/")
        self._http = httpx2.AsyncClient(
            base_url=address,
            timeout=_SECONDS,
            headers={"X-Vault-Token": token},
            transport=transport,
        )

    async def current_id(self) -> str:
        """The key's newest version."""
        found = await self._ask("GET", f"keys/{self._key}")
        return self._id(found.get("latest_version"))

    async def holds(self, master_id: str | None) -> bool:
        """Every version of this one key; the service says which it still keeps."""
        return (master_id or "").startswith(self._id(""))

    async def wrap(self, data_key: bytes, bound_to: bytes) -> tuple[str, bytes]:
        """Under the newest version."""
        given = {"plaintext": _text(data_key), "associated_data": _text(bound_to)}
        found = await self._ask("POST", f"encrypt/{self._key}", given)
        ciphertext = str(found.get("ciphertext"))
        version = _CIPHERTEXT.fullmatch(ciphertext)
        if version is None:
            raise Transient("the key management service answered without a ciphertext")
        return self._id(version[1]), ciphertext.encode()

    async def unwrap(self, master_id: str | None, wrapped: bytes, bound_to: bytes) -> bytes:
        """Under the version that the ciphertext names."""
        del master_id
        given = {"ciphertext": wrapped.decode(), "associated_data": _text(bound_to)}
        found = await self._ask("POST", f"decrypt/{self._key}", given)
        return base64.b64decode(str(found.get("plaintext")))

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    def _id(self, version: object) -> str:
        return f"transit:{self._mount}/{self._key}:v{version}"

    async def _ask(
        self, method: str, path: str, content: dict[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            answer = await self._http.request(method, f"/v1/{self._mount}/{path}", json=content)
        except httpx2.RequestError as error:
            raise Transient("the key management service does not answer") from error
        if answer.status_code == _TOO_MANY or answer.status_code >= _SERVER_ERROR:
            raise Transient(f"the key management service answered {answer.status_code}")
        if not answer.is_success:
            raise _refused(answer)
        data = answer.json().get("data")
        return data if isinstance(data, dict) else {}


def _refused(answer: httpx2.Response) -> ConfigError:
    return ConfigError(
        f"the key management service refused with status {answer.status_code}",
        field="LIFTOS_KMS_TOKEN",
        mend="check its address, the name of the key, and what the token may do with it",
    )


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
