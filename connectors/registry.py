"""Which folder reads which source. A connector's code is imported when it is first opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from connectors.base import Connector
from core.errors import BadInput
from core.records.connections import Breakdown, Level, Source
from core.settings import Settings
from core.sources import MANIFESTS, SourceKind
from transform.frames import CAMPAIGN_SCHEMA, ENTRY_SCHEMA, NormalisedPage, conforming
from transform.normalise.channel_labels import labelled, renamed
from transform.normalise.context import Normaliser, PageContext, PlainNormaliser
from transform.normalise.plain import NotPlain
from transform.normalise.said import Said, whole


@dataclass(frozen=True, slots=True)
class ConnectorAccount:
    """The account that a connector is opened for.

    `currency` is ISO 4217, `time_zone` IANA; `look_back_days`: how old a day must be before
    the source stops restating it. `breakdown`: what its rows are asked to be broken down by.
    """

    account_id: str
    currency: str
    time_zone: str
    level: Level
    look_back_days: int
    breakdown: Breakdown | None = None


class Opener(Protocol):
    """What `connector.py` of a source's folder offers under the name `open_connector`."""

    def __call__(
        self, account: ConnectorAccount, credentials: Mapping[str, str], settings: Settings, /
    ) -> Connector:
        """A connector for `account`; asks the source nothing yet."""
        ...


def open_connector(
    source: Source,
    account: ConnectorAccount,
    credentials: Mapping[str, str],
    settings: Settings,
) -> Connector:
    """A connector for one account of `source`; the caller closes it. No request is made yet.

    `credentials` holds what the source's manifest asks for. Raises BadInput for a source that
    is not asked for its data, ConfigError for credentials that cannot be used.
    """
    if source.manifest.kind is not SourceKind.PULL:
        pulled = (name for name, each in MANIFESTS.items() if each.kind is SourceKind.PULL)
        raise BadInput(
            f"no connector reads {source} with credentials",
            field="source",
            mend=f"use one of {', '.join(pulled)}; files are uploaded instead",
        )
    opener: Opener = import_module(_module(source, "connector")).open_connector
    return opener(account, credentials, settings)


def normalise_page(
    source: Source, stream: str, media_type: str, body: bytes, context: PageContext
) -> NormalisedPage:
    """`body` as the source sent it, in the columns that all sources share.

    `fetched` records = Σ `records` of entries + rejections. Raises BadInput when the page as a
    whole cannot be read or the source has no normaliser, Bug when a frame breaks its contract.
    """
    return _finished(_normaliser(source)(stream, media_type, body, context), context)


def normalise_together(
    source: Source, bodies: Sequence[bytes], context: PageContext
) -> Sequence[NormalisedPage] | None:
    """`normalise_page` of each of many pages of one stream, made at once.

    None where they cannot be: then each is to be normalised by itself.
    """
    together = _together(source)
    if together is None or context.replay is not None:
        return None
    try:
        return [_finished(made, context) for made in together(bodies, context)]
    except NotPlain:
        return None


def _finished(made: NormalisedPage, context: PageContext) -> NormalisedPage:
    page = labelled(renamed(made, context.names), context.channels)
    conforming(page.entries, ENTRY_SCHEMA)
    conforming(page.campaigns, CAMPAIGN_SCHEMA)
    return page


@cache
def _normaliser(source: Source) -> Normaliser:
    module = _module(source, "normalise")
    if find_spec(module) is None:
        raise BadInput(f"pages of {source} cannot be normalised", field="source")
    normalise: Normaliser = import_module(module).normalise
    return normalise


@cache
def said_of(source: Source) -> Said:
    """What makes of a page of `source` what its records are made of."""
    said: Said = _offered(source, "said") or whole
    return said


@cache
def _together(source: Source) -> PlainNormaliser | None:
    together: PlainNormaliser | None = _offered(source, "normalise_plain")
    return together


def _offered(source: Source, name: str) -> Any:
    """What a source's normaliser has beside `normalise`; None where it has nothing of the name."""
    module = _module(source, "normalise")
    return None if find_spec(module) is None else getattr(import_module(module), name, None)


def _module(source: Source, name: str) -> str:
    return f"connectors.{source.manifest.folder}.{name}"
