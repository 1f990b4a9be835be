"""What it takes to connect a source, and to keep it open."""

from __future__ import annotations

import strawberry

from core.commands import ChangeConnection, ConnectSource
from core.records.connections import Breakdown, Level, Source
from graph.inputs.credentials import CredentialsInput
from resolvers.connections import usual_level


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
    level: Level | None = strawberry.field(
        default=None,
        description=(
            "The kind of thing its entries are to be about. Left out: CAMPAIGN, or ORDER for "
            "WEBHOOK."
        ),
    )
    look_back_days: int | None = strawberry.field(
        default=None,
        description=(
            "How many days must pass before the source stops changing a day, 0 to 90. Left out: "
            "the source's own, such as 28 for META_ADS."
        ),
    )
    breakdown: Breakdown | None = strawberry.field(
        default=None,
        description=(
            "What its entries are to be broken down by, where the source can. Left out: nothing."
        ),
    )
    credentials: CredentialsInput | None = strawberry.field(
        default=None,
        description="What opens the account. Left out for FILE and WEBHOOK, which need none.",
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
            level=self.level or usual_level(self.source),
            look_back_days=self.source.manifest.look_back_days if days is None else days,
            breakdown=self.breakdown,
            credentials=self.credentials.named() if self.credentials else None,
        )


@strawberry.input(description="New credentials for a connection.")
class RotateCredentialsInput:
    """What rotateCredentials takes."""

    connection_id: strawberry.ID = strawberry.field(
        description="Id of a connection of a source that takes credentials."
    )
    credentials: CredentialsInput = strawberry.field(
        description=(
            "What is to open the account from now on: all of its parts, for nothing is left of "
            "those before. Not tried: the next run does that."
        )
    )


@strawberry.input(description="What of a connection is to be otherwise.")
class UpdateConnectionInput:
    """ChangeConnection as the caller gives it."""

    connection_id: strawberry.ID = strawberry.field(description="Id of the connection.")
    name: str | None = strawberry.field(
        default=None, description="Another name for people; left out: as it is."
    )
    look_back_days: int | None = strawberry.field(
        default=None,
        description=(
            "How many days must pass before the source stops changing a day, 0 to 90; a run that "
            "names no days reads these. Left out: as it is."
        ),
    )

    def to_command(self) -> ChangeConnection:
        """The change, not yet checked."""
        return ChangeConnection(self.name, self.look_back_days)
