from __future__ import annotations

from tests.graph.world import World, error_of


async def test_the_calendar_is_answered_in_order_with_what_each_day_is(world: World) -> None:
    answer = await world.ask(
        """{ calendar(dates: {since: "2026-10-31", until: "2026-11-02"}) {
          id date isoWeek weekStart dayOfWeek isWeekend isHoliday fiscalYear
          holidays { name country } retailEvents { name }
        } }"""
    )
    assert answer["data"]["calendar"] == [
        {
            "id": "Q2FsZW5kYXJEaW1lbnNpb246MjAyNi0xMS0wMQ==",
            "date": "2026-11-01",
            "isoWeek": 44,
            "weekStart": "2026-10-26",
            "dayOfWeek": 7,
            "isWeekend": True,
            "isHoliday": True,
            "fiscalYear": 2027,
            "holidays": [{"name": "All Saints' Day", "country": "DE"}],
            "retailEvents": [],
        },
        {
            "id": "Q2FsZW5kYXJEaW1lbnNpb246MjAyNi0xMS0wMg==",
            "date": "2026-11-02",
            "isoWeek": 45,
            "weekStart": "2026-11-02",
            "dayOfWeek": 1,
            "isWeekend": False,
            "isHoliday": False,
            "fiscalYear": 2027,
            "holidays": [],
            "retailEvents": [],
        },
    ]


async def test_a_calendar_of_more_than_ten_years_is_refused(world: World) -> None:
    answer = await world.ask(
        """{ calendar(dates: {since: "2010-01-01", until: "2026-11-02"}) { id } }"""
    )
    assert error_of(answer)["field"] == "dates"
    assert world.calls == []
