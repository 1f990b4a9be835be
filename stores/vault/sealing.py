"""AES-256-GCM: nonce, then ciphertext with its tag; the associated data binds it to its place."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import ConfigError

KEY_BYTES = 32
_NONCE_BYTES = 12


def seal(key: bytes, secret: bytes, bound_to: bytes) -> bytes:
    """`secret` under `key`, to be opened with the same `bound_to` only."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """What `seal` was given, or ConfigError: another key, another place, or changed bytes."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError) as error:
        raise ConfigError(
            "a stored secret cannot be opened with this master key",
            field="LIFTOS_MASTER_KEY",
            mend="start with the master key under which the secret was stored",
        ) from error
