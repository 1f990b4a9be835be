"""What the refusals of all platforms have in common, in one wording.

Each platform's `errors.py` reads its own codes and has a table from them to meanings; what it
shares with the others, and what a bare status means, stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from core.errors import ConfigError, LiftosError, Terminal, Transient

RATE_LIMIT_PAUSE_SECONDS: Final = 60.0
"""Waited after a rate limit when the platform does not say how long."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """One platform's; `version_variable` is the setting that pins its API's version."""

    platform: str
    version_variable: str

    def rate_limited(self, message: str, seconds: float | None = None) -> Transient:
        """Too many calls; `seconds` as the platform asks."""
        return Transient(
            f"{self.platform}'s rate limit is reached: {message}",
            mend=f"it is tried again when {self.platform} gives access back",
            retry_after_seconds=RATE_LIMIT_PAUSE_SECONDS if seconds is None else seconds,
        )

    def retired(self, message: str) -> ConfigError:
        """The pinned version is not served any more, or not yet."""
        return ConfigError(
            f"{self.platform} does not serve the pinned API version: {message}",
            field=self.version_variable,
            mend=f"set a version that {self.platform} still serves",
        )

    def by_status(self, status: int, message: str = "") -> LiftosError | None:
        """What a status means where no code says more; None when it is no refusal."""
        told = f" with status {status}{f': {message}' if message else ''}"
        if status < HTTPStatus.BAD_REQUEST:
            return None
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return self.rate_limited(message or "too many requests")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Transient(f"{self.platform} answered{told}")
        return Terminal(f"{self.platform} refused the request{told}")
