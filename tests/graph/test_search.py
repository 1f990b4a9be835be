from __future__ import annotations

from typing import Any

import pytest

from core.scope import Role
from tests.graph.world import World, error_of

ASKED = """query ($text: String!, $mode: SearchMode! = HYBRID, $filter: SearchFilter,
        $first: Int, $after: String, $last: Int, $before: String) {
    search(text: $text, mode: $mode, filter: $filter,
            first: $first, after: $after, last: $last, before: $before) {
        edges { cursor node { title } }
        nodes {
            score kind title snippet matched isStale source accountId channel quality
            period { since until }
            signals { mode rank score }
            paths { start steps { edge label } }
            coordinates { concept percentile unknown peers measuredBy }
            figures { currency spend impressions clicks conversions ctr cpc }
            campaign { campaignId }
            insight { id }
            export { id }
            entries(first: 1) { nodes { channel } }
        }
        leanings { word concept weight }
        degraded { mode reason }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}"""


async def found(world: World, text: str, **given: Any) -> dict[str, Any]:
    answer = await world.ask(ASKED, text=text, **given)
    assert "errors" not in answer, answer
    page: dict[str, Any] = answer["data"]["search"]
    return page


async def test_a_hit_says_why_it_is_there_and_reads_its_figures(world: World) -> None:
    page = await found(world, "bikes that wasted money")
    assert [node["title"] for node in page["nodes"]] == [
        "Campaign Bikes 3, Paid Social, November 2026",
        "Campaign Bikes 2, Paid Social, November 2026",
        "Campaign Bikes 1, Paid Social, November 2026",
    ]
    hit = page["nodes"][1]
    entries = hit.pop("entries")
    assert hit == {
        "score": 1 / 32 + 1 / 31,
        "kind": "CAMPAIGN",
        "title": "Campaign Bikes 2, Paid Social, November 2026",
        "snippet": "Verdict: no sales, wasted spend.",
        "matched": ["bikes", "wasted", "money"],
        "isStale": True,
        "source": "META_ADS",
        "accountId": "act_1001",
        "channel": "Paid Social",
        "quality": 0.9,
        "period": {"since": "2026-11-01", "until": "2026-11-01"},
        "signals": [
            {"mode": "LEXICAL", "rank": 2, "score": 0.5},
            {"mode": "KNOWLEDGE", "rank": 1, "score": 0.7},
        ],
        "paths": [{"start": "Paid Social", "steps": [{"edge": "CARRIES", "label": "Bikes 2"}]}],
        "coordinates": [
            {
                "concept": "ENGAGEMENT",
                "percentile": 0.25,
                "unknown": None,
                "peers": 8,
                "measuredBy": "clicks ÷ impressions",
            }
        ],
        "figures": {
            "currency": "EUR",
            "spend": None,
            "impressions": 1000,
            "clicks": 50,
            "conversions": None,
            "ctr": "0.05",
            "cpc": None,
        },
        "campaign": {"campaignId": "c2"},
        "insight": None,
        "export": None,
    }
    assert entries is not None
    assert page["leanings"] == [{"word": "wasted", "concept": "COST_EFFICIENCY", "weight": -1.0}]


async def test_what_a_mode_that_is_away_would_have_said_is_missing_and_told(world: World) -> None:
    page = await found(world, "bikes")
    assert page["degraded"] == [{"mode": "NEURAL", "reason": "the embedder does not answer"}]
    assert len(page["nodes"]) == 3
    answer = await world.ask(ASKED, text="bikes", mode="NEURAL")
    assert error_of(answer)["code"] == "TRANSIENT"


async def test_pages_of_an_answer_fit_together(world: World) -> None:
    first = await found(world, "bikes", first=2)
    assert first["pageInfo"]["hasNextPage"] is True
    world.memory.of(world.north).documents.pop(max(world.memory.of(world.north).documents))
    rest = await found(world, "bikes", first=2, after=first["pageInfo"]["endCursor"])
    titles = [node["title"] for page in (first, rest) for node in page["nodes"]]
    assert titles == [
        "Campaign Bikes 2, Paid Social, November 2026",
        "Campaign Bikes 1, Paid Social, November 2026",
    ]
    assert rest["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": None,
        "endCursor": None,
    }


async def test_an_answer_is_walked_backward_from_its_end(world: World) -> None:
    whole = [node["title"] for node in (await found(world, "bikes"))["nodes"]]
    end = await found(world, "bikes", last=2)
    assert [node["title"] for node in end["nodes"]] == whole[1:]
    assert (end["pageInfo"]["hasNextPage"], end["pageInfo"]["hasPreviousPage"]) == (False, True)
    start = await found(world, "bikes", last=2, before=end["pageInfo"]["startCursor"])
    assert [node["title"] for node in start["nodes"]] == whole[:1]
    assert (start["pageInfo"]["hasNextPage"], start["pageInfo"]["hasPreviousPage"]) == (True, False)


async def test_a_cursor_belongs_to_its_question_and_its_tenant(world: World) -> None:
    cursor = (await found(world, "bikes", first=1))["pageInfo"]["endCursor"]
    other = await world.ask(ASKED, text="tents", after=cursor)
    assert error_of(other)["message"] == "after is a cursor of another list or ordering"
    foreign = await world.ask(ASKED, world.south, text="bikes", after=cursor)
    refused = error_of(foreign)
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", "after")
    assert refused["message"] == "the answer that this cursor belongs to is not kept any more"


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"text": ""}, "text", "text is empty"),
        ({"text": "x" * 10_000}, "text", "text has 10000 characters, but may have 1000"),
        ({"text": "a", "first": 101}, "first", "first is 101, but must be between 1 and 100"),
        (
            {"text": "a", "filter": {"minQuality": 2}},
            "filter.minQuality",
            "2.0 is no score of quality",
        ),
        (
            {"text": "a", "filter": {"campaigns": ["nonsense"]}},
            "filter.campaigns",
            "filter.campaigns is not a valid id",
        ),
        ({"text": "a", "after": "nonsense"}, "after", "after is not a cursor"),
    ],
)
async def test_what_is_no_question_is_refused(
    world: World, given: dict[str, Any], field: str, message: str
) -> None:
    refused = error_of(await world.ask(ASKED, **given))
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", field)
    assert refused["message"] == message
    assert refused["mend"]


@pytest.mark.parametrize(
    "text", ["🚲🔥", "自転車", "'; DROP TABLE document; --", "a\x00b\u202e", "' & | ! :* <->"]
)
async def test_anything_may_be_asked(world: World, text: str) -> None:
    assert (await found(world, text))["degraded"] == [
        {"mode": "NEURAL", "reason": "the embedder does not answer"}
    ]


async def test_a_viewer_may_ask(world: World) -> None:
    answer = await world.ask(ASKED, world.as_role(Role.VIEWER), text="bikes")
    assert len(answer["data"]["search"]["nodes"]) == 3
