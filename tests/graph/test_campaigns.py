from __future__ import annotations

from graph.ids import CAMPAIGN
from tests.graph import samples
from tests.graph.world import World, error_of


async def test_the_entries_of_a_campaign_are_its_own(world: World) -> None:
    answer = await world.ask(
        "{ campaigns { nodes { name entries(first: 1, orderBy: DATE_ASC) "
        "{ totalCount nodes { campaign { name } } } } } }"
    )
    assert [
        (node["name"], node["entries"]["totalCount"], node["entries"]["nodes"][0]["campaign"])
        for node in answer["data"]["campaigns"]["nodes"]
    ] == [
        ("Campaign 1", 8, {"name": "Campaign 1"}),
        ("Campaign 2", 9, {"name": "Campaign 2"}),
        ("Campaign 3", 8, {"name": "Campaign 3"}),
    ]


async def test_the_entries_of_a_campaign_cannot_be_of_another(world: World) -> None:
    answer = await world.ask(
        "query($f: MarketingEntryFilter) { campaigns(first: 1) { nodes "
        "{ entries(filter: $f) { totalCount } } } }",
        f={"campaigns": [CAMPAIGN.encode(samples.campaign(2).digest)]},
    )
    assert error_of(answer)["field"] == "filter.campaigns"
