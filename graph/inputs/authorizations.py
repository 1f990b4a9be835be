"""Which authorized account to connect, and how."""

from __future__ import annotations

import strawberry

from core.records.connections import Breakdown, Level
from resolvers.authorizations import Chosen


@strawberry.input(description="One account of an authorization that is READY, and how to read it.")
class ConnectAuthorizedInput:
    """Chosen as the caller gives it; currency and time zone are the account's own."""

    authorization_id: strawberry.ID = strawberry.field(description="Id of the authorization.")
    account_id: str = strawberry.field(description="One of the authorization's accounts.")
    name: str | None = strawberry.field(
        default=None, description="A name for people; the account's own when left out."
    )
    level: Level = strawberry.field(
        default=Level.CAMPAIGN, description="The kind of thing its entries are to be about."
    )
    look_back_days: int | None = strawberry.field(
        default=None, description="As for connectSource; the source's own when left out."
    )

    breakdown: Breakdown | None = strawberry.field(
        default=None, description="As for connectSource. Left out: nothing."
    )

    def to_choice(self, source_days: int) -> Chosen:
        """The choice, not yet checked."""
        days = source_days if self.look_back_days is None else self.look_back_days
        return Chosen(self.account_id, self.name, self.level, days, self.breakdown)
