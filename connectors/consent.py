"""What a user's consent is traded for: a port, and who offers it."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from core.records.authorizations import Granted
from core.records.connections import Source
from core.settings import Settings


class Exchange(Protocol):
    """What `consent.py` of a source's folder offers under the name `exchange`."""

    async def __call__(
        self, code: str, verifier: str, redirect_uri: str, settings: Settings, /
    ) -> Granted:
        """Trade a code, once. ConfigError when the source refuses it; Transient may be retried."""
        ...


async def exchange(
    source: Source, code: str, verifier: str, redirect_uri: str, settings: Settings
) -> Granted:
    """What the code of a consent to `source` is worth."""
    module = import_module(f"connectors.{source.manifest.folder}.consent")
    trade: Exchange = module.exchange
    return await trade(code, verifier, redirect_uri, settings)
