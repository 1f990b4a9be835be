"""An account as it is seen at a moment: by the day of sending, and by the day of ordering."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sandbox.klaviyo.mail import (
    ATTRIBUTION_DAYS,
    FIRST_DAY,
    SMS,
    Order,
    Sending,
    orders_of,
    other_orders,
    sendings,
)
from sandbox.world.hashing import Dice, key_of
from sandbox.world.maturity import Restatement
from sandbox.world.records import Account
from sandbox.world.world import local_today

_DAY: Final = timedelta(days=1)
_SETTLED: Final = timedelta(days=ATTRIBUTION_DAYS)
_SMS_PRICE_MINOR: Final = 7
_VANISHING_AFTER: Final = 3 * _DAY
_VANISHING_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Figures:
    """What one sending has led to so far; money in minor units."""

    recipients: int
    delivered: int
    opens: int
    clicks: int
    conversions: int
    conversion_uniques: int
    value_minor: int
    spend_minor: int | None

    @property
    def counts(self) -> dict[str, int]:
        """Counted statistics under Klaviyo's names."""
        return {
            "recipients": self.recipients,
            "delivered": self.delivered,
            "bounced": self.recipients - self.delivered,
            "opens": self.opens + self.opens // 4,
            "opens_unique": self.opens,
            "clicks": self.clicks + self.clicks // 6,
            "clicks_unique": self.clicks,
            "conversions": self.conversions,
            "conversion_uniques": self.conversion_uniques,
        }


@dataclass(frozen=True, slots=True)
class View:
    """One account as known at `moment`; `restatement` is how reports by send date come to be.

    At `pace` 2 what follows a sending is reported twice as early, at 0 a sending is final at once.
    With `vanishing`, a few sendings of flows that led to no order leave the reports for good.
    """

    seed: int
    account: Account
    moment: datetime
    restatement: Restatement

    @property
    def today(self) -> date:
        """The date it is in the account's zone."""
        return local_today(self.account, self.moment)

    def sent(self, since: date, until: date) -> Iterator[Sending]:
        """What has gone out on some days, both included."""
        for day in _days(since, min(until, self.today)):
            for each in sendings(self.seed, self.account, day):
                if each.sent_at <= self.moment and not self._has_vanished(each):
                    yield each

    def figures(self, sending: Sending) -> Figures:
        """What a sending has led to by now."""
        age = self._age(sending)
        credited = orders_of(self.seed, self.account, sending)
        orders = [order for order in credited if _between(sending.sent_at, order.placed_at) <= age]
        delivered = sending.recipients - sending.recipients // 60
        share = self._share(sending)
        is_sms = sending.message.channel == SMS
        return Figures(
            recipients=sending.recipients,
            delivered=delivered,
            opens=0 if is_sms else int(delivered * 0.38 * share),
            clicks=int(delivered * 0.021 * share),
            conversions=len(orders),
            conversion_uniques=len({order.customer for order in orders}),
            value_minor=sum(order.value_minor for order in orders),
            spend_minor=delivered * _SMS_PRICE_MINOR if is_sms else None,
        )

    def orders(self, since: date, until: date) -> Iterator[tuple[date, Order]]:
        """The orders placed on some days, with the day in the account's zone."""
        first = max(since - (ATTRIBUTION_DAYS + 1) * _DAY, FIRST_DAY)
        for day in _days(first, until):
            sent = sendings(self.seed, self.account, day)
            credited = (orders_of(self.seed, self.account, each) for each in sent)
            own = other_orders(self.seed, self.account, day)
            for order in self._placed((*(one for group in credited for one in group), *own)):
                placed_on = local_today(self.account, order.placed_at)
                if since <= placed_on <= until:
                    yield placed_on, order

    def _placed(self, orders: tuple[Order, ...]) -> list[Order]:
        return [order for order in orders if order.placed_at <= self.moment]

    def _age(self, sending: Sending) -> timedelta:
        """How old a sending is in the time of the reports."""
        age = _between(sending.sent_at, self.moment)
        return age * self.restatement.pace if self.restatement.pace > 0 else _SETTLED

    def _share(self, sending: Sending) -> float:
        """The share of opens and clicks that is told: fast at first, all after five days."""
        part = min(max(self._age(sending) / _SETTLED, 0.0), 1.0)
        return 1.0 - (1.0 - part) ** 4

    def _has_vanished(self, sending: Sending) -> bool:
        """Whether a sending has left the reports, as when its message is deleted from its flow."""
        if not (self.restatement.vanishing and sending.message.is_flow):
            return False
        dice = Dice(
            key_of(self.seed, self.account.number, "vanish", sending.message.id, sending.day)
        )
        return (
            self.today - sending.day > _VANISHING_AFTER
            and dice.fraction("vanishes") < _VANISHING_SHARE
            and not orders_of(self.seed, self.account, sending)
        )


def _between(earlier: datetime, later: datetime) -> timedelta:
    """Time that passed; of two moments in one zone Python would compare what clocks show."""
    return later.astimezone(UTC) - earlier.astimezone(UTC)


def _days(since: date, until: date) -> Iterator[date]:
    for ahead in range((until - since).days + 1):
        yield since + ahead * _DAY
