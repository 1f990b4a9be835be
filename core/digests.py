"""The digests that name rows by what they are: the same row has the same one everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

DIGEST_BYTES = 16
BETWEEN = "\x1f"
MISSING = "\x00"
CAMPAIGN = "campaign"


def digest(text: str) -> bytes:
    """128 bits of BLAKE2b."""
    return hashlib.blake2b(text.encode(), digest_size=DIGEST_BYTES).digest()


def joined(parts: Iterable[str | None]) -> str:
    """What a row of these parts is hashed as; None differs from ''."""
    return BETWEEN.join([MISSING if part is None else part for part in parts])


def campaign_digest(source: str, account_id: str, campaign_id: str) -> UUID:
    """The digest of a campaign, from what its source calls it."""
    return UUID(bytes=digest(joined((CAMPAIGN, source, account_id, campaign_id))))
