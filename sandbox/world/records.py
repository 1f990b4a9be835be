"""What the world is made of: accounts, campaigns, ad sets, ads."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo


class Level(StrEnum):
    """The grain at which delivery is reported."""

    ACCOUNT = "account"
    CAMPAIGN = "campaign"
    ADSET = "adset"
    AD = "ad"


class Objective(StrEnum):
    """What a campaign is paid to achieve; decides which conversions it has."""

    SALES = "OUTCOME_SALES"
    LEADS = "OUTCOME_LEADS"
    TRAFFIC = "OUTCOME_TRAFFIC"
    AWARENESS = "OUTCOME_AWARENESS"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How an account's demand moves through the week and the year.

    `weekdays` holds seven factors from Monday; `peak_day` is the day of the year of the yearly
    high and `swing` its relative height.
    """

    weekdays: tuple[float, ...]
    peak_day: int
    swing: float


@dataclass(frozen=True, slots=True)
class Account:
    """One ad account. Money is in the currency's minor unit.

    An account with a `manager` is reached through that account only.
    """

    number: int
    name: str
    business: str
    currency: str
    zone: str
    market: str
    campaigns: int
    yearly_flights: bool
    daily_budget_minor: int
    order_value_minor: int
    cost_per_mille_minor: int
    rhythm: Rhythm
    platform: str = "meta"
    manager: int | None = None

    @property
    def timezone(self) -> ZoneInfo:
        """The zone in which this account's days begin."""
        return ZoneInfo(self.zone)

    @property
    def minor_digits(self) -> int:
        """Decimals of the currency (ISO 4217): none for the yen, two for the others here."""
        return 0 if self.currency == "JPY" else 2


@dataclass(frozen=True, slots=True)
class Ad:
    """One ad; `number` is unique within the platform."""

    number: int
    name: str
    share: float


@dataclass(frozen=True, slots=True)
class AdSet:
    """One ad set with its share of the campaign's budget."""

    number: int
    name: str
    share: float
    ads: tuple[Ad, ...]


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign: when it may deliver and with what budget a day.

    A campaign with a `cycle_days` delivers for the first `on_days` of every cycle and is paused
    for the rest; `stop` is the last day of a flight.
    """

    number: int
    name: str
    objective: Objective
    start: date
    stop: date | None
    cycle_days: int
    on_days: int
    daily_budget_minor: int
    counts_views: bool
    adsets: tuple[AdSet, ...]

    def is_on(self, day: date) -> bool:
        """Whether the campaign was switched on that day."""
        if day < self.start or (self.stop is not None and day > self.stop):
            return False
        return (day - self.start).days % self.cycle_days < self.on_days
