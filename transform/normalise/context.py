"""What a normaliser is told beside the page itself, and what it must look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

from core.jsonvalue import JSONObject
from core.records.channels import ChannelRules
from core.records.connections import Level
from core.units import time_zone, today_in
from transform.frames import NormalisedPage
from transform.normalise.contract import Contract
from transform.normalise.replay import Replay


@dataclass(frozen=True, slots=True)
class PageContext:
    """The connection a page was read for.

    `currency` is ISO 4217, `time_zone` IANA; `options` are the source's own, such as
    core.commands.FileOptions in JSON form. Empty for API sources. `channels`: the tenant's own
    rules; `names`: names that campaigns are to go by instead of the page's, by their digests.
    `replay`: the page was read before, and only some of its records are put in now. `contract`:
    what its records are held to; None where nothing is expected of them.
    """

    account_id: str
    currency: str
    time_zone: str
    level: Level
    options: JSONObject = field(default_factory=dict)
    channels: ChannelRules = field(default_factory=ChannelRules)
    names: Mapping[bytes, str] = field(default_factory=dict)
    replay: Replay | None = None
    contract: Contract | None = None

    @property
    def latest(self) -> date:
        """The last day that can have happened where the account is; a day more, for its clock."""
        return today_in(time_zone(self.time_zone)) + timedelta(days=1)


class Normaliser(Protocol):
    """Turns one raw page of one source into entries, campaigns and rejections; pure.

    A bad record becomes a Rejection while the others go in. BadInput is raised only when the
    page as a whole cannot be read.
    """

    def __call__(
        self, stream: str, media_type: str, body: bytes, context: PageContext, /
    ) -> NormalisedPage:
        """Normalise `body`, of `media_type`, read from the source's `stream`."""
        ...


class PlainNormaliser(Protocol):
    """What a source may offer beside its normaliser: many plain pages made at once; pure.

    Pages are small, and most of what one costs is the same for a page and for sixteen. Raises
    transform.normalise.plain.NotPlain where any of them has to be read by itself.
    """

    def __call__(
        self, bodies: Sequence[bytes], context: PageContext, /
    ) -> Sequence[NormalisedPage]:
        """What the normaliser makes of each page; it is no replay."""
        ...
