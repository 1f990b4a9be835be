from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.records.entries import EntryKey
from core.units import DateRange
from resolvers import insights
from tests.graph import samples
from tests.graph.world import World


async def test_an_insight_is_told_in_words_and_proved_by_its_entries(world: World) -> None:
    gone = EntryKey(samples.FIRST_DAY, samples.RUN)
    record = samples.insight(1, evidence=(*samples.insight().evidence, gone))
    world.memory.of(world.north).insights = {record.id: record}
    answer = await world.ask(
        """{ insights(kinds: [RESTATEMENT], dates: {since: "2026-11-03", until: "2026-12-01"}) {
          nodes { kind title text metric currency window { since until } before after entryCount
            detectedAt evidence { entityId spend } connection { name } run { status } } } }"""
    )
    assert answer["data"]["insights"]["nodes"] == [
        {
            "kind": "RESTATEMENT",
            "title": "Spend restated from 1,000 to 1,234.5 EUR (+23.5%)",
            "text": (
                "For 2026-11-01 to 2026-11-03 the source had reported 1,000 EUR of spend over "
                "2 entries and now reports 1,234.5 EUR: 234.5 EUR more."
            ),
            "metric": "spend",
            "currency": "EUR",
            "window": {"since": "2026-11-01", "until": "2026-11-03"},
            "before": "1000",
            "after": "1234.5",
            "entryCount": 2,
            "detectedAt": "2026-11-20T06:30:00Z",
            "evidence": [
                {"entityId": "1", "spend": "10.5"},
                {"entityId": "2", "spend": "20.5"},
            ],
            "connection": {"name": "Northwind"},
            "run": {"status": "SUCCEEDED"},
        }
    ]


@pytest.mark.parametrize(
    ("changes", "title", "text"),
    [
        (
            {"metric": "conversion_value", "before": Decimal(0), "after": Decimal("0.5")},
            "Conversion value restated from 0 to 0.5 EUR",
            "0.5 EUR more.",
        ),
        (
            {"metric": "clicks", "currency": None, "before": Decimal(8), "after": Decimal(4)},
            "Clicks restated from 8 to 4 (-50%)",
            "4 less.",
        ),
        (
            {"before": Decimal(10000000), "after": Decimal(10000001)},
            "Spend restated from 10,000,000 to 10,000,001 EUR (0%)",
            "1 EUR more.",
        ),
    ],
)
def test_the_words_are_exact(changes: dict[str, Any], title: str, text: str) -> None:
    record = samples.insight(**changes)
    assert insights.title(record) == title
    assert insights.text(record).endswith(text)


def test_one_day_and_one_entry_are_told_in_the_singular() -> None:
    record = samples.insight(
        window=DateRange(samples.FIRST_DAY, samples.FIRST_DAY), entries=1, metric="link_clicks"
    )
    assert insights.text(record).startswith(
        "For 2026-11-01 the source had reported 1,000 EUR of link clicks over 1 entry and"
    )
