"""Secrets at rest: AES-256-GCM, a data key per tenant, wrapped by the master key."""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import ConfigError

KEY_BYTES = 32
_NONCE_BYTES = 12


class Vault:
    """Seals with a tenant's data key; the associated data binds a secret to its place."""

    def __init__(self, master_key: bytes) -> None:
        self._master = AESGCM(master_key)

    def new_data_key(self, tenant: bytes) -> bytes:
        """A fresh data key, wrapped for storing."""
        return _seal(self._master, os.urandom(KEY_BYTES), tenant)

    def seal(self, wrapped_key: bytes, tenant: bytes, place: bytes, secret: bytes) -> bytes:
        """`secret` as nonce and ciphertext, readable only for this tenant and place."""
        return _seal(self._data_key(wrapped_key, tenant), secret, tenant + place)

    def open(self, wrapped_key: bytes, tenant: bytes, place: bytes, sealed: bytes) -> bytes:
        """The secret sealed for this tenant and place, or ConfigError."""
        return _open(self._data_key(wrapped_key, tenant), sealed, tenant + place)

    def _data_key(self, wrapped_key: bytes, tenant: bytes) -> AESGCM:
        return AESGCM(_open(self._master, wrapped_key, tenant))


def parse_master_key(text: str) -> bytes:
    """32 bytes from their base64 form, or ConfigError."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(
            "the master key is not 32 bytes of base64",
            field="LIFTOS_MASTER_KEY",
            mend="make one with: openssl rand -base64 32",
        )
    return key


def _seal(cipher: AESGCM, secret: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, secret, bound_to)


def _open(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except InvalidTag as error:
        raise ConfigError(
            "a stored secret cannot be opened with this master key",
            field="LIFTOS_MASTER_KEY",
            mend="start with the master key under which the secret was stored",
        ) from error
