"""What each subscription allows, from the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.buckets import Rate
from core.scope import TenantScope
from core.settings import Settings

CLIENT_SHARE = 0.5
"""Of its tenant's rate and burst, for one client: no client takes them all from the others."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One subscription: how fast points drain, what one operation may cost, what may be kept.

    Bytes of what is stored, runs that are asked for in a day, rows that are exported and tokens
    that are embedded in a month, of the UTC calendar. `embedding_price`: what a million tokens
    cost, in US dollars, for every subscription.
    """

    rate: Rate
    operation_points: int
    storage_bytes: int
    runs_a_day: int
    export_rows_a_month: int
    embedded_tokens_a_month: int
    embedding_price: Decimal | None = None

    def rates(self, scope: TenantScope) -> tuple[Rate, ...]:
        """Of the tenant, and of the client where the credentials name one."""
        if scope.client is None:
            return (self.rate,)
        own = Rate(
            max(1, round(self.rate.per_second * CLIENT_SHARE)),
            max(1, round(self.rate.burst * CLIENT_SHARE)),
        )
        return self.rate, own


class Tiers:
    """Every subscription by name; one that a setting does not name has its smallest number."""

    def __init__(self, settings: Settings) -> None:
        numbers = (
            settings.tier_points_per_second,
            settings.tier_points_burst,
            settings.tier_operation_points,
            settings.tier_storage_bytes,
            settings.tier_runs_a_day,
            settings.tier_export_rows_a_month,
            settings.tier_embedded_tokens_a_month,
        )
        price = settings.embedder_price
        self._named = {name: _tier(numbers, name, price) for each in numbers for name in each}
        self._other = _tier(numbers, "", price)

    def of(self, name: str) -> Tier:
        """The subscription of that name."""
        return self._named.get(name, self._other)


def _tier(numbers: Sequence[Mapping[str, int]], name: str, price: Decimal | None) -> Tier:
    per_second, burst, points, stored, runs, rows, tokens = (_of(each, name) for each in numbers)
    return Tier(Rate(per_second, burst), points, stored, runs, rows, tokens, price)


def _of(numbers: Mapping[str, int], name: str) -> int:
    return max(1, numbers.get(name, min(numbers.values(), default=1)))
