"""Questions about the world, each with what answers it, judged from the facts alone.

The words are those of people who have never seen a document: lists of paraphrases, chosen before
any rule of documents was read.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.records.connections import Source
from tests.search.labelled.world import (
    AUDIENCES,
    MARKETS,
    MONTHS,
    PEOPLE,
    PRODUCTS,
    AdSet,
    Campaign,
    Fate,
)


@dataclass(frozen=True)
class About:
    """What a document is about: an entity in a month."""

    entity: Campaign | AdSet
    month: dt.date

    @property
    def campaign(self) -> Campaign:
        return self.entity.campaign if isinstance(self.entity, AdSet) else self.entity

    @property
    def fate(self) -> Fate:
        return self.campaign.fates[self.month]


class Family(StrEnum):
    PRODUCT_AND_MARKET = "PRODUCT_AND_MARKET"
    PRODUCT_AND_AUDIENCE = "PRODUCT_AND_AUDIENCE"
    PRODUCT_AND_MONTH = "PRODUCT_AND_MONTH"
    WASTE_OF_A_PRODUCT = "WASTE_OF_A_PRODUCT"
    STARS_OF_A_PRODUCT = "STARS_OF_A_PRODUCT"
    CHANNEL_AND_FATE = "CHANNEL_AND_FATE"
    CHANNEL_AND_MONTH = "CHANNEL_AND_MONTH"
    PEOPLE_AND_PRODUCT = "PEOPLE_AND_PRODUCT"
    BY_ID = "BY_ID"


Holds = Callable[[About], bool]
Judge = Callable[[About], int]
"""3 answers the question, 1 is near it, 0 is something else."""


@dataclass(frozen=True)
class Asked:
    family: Family
    text: str
    judge: Judge


_PRODUCTS: Final = {
    "running shoes": ("jogging footwear", "running shoes", "sneakers for runners"),
    "yoga mats": ("yoga gear", "yoga mats", "mats for stretching"),
    "winter jackets": ("warm coats for winter", "winter jackets", "jackets for cold weather"),
    "swimwear": ("bathing suits", "swimwear", "bikinis and trunks"),
    "coffee beans": ("espresso roasts", "coffee beans", "coffee"),
    "tents": ("camping shelters", "tents", "tents for campers"),
    "strollers": ("prams", "strollers", "baby buggies"),
    "headphones": ("earphones", "headphones", "audio headsets"),
    "dog food": ("food for puppies", "dog food", "pet food for dogs"),
    "perfume": ("fragrances", "perfume", "eau de parfum"),
    "office chairs": ("desk seating", "office chairs", "chairs for the office"),
    "bicycles": ("bikes", "bicycles", "cycles"),
    "garden furniture": ("patio tables", "garden furniture", "furniture for the garden"),
    "protein powder": ("whey supplements", "protein powder", "protein shakes"),
}
_MARKETS: Final = {
    "DE": ("in DE", "on the DE market"),
    "UK": ("in the UK", "for UK shoppers"),
    "US": ("in the US", "on the US market"),
    "FR": ("in FR", "for FR"),
}
_AUDIENCES: Final = {
    "Prospecting": ("prospecting", "prospecting for new people"),
    "Retargeting": ("retargeting", "retargeting of earlier visitors"),
    "Loyal": ("loyal buyers", "our loyal crowd"),
}
_PEOPLE: Final = {
    "Women 25-34": ("women 25-34", "younger women"),
    "Men 35-44": ("men 35-44", "middle-aged men"),
    "Students": ("students", "university students"),
}
_CHANNELS: Final[dict[str, tuple[str, frozenset[Source]]]] = {
    "facebook": ("facebook", frozenset({Source("META_ADS")})),
    "instagram": ("instagram", frozenset({Source("META_ADS")})),
    "adwords": ("adwords", frozenset({Source("GOOGLE_ADS")})),
    "sem": ("SEM", frozenset({Source("GOOGLE_ADS")})),
    "mailings": ("newsletter mailings", frozenset({Source("KLAVIYO")})),
    "paid social": ("paid social", frozenset({Source("META_ADS")})),
}
_WASTE: Final = (
    "Where did we burn money on {} and nobody bought?",
    "{} that was a waste of money",
    "Which {} spend brought zero orders?",
)
_STARS: Final = (
    "When did {} sell cheaply?",
    "Our most profitable {} pushes",
    "the best performing {}",
)
_MONTH_FORMS: Final = ("{} in {:%B}", "what happened with {} during {:%B %Y}", "{} {:%B}")


def questions(campaigns: tuple[Campaign, ...], seed: int = 5) -> tuple[Asked, ...]:
    """All of them, in an order that mixes the families."""
    chance = random.Random(seed)  # noqa: S311 - the same every time
    found = [
        *_by_product_and_market(campaigns),
        *_by_product_and_audience(campaigns),
        *_by_product_and_month(),
        *_by_fate(),
        *_by_channel(),
        *_by_people(),
        *_by_id(campaigns),
    ]
    chance.shuffle(found)
    return tuple(found)


def _by_product_and_market(campaigns: tuple[Campaign, ...]) -> Iterator[Asked]:
    for place, product in enumerate(PRODUCTS):
        for number, market in enumerate(MARKETS):
            if any(each.product == product and each.market == market for each in campaigns):
                said = _turn(_PRODUCTS[product], place + number)
                where = _turn(_MARKETS[market], place + number)
                yield Asked(
                    Family.PRODUCT_AND_MARKET,
                    f"How are {said} doing {where}?",
                    _both(
                        _of_product(product),
                        _in_market(market),
                    ),
                )


def _by_product_and_audience(campaigns: tuple[Campaign, ...]) -> Iterator[Asked]:
    for place, product in enumerate(PRODUCTS):
        for number, audience in enumerate(AUDIENCES):
            if any(each.product == product and each.audience == audience for each in campaigns):
                said = _turn(_PRODUCTS[product], place + number)
                whom = _turn(_AUDIENCES[audience], place)
                yield Asked(
                    Family.PRODUCT_AND_AUDIENCE,
                    f"{whom} with {said}",
                    _both(
                        _of_product(product),
                        _to_audience(audience),
                    ),
                )


def _by_product_and_month() -> Iterator[Asked]:
    for place, product in enumerate(PRODUCTS):
        for number, month in enumerate(MONTHS[place % 2 :: 2]):
            form = _turn(_MONTH_FORMS, place + number)
            yield Asked(
                Family.PRODUCT_AND_MONTH,
                form.format(_turn(_PRODUCTS[product], place + number), month),
                _both(
                    _of_product(product),
                    _in_month(month),
                ),
            )


def _by_fate() -> Iterator[Asked]:
    told = (
        (Family.WASTE_OF_A_PRODUCT, Fate.WASTE, _WASTE),
        (Family.STARS_OF_A_PRODUCT, Fate.STAR, _STARS),
    )
    for family, fate, forms in told:
        for place, product in enumerate(PRODUCTS):
            for number in range(2):
                said = _turn(_PRODUCTS[product], place + number)
                yield Asked(
                    family,
                    _turn(forms, place + number).format(said),
                    _both(
                        _of_product(product),
                        _with_fate(fate),
                    ),
                )


def _by_channel() -> Iterator[Asked]:
    for said, sources in _CHANNELS.values():
        for month in MONTHS[::2]:
            yield Asked(
                Family.CHANNEL_AND_MONTH,
                f"What ran on {said} in {month:%B}?",
                _both(
                    _on(sources),
                    _in_month(month),
                ),
            )
        fates = ((Fate.WASTE, _WASTE), (Fate.STAR, _STARS))
        for fate, forms in fates:
            if fate is Fate.WASTE and Source("KLAVIYO") in sources:
                continue
            for form in forms:
                yield Asked(
                    Family.CHANNEL_AND_FATE,
                    form.format(said),
                    _both(
                        _on(sources),
                        _with_fate(fate),
                    ),
                )


def _by_people() -> Iterator[Asked]:
    for place, product in enumerate(PRODUCTS):
        for number, people in enumerate(PEOPLE):
            said = _turn(_PRODUCTS[product], place + number)
            yield Asked(
                Family.PEOPLE_AND_PRODUCT,
                f"{_turn(_PEOPLE[people], place)}: how did they take to our {said}?",
                _both(
                    _of_product(product),
                    _for_people(people),
                ),
            )


def _by_id(campaigns: tuple[Campaign, ...]) -> Iterator[Asked]:
    for each in campaigns[::4]:
        yield Asked(
            Family.BY_ID,
            f"campaign {each.campaign_id}",
            _named(each),
        )


def _of_product(product: str) -> Holds:
    return lambda of: of.campaign.product == product


def _in_market(market: str) -> Holds:
    return lambda of: of.campaign.market == market


def _to_audience(audience: str) -> Holds:
    return lambda of: of.campaign.audience == audience


def _in_month(month: dt.date) -> Holds:
    return lambda of: of.month == month


def _with_fate(fate: Fate) -> Holds:
    return lambda of: of.fate is fate


def _on(sources: frozenset[Source]) -> Holds:
    return lambda of: of.campaign.account.source in sources


def _for_people(people: str) -> Holds:
    return lambda of: isinstance(of.entity, AdSet) and of.entity.people == people


def _named(campaign: Campaign) -> Judge:
    """3 for the campaign itself, 1 for what is below it."""
    return lambda of: 0 if of.campaign != campaign else 3 if of.entity == campaign else 1


def _both(first: Holds, second: Holds) -> Judge:
    """3 where both hold, 1 where the first alone does."""
    return lambda of: (3 if second(of) else 1) if first(of) else 0


def _turn(forms: tuple[str, ...], number: int) -> str:
    return forms[number % len(forms)]
