"""A stand-in for HashiCorp Vault's transit engine: one mount, one AEAD key, its versions.

It takes the token `sandbox-kms-token`. `POST /v1/transit/keys/<name>/rotate` adds a version;
what earlier ones encrypted still decrypts.
"""

import base64
import binascii
import os
from typing import Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.answers import json_answer

TOKEN: Final = "sandbox-kms-token"  # noqa: S105 -- of a stand-in
KEY: Final = "liftos"
_PATH: Final = "/v1/transit"
_NONCE: Final = 12


class TransitEngine:
    """Encrypts and decrypts for whoever shows the token; its key is never told."""

    def __init__(self) -> None:
        """Begin with one version."""
        self._versions = [os.urandom(32)]

    def routes(self) -> list[BaseRoute]:
        """The engine's endpoints."""
        return [
            Route(f"{_PATH}/encrypt/{{name}}", self._encrypt, methods=["POST"]),
            Route(f"{_PATH}/decrypt/{{name}}", self._decrypt, methods=["POST"]),
            Route(f"{_PATH}/keys/{{name}}", self._key),
            Route(f"{_PATH}/keys/{{name}}/rotate", self._rotate, methods=["POST"]),
        ]

    async def _encrypt(self, request: Request) -> Response:
        if (refusal := _refusal(request)) is not None:
            return refusal
        given, nonce = orjson.loads(await request.body()), os.urandom(_NONCE)
        sealed = AESGCM(self._versions[-1]).encrypt(
            nonce, base64.b64decode(given["plaintext"]), _associated(given)
        )
        text = base64.b64encode(nonce + sealed).decode()
        version = len(self._versions)
        return _data({"ciphertext": f"vault:v{version}:{text}", "key_version": version})

    async def _decrypt(self, request: Request) -> Response:
        if (refusal := _refusal(request)) is not None:
            return refusal
        given = orjson.loads(await request.body())
        try:
            _, version, text = given["ciphertext"].split(":")
            body = base64.b64decode(text, validate=True)
            key = AESGCM(self._versions[int(version.removeprefix("v")) - 1])
            found = key.decrypt(body[:_NONCE], body[_NONCE:], _associated(given))
        except (InvalidTag, ValueError, IndexError, binascii.Error):
            return json_answer({"errors": ["cipher: message authentication failed"]}, 400)
        return _data({"plaintext": base64.b64encode(found).decode()})

    async def _key(self, request: Request) -> Response:
        found = {"name": KEY, "type": "aes256-gcm96", "latest_version": len(self._versions)}
        return _refusal(request) or _data(found)

    async def _rotate(self, request: Request) -> Response:
        if (refusal := _refusal(request)) is not None:
            return refusal
        self._versions.append(os.urandom(32))
        return Response(status_code=204)


def _refusal(request: Request) -> Response | None:
    if request.headers.get("x-vault-token") != TOKEN:
        return json_answer({"errors": ["permission denied"]}, 403)
    if request.path_params["name"] != KEY:
        return json_answer({"errors": ["encryption key not found"]}, 400)
    return None


def _associated(given: dict[str, str]) -> bytes:
    return base64.b64decode(given.get("associated_data", ""))


def _data(data: dict[str, object]) -> Response:
    return json_answer({"request_id": "sandbox", "lease_id": "", "data": data})
