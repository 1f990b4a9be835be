"""Where users are sent to consent, and where they may be sent back to."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

from core.errors import BadInput, Conflict
from core.records.connections import Source
from core.settings import Settings
from core.sources import MANIFESTS, ConsentRule, SourceManifest


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """A source's consent page, for this installation's client of it."""

    url: str
    client_id: str
    rule: ConsentRule

    def address(self, state: str, verifier: str, redirect_uri: str) -> str:
        """Where to send the user. The verifier stays here; its challenge goes along."""
        asked = {
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": " ".join(self.rule.scopes),
            "state": state,
            **self.rule.extra,
        }
        if self.rule.has_pkce:
            asked |= {"code_challenge": challenge(verifier), "code_challenge_method": "S256"}
        return f"{self.url}?{urlencode(asked)}"


@dataclass(frozen=True, slots=True)
class Consents:
    """The consent pages of an installation; without any, none can be started."""

    callback: str = ""
    origins: frozenset[str] = frozenset()
    pages: Mapping[str, ConsentPage] = field(default_factory=lambda: MappingProxyType({}))

    def page(self, source: Source) -> ConsentPage:
        """The source's page, or what it takes to have one."""
        found = self.pages.get(source.value)
        if found is not None:
            return found
        rule = source.manifest.consent
        if rule is None:
            asking = sorted(each.name for each in MANIFESTS.values() if each.consent)
            raise BadInput(
                f"{source} is not opened by a user's consent",
                field="source",
                mend=f"use one of {', '.join(asking)}, or give credentials to connectSource",
            )
        names = (source.manifest.variable(name) for name in (rule.client_id, rule.client_secret))
        raise Conflict(
            f"this installation has no client that users of {source} could authorise",
            field="source",
            mend=f"have an operator set {' and '.join(names)}",
        )

    def redirect_uri(self, source: Source) -> str:
        """Where the source sends the user back to: an address of this API."""
        return f"{self.callback}/oauth/callback/{source.manifest.folder}"

    def check_return(self, address: str | None) -> None:
        """BadInput unless a user may be sent on to `address`; None is a page of our own."""
        if address is None or _origin(address) in self.origins:
            return
        raise BadInput(
            "redirectTo is not an address of an allowed origin",
            field="redirectTo",
            mend="leave it out, or have an operator add its origin to LIFTOS_CONSENT_ORIGINS",
        )


def consents_of(settings: Settings) -> Consents:
    """The consent pages that settings have a client for."""
    origins = {
        _origin(text.strip()) for text in settings.consent_origins.split(",") if text.strip()
    }
    pages = {
        manifest.name: found
        for manifest in MANIFESTS.values()
        if manifest.consent and (found := _page(settings, manifest, manifest.consent))
    }
    return Consents(settings.base_url, frozenset(each for each in origins if each), pages)


def challenge(verifier: str) -> str:
    """The code challenge of a verifier (RFC 7636, S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _page(settings: Settings, manifest: SourceManifest, rule: ConsentRule) -> ConsentPage | None:
    own = settings.of_source(manifest.folder)
    if not (own[rule.client_id] and own[rule.client_secret]):
        return None
    return ConsentPage(own[rule.url], own[rule.client_id], rule)


def _origin(address: str) -> str | None:
    """Scheme, host and port of a web address that hides nothing; None of anything else."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    is_plain = not (parts.username or parts.password or parts.fragment or "\\" in address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain:
        return None
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}:{port or default}"
