"""What ads delivered: the final numbers of a block of ads and days, and what is seen of them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sandbox.world.demand import demand
from sandbox.world.hashing import Floats, Ints, Keys, normals, uniforms
from sandbox.world.maturity import delivered_share
from sandbox.world.plan import Plan

_IDLE_CHANCE: Final = 0.05
_RESTATED_CHANCE: Final = 0.08
_SPEND_NOISE: Final = 0.16
_PRICE_NOISE: Final = 0.10
_SLOW_RESTATEMENT_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Block:
    """Some ads over some consecutive days, looked at from one moment.

    `ads` are positions in the plan; `age` is one number per day, negative for days to come.
    """

    seed: int
    plan: Plan
    ads: Ints
    days: Ints
    age: Floats

    @property
    def keys(self) -> Keys:
        """The hash keys of the ads."""
        return self.plan.keys[self.ads]

    def draw(self, stream: str) -> Floats:
        """Uniform draws, one per ad and day."""
        return uniforms(self.keys, self.days, stream)

    def noise(self, stream: str, sigma: float) -> Floats:
        """Log-normal factors around 1, one per ad and day."""
        noise: Floats = np.exp(sigma * normals(self.keys, self.days, stream))
        return noise

    def per_ad(self, values: Floats) -> Floats:
        """A column of the plan, shaped to broadcast over the days."""
        return values[self.ads][:, None]

    def rounded(self, expected: npt.NDArray[np.floating], stream: str) -> Ints:
        """Whole numbers with the given expectation; never falls when `expected` rises."""
        return np.floor(expected + self.draw(stream)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Final spend, impressions and clicks, one row per ad and one column per day."""

    spend: Ints
    impressions: Ints
    clicks: Ints


def is_on(block: Block) -> Floats:
    """1 where the campaign is switched on, else 0."""
    plan, days = block.plan, block.days[None, :]
    since = days - plan.start[block.ads][:, None]
    within = (since >= 0) & (days <= plan.stop[block.ads][:, None])
    bursts = since % plan.cycle[block.ads][:, None] < plan.on_days[block.ads][:, None]
    return (within & bursts).astype(np.float64)


def final_delivery(block: Block) -> Delivery:
    """What the days will have delivered once they are over and settled."""
    plan = block.plan
    wanted = demand(block.seed, plan.account, block.days)[None, :]
    busy = is_on(block) * (block.draw("idle") >= _IDLE_CHANCE)
    budget = block.per_ad(plan.daily_budget) * wanted * busy
    price = block.per_ad(plan.cost_per_mille) * block.noise("price", _PRICE_NOISE)
    planned = budget * block.noise("spend", _SPEND_NOISE)
    impressions = block.rounded(1_000.0 * planned / price, "impressions") * (busy > 0)
    spend = np.where(impressions > 0, np.floor(planned), 0.0).astype(np.int64)
    rate = block.per_ad(plan.click_rate) * block.noise("clicks", 0.12)
    clicks = np.minimum(block.rounded(impressions * rate, "click"), impressions)
    return Delivery(spend, impressions, clicks)


def observed_delivery(block: Block, final: Delivery, *, restates: bool) -> Delivery:
    """What is reported of the final numbers at the block's ages."""
    share = delivered_share(block.age)[None, :]
    impressions = _partial(final.impressions, share, block.draw("partial"))
    clicks = np.minimum(_partial(final.clicks, share, block.draw("partial-click")), impressions)
    spend = np.floor(final.spend * share).astype(np.int64) * (impressions > 0)
    if restates:
        spend = np.minimum(spend, final.spend - _held_back(block, final))
    return Delivery(np.maximum(spend, 0), impressions, clicks)


def _partial(final: Ints, share: Floats, threshold: Floats) -> Ints:
    return np.floor(final * share + threshold * (final > 0)).astype(np.int64) * (share > 0)


def _held_back(block: Block, final: Delivery) -> Ints:
    """The cents that a closed day still lacks until its second or third day."""
    late = block.draw("restated/until") < _SLOW_RESTATEMENT_SHARE
    open_until = np.where(late, 3.0, 2.0)
    chosen = block.draw("restated") < _RESTATED_CHANCE
    amount = 1.0 + np.floor(final.spend * 0.0008 * block.draw("restated/amount"))
    return (amount * (chosen & (block.age[None, :] < open_until))).astype(np.int64)
