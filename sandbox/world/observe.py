"""One block of the world as a table: every ad that has something to report, day by day."""

import numpy as np

from sandbox.world.conversions import observed_conversions, order_values, windows
from sandbox.world.delivery import Block, Delivery, final_delivery, observed_delivery
from sandbox.world.hashing import Floats, Ints
from sandbox.world.maturity import Restatement
from sandbox.world.metrics import WIDTH, Column, Family, Table, count_column, value_column
from sandbox.world.plan import Plan


def observe(
    seed: int,
    plan: Plan,
    days: Ints,
    age: Floats,
    restatement: Restatement,
) -> Table:
    """What is known at the given ages; `entity` is the position of the ad in the plan.

    All-zero rows are left out, as the platforms leave them out.
    """
    ads = plan.can_report(int(days[0]), int(days[-1]))
    block = Block(seed, plan, ads, days, age)
    final = final_delivery(block)
    seen = observed_delivery(block, final, restates=restatement.pace > 0)
    cube = np.zeros((len(ads), len(days), WIDTH), dtype=np.int64)
    _fill_delivery(cube, block, seen)
    for family, total in observed_conversions(block, final, restatement).items():
        _fill_conversions(cube, block, family, total)
    return _as_table(cube, block)


def _fill_delivery(cube: Ints, block: Block, seen: Delivery) -> None:
    link_clicks = np.minimum(block.rounded(seen.clicks * 0.78, "link"), seen.clicks)
    landings = np.minimum(block.rounded(link_clicks * 0.7, "landing"), link_clicks)
    videos = block.rounded(seen.impressions * 0.12, "video") * (seen.impressions > 0)
    reach = np.ceil(seen.impressions * (0.55 + 0.4 * block.draw("reach"))).astype(np.int64)
    cube[:, :, Column.SPEND] = seen.spend
    cube[:, :, Column.IMPRESSIONS] = seen.impressions
    cube[:, :, Column.CLICKS] = seen.clicks
    cube[:, :, Column.LINK_CLICKS] = link_clicks * (seen.clicks > 0)
    cube[:, :, Column.LANDING_PAGE_VIEWS] = landings * (link_clicks > 0)
    cube[:, :, Column.VIDEO_VIEWS] = videos
    cube[:, :, Column.ENGAGEMENTS] = videos + link_clicks
    cube[:, :, Column.REACH] = reach


def _fill_conversions(cube: Ints, block: Block, family: Family, total: Ints) -> None:
    for window, count in windows(block, family, total).items():
        cube[:, :, count_column(family, window)] = count
        if family is Family.PURCHASE:
            cube[:, :, value_column(window)] = count * order_values(block)


def _as_table(cube: Ints, block: Block) -> Table:
    """Days first, then ads, and only where there is something to tell."""
    by_day = cube.transpose(1, 0, 2)
    day_at, ad_at = np.nonzero(by_day.any(axis=2))
    return Table(block.days[day_at], block.ads[ad_at], by_day[day_at, ad_at])
