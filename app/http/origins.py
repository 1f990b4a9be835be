"""Which web pages may ask: those of our own address, and those that an operator has listed.

Browsers say on which page's behalf they ask (`Origin`, `Sec-Fetch-Site`), and no page can make
them say otherwise. Whoever is no browser says neither and is asked for credentials only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from core.errors import ConfigError
from core.settings import Settings

ORIGIN = re.compile(r"https?://[^/?#@*]+", re.IGNORECASE)
ELSEWHERE = frozenset({"cross-site", "same-site"})


@dataclass(frozen=True, slots=True)
class Origins:
    """The listed origins, as browsers write them."""

    listed: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> Origins:
        """Those of LIFTOS_CORS_ORIGINS, and our own address as callers know it."""
        sent = [text.strip() for text in settings.cors_origins.split(",") if text.strip()]
        for text in sent:
            if not ORIGIN.fullmatch(text) or normalize_origin(text) != text.lower():
                raise ConfigError(
                    f"LIFTOS_CORS_ORIGINS: {text} is no origin",
                    field="cors_origins",
                    mend="list each as https://app.example.com, without a path and without *",
                )
        own = normalize_origin(settings.base_url)
        return cls(frozenset({*(text.lower() for text in sent), *filter(None, [own])}))

    def admit(self, origin: str, host: str | None) -> bool:
        """Whether a page of `origin` may ask us at `host`."""
        found = normalize_origin(origin)
        return found is not None and (found in self.listed or is_same_origin(found, host))

    def is_from_elsewhere(self, headers: Mapping[str, str]) -> bool:
        """Whether a browser asks on behalf of a page that may not."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site in {"same-origin", "none"}:
            return False
        if origin is not None:
            return not self.admit(origin, headers.get("host"))
        return site in ELSEWHERE
