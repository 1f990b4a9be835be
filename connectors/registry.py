"""Which connector reads which source. A connector's code is imported when it is first opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Final, Protocol

from connectors.base import Connector
from core.errors import BadInput
from core.records.connections import Level, Source
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class ConnectorAccount:
    """The account that a connector is opened for.

    `currency` is ISO 4217, `time_zone` IANA; `look_back_days`: how old a day must be before
    the source stops restating it.
    """

    account_id: str
    currency: str
    time_zone: str
    level: Level
    look_back_days: int


class Opener(Protocol):
    """What a connector's package offers under the name `open_connector`."""

    def __call__(
        self, account: ConnectorAccount, credentials: Mapping[str, str], settings: Settings, /
    ) -> Connector:
        """A connector for `account`; asks the source nothing yet."""
        ...


PACKAGES: Final[Mapping[Source, str]] = MappingProxyType(
    {
        Source.META_ADS: "connectors.meta.connector",
        Source.GOOGLE_ADS: "connectors.google_ads.connector",
        Source.KLAVIYO: "connectors.klaviyo.connector",
    }
)
"""Sources that are read with credentials. FILE is not among them: a file is opened by path."""


def open_connector(
    source: Source,
    account: ConnectorAccount,
    credentials: Mapping[str, str],
    settings: Settings,
) -> Connector:
    """A connector for one account of `source`; the caller closes it. No request is made yet.

    `credentials` holds what the source asks for (META_ADS and KLAVIYO:
    `access_token`; GOOGLE_ADS:
    `refresh_token`, `client_id` and `client_secret`, or `service_account_key`, and perhaps
    `login_customer_id`). Raises BadInput for a source without connector, ConfigError for
    credentials that cannot be used.
    """
    package = PACKAGES.get(source)
    if package is None:
        raise BadInput(
            f"no connector reads {source} with credentials",
            field="source",
            mend=f"use one of {', '.join(PACKAGES)}; files are uploaded instead",
        )
    opener: Opener = import_module(package).open_connector
    return opener(account, credentials, settings)
