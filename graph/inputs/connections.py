"""What it takes to connect a source, and to keep it open."""

from __future__ import annotations

from dataclasses import asdict

import strawberry

from core.commands import ConnectSource
from core.records.connections import Level, Source
from resolvers.connections import LOOK_BACK_DAYS


@strawberry.input(
    description=(
        "What opens a Google Ads account: a user's refresh token with its OAuth client, or a "
        "service account's key. Sealed at once; none of it comes back out."
    )
)
class GoogleAdsCredentialsInput:
    """The parts of ConnectSource's credentials."""

    refresh_token: str | None = strawberry.field(
        default=None, description="A user's refresh token with the scope `adwords`."
    )
    client_id: str | None = strawberry.field(
        default=None, description="The OAuth client that the refresh token was given to."
    )
    client_secret: str | None = strawberry.field(default=None, description="Its secret.")
    service_account_key: str | None = strawberry.field(
        default=None, description="The JSON key file of a service account, as a text."
    )
    login_customer_id: str | None = strawberry.field(
        default=None,
        description="The manager account through which the account is reached, if it is.",
    )

    def named(self) -> dict[str, str]:
        """The parts that are given, by name."""
        return {name: text for name, text in asdict(self).items() if text is not None}


@strawberry.input(description="One account of one source, and how to read it.")
class ConnectSourceInput:
    """ConnectSource as the caller gives it."""

    source: Source = strawberry.field(description="Which source.")
    account_id: str = strawberry.field(
        description="The source's own id of the account; any name of yours for FILE and WEBHOOK."
    )
    name: str = strawberry.field(description="A name for people, up to 500 characters.")
    currency: str = strawberry.field(description="ISO 4217 code of the account's amounts.")
    time_zone: str = strawberry.field(
        description="IANA zone in which the account's days run, such as `Europe/Berlin`."
    )
    level: Level = strawberry.field(
        default=Level.CAMPAIGN, description="The kind of thing its entries are to be about."
    )
    look_back_days: int | None = strawberry.field(
        default=None,
        description=(
            "How many days must pass before the source stops changing a day, 0 to 90. Left out: "
            "the source's own, such as 28 for META_ADS."
        ),
    )
    access_token: str | None = strawberry.field(
        default=None,
        description=(
            "A token that may read the account. Needed by META_ADS and KLAVIYO. "
            "Sealed at once; it never comes back out."
        ),
    )

    google_ads: GoogleAdsCredentialsInput | None = strawberry.field(
        default=None, description="Needed by GOOGLE_ADS in place of an access token."
    )

    def to_command(self) -> ConnectSource:
        """The command, not yet checked."""
        days = self.look_back_days
        return ConnectSource(
            source=self.source,
            account_id=self.account_id,
            name=self.name,
            currency=self.currency,
            time_zone=self.time_zone,
            level=self.level,
            look_back_days=LOOK_BACK_DAYS[self.source] if days is None else days,
            access_token=self.access_token,
            credentials=self.google_ads.named() if self.google_ads else {},
        )


@strawberry.input(description="A new token for a connection.")
class RotateCredentialsInput:
    """What rotateCredentials takes."""

    connection_id: strawberry.ID = strawberry.field(
        description="Id of a connection of META_ADS, GOOGLE_ADS or KLAVIYO."
    )
    access_token: str = strawberry.field(
        description=(
            "A token that may read the account. Sealed at once; it never comes back out. It is "
            "not tried: the next run does that."
        )
    )
