from __future__ import annotations

import random

from core.records.connections import Source
from core.records.graph import Edge, EdgeKind, NodeKind, Thing
from transform.graph import drawn

META = Source("META_ADS")
ACCOUNT = Thing(NodeKind.ACCOUNT, "META_ADS/act_1", "Shop", META, "act_1", parent="SOURCE:META_ADS")
CAMPAIGN = Thing(
    NodeKind.CAMPAIGN,
    "ab",
    "DE_Bikes",
    META,
    "71",
    parent=ACCOUNT.node,
    channels=frozenset({"Paid Social"}),
    fields={"product": "Bikes", "market": "DE"},
)
AD_SET = Thing(NodeKind.AD_SET, "META_ADS/act_1/9", "Students", META, "9", parent=CAMPAIGN.node)
INSIGHT = Thing(NodeKind.INSIGHT, "i", "Spend restated", about=(ACCOUNT.node, "CAMPAIGN:gone"))
THINGS = [ACCOUNT, CAMPAIGN, AD_SET, INSIGHT]


def test_things_are_joined_to_what_they_belong_to_both_ways() -> None:
    graph = drawn(THINGS)
    assert [each.id for each in graph.nodes] == [
        "ACCOUNT:META_ADS/act_1",
        "AD_SET:META_ADS/act_1/9",
        "CAMPAIGN:ab",
        "CHANNEL:Paid Social",
        "INSIGHT:i",
        "NAME_PART:market=de",
        "PRODUCT:product=bikes",
        "SOURCE:META_ADS",
    ]
    assert Edge(CAMPAIGN.node, EdgeKind.HAS_AD_SET, AD_SET.node, 0.7) in graph.edges
    assert Edge(AD_SET.node, EdgeKind.IN_CAMPAIGN, CAMPAIGN.node, 0.7) in graph.edges
    assert Edge("PRODUCT:product=bikes", EdgeKind.ADVERTISED_BY, CAMPAIGN.node, 0.8) in graph.edges
    assert len(graph.edges) == 2 * 7


def test_a_question_may_use_other_names() -> None:
    names = {each.id: each.names for each in drawn(THINGS).nodes}
    assert {"Meta", "Facebook", "Instagram"} <= set(names["SOURCE:META_ADS"])
    assert "social ads" in names["CHANNEL:Paid Social"]
    assert names["CAMPAIGN:ab"] == ("DE_Bikes", "71")


def test_the_graph_is_the_same_in_whatever_order_things_come() -> None:
    chance = random.Random(1)  # noqa: S311 - the same every time
    for _ in range(5):
        assert drawn(chance.sample(THINGS, len(THINGS))) == drawn(THINGS)
