"""Signatures of Standard Webhooks (https://www.standardwebhooks.com, symmetric scheme v1).

A secret is `whsec_` and base64 of its bytes. What is signed is `id.timestamp.body`; a header
holds one or more signatures apart by spaces, each `v1,` and base64 of an HMAC-SHA256.

Not by the package `standardwebhooks`: its window of time is fixed, and malformed headers end in
errors of other kinds. The tests sign and verify with it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Final

PREFIX: Final = "whsec_"
VERSION: Final = "v1,"
SECRET_BYTES: Final = 32
MOST_SIGNATURES: Final = 16
"""Signatures of one header that are looked at: a sender in rotation sends two."""


def new_secret() -> str:
    """A fresh secret in the form that senders take."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def secret_key(secret: str) -> bytes:
    """The key inside a secret; ValueError when `secret` is none."""
    if not secret.startswith(PREFIX):
        raise ValueError("the secret does not begin with whsec_")
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("the secret is no base64") from error


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature of a message; `timestamp` in Unix seconds."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return VERSION + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def holds(keys: Iterable[bytes], message_id: str, timestamp: int, body: bytes, sent: str) -> bool:
    """Whether one of the signatures in the header `sent` was made with one of `keys`."""
    given = [each.encode() for each in sent.split(" ", MOST_SIGNATURES)[:MOST_SIGNATURES]]
    made = [sign(key, message_id, timestamp, body).encode() for key in keys]
    return any(hmac.compare_digest(one, other) for one in made for other in given)
