"""What ads sold: final conversions, how they arrive, and the windows they count in."""

from typing import Final

import numpy as np

from sandbox.world.delivery import Block, Delivery, is_on
from sandbox.world.demand import demand
from sandbox.world.hashing import Floats, Ints
from sandbox.world.maturity import VANISHING_DAYS, Restatement, arrived_share
from sandbox.world.metrics import Family, Window
from sandbox.world.plan import ECHO_DAYS

_RATE_NOISE: Final = 0.22
_DEMAND_PULL: Final = 0.4
_CLICK_1D_SHARE: Final = 0.72
_CLICK_28D_EXTRA: Final = 0.16
_ECHO_CHANCE: Final = 0.012
_VANISHING_SHARE: Final = 0.5


def observed_conversions(
    block: Block,
    final: Delivery,
    restatement: Restatement,
) -> dict[Family, Ints]:
    """Conversions reported so far; never falls with age, except where an echo vanishes."""
    share = arrived_share(block.age, restatement.pace)[None, :]
    echoes = _echoes(block, final, vanishing=restatement.vanishing)
    arrived = {
        family: np.floor(total * share + block.draw("arrival")).astype(np.int64) * (total > 0)
        for family, total in _final_conversions(block, final).items()
    }
    return {family: arrived[family] + echoes * _echoes_as(block, family) for family in Family}


def windows(block: Block, family: Family, total: Ints) -> dict[Window, Ints]:
    """Split conversions into attribution windows.

    `total` is what counts within seven days of a click or one day of a view, which is the
    default attribution; 1d_click ≤ 7d_click ≤ 28d_click always holds.
    """
    name = family.name
    viewed = block.rounded(total * block.per_ad(block.plan.view_share), f"{name}/view")
    viewed = np.minimum(viewed, total)
    clicked = total - viewed
    return {
        Window.VIEW_1D: viewed,
        Window.CLICK_1D: block.rounded(clicked * _CLICK_1D_SHARE, f"{name}/click") * (clicked > 0),
        Window.CLICK_7D: clicked,
        Window.CLICK_28D: clicked
        + block.rounded(clicked * _CLICK_28D_EXTRA, f"{name}/28d") * (clicked > 0),
    }


def order_values(block: Block) -> Ints:
    """The value of one purchase in minor units, one per ad and day."""
    spread = 0.75 + 0.5 * block.draw("order")
    return np.rint(block.per_ad(block.plan.order_value) * spread).astype(np.int64)


def _final_conversions(block: Block, final: Delivery) -> dict[Family, Ints]:
    pull = demand(block.seed, block.plan.account, block.days)[None, :] ** _DEMAND_PULL
    totals = {family: _final_of(block, final, family, pull) for family in Family}
    carts = np.maximum(totals[Family.ADD_TO_CART], totals[Family.PURCHASE])
    return totals | {Family.ADD_TO_CART: carts}


def _final_of(block: Block, final: Delivery, family: Family, pull: Floats) -> Ints:
    rate = block.per_ad(block.plan.conversion_rates[:, family]) * pull
    noise = block.noise(f"{family.name}/rate", _RATE_NOISE)
    return block.rounded(final.clicks * rate * noise, family.name)


def _echoes_as(block: Block, family: Family) -> Ints:
    """1 for the family in which an ad's echoes are counted: leads if it seeks any, else carts."""
    seeks_leads = block.per_ad(block.plan.conversion_rates[:, Family.LEAD]) > 0
    matches = {
        Family.PURCHASE: np.zeros_like(seeks_leads),
        Family.ADD_TO_CART: ~seeks_leads,
        Family.LEAD: seeks_leads,
    }
    return matches[family].astype(np.int64)


def _echoes(block: Block, final: Delivery, *, vanishing: bool) -> Ints:
    """Conversions credited to days on which a paused ad spent nothing.

    On a real account such rows appeared, and some were gone when the same days were read again
    months later. They are the reason why a re-read has to replace a day, not to merge with it.
    """
    plan, days = block.plan, block.days[None, :]
    started = days >= plan.start[block.ads][:, None]
    remembered = days <= plan.stop[block.ads][:, None] + ECHO_DAYS
    quiet = (is_on(block) == 0) & (final.impressions == 0)
    chosen = started & remembered & quiet & (block.draw("echo") < _ECHO_CHANCE)
    age = block.age[None, :]
    until = 2.0 + np.floor((VANISHING_DAYS - 2) * block.draw("echo/until"))
    doomed = (block.draw("echo/vanishes") < _VANISHING_SHARE) & vanishing
    gone = doomed & (age >= until)
    return np.where(chosen & (age >= 1.0) & ~gone, 1, 0).astype(np.int64)
