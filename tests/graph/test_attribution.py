from __future__ import annotations

from datetime import date

from tests.graph import samples
from tests.graph.world import World


async def test_attribution_rows_carry_their_calendar_flat(world: World) -> None:
    unknown = date(2030, 1, 1)
    world.memory.of(world.north).rows.append(samples.row(unknown))
    answer = await world.ask(
        """query($d: DateRangeInput!) { attributionRows(dates: $d) { nodes {
          until days reach linkClicks value unconverted isPartial quality learnedAt
          ctr cpc cpm cvr cpa roas
          date source channel currency entries spend impressions clicks conversions
          conversionValue isMature isoWeek month quarter dayOfWeek isWeekend isHoliday
          holidayNames retailEvents events fiscalYear fiscalQuarter
          daysInPeriod weekendDays holidays businessDays
        } } }""",
        d={"since": "2026-11-01", "until": "2030-01-01"},
    )
    first, *_, last = answer["data"]["attributionRows"]["nodes"]
    summed = {
        "source": "META_ADS",
        "channel": "Paid Social",
        "currency": "EUR",
        "entries": 2,
        "spend": "12.34",
        "impressions": 4000000000,
        "clicks": None,
        "conversions": "1.5",
        "conversionValue": "0",
        "days": 1,
        "reach": None,
        "linkClicks": None,
        "value": None,
        "unconverted": 0,
        "isPartial": False,
        "quality": 0.875,
        "learnedAt": "2026-11-20T06:30:00Z",
        "ctr": None,
        "cpc": None,
        "cpm": "0.000003085",
        "cvr": None,
        "cpa": "8.2266666667",
        "roas": "0",
        "isMature": False,
    }
    assert first == summed | {
        "date": "2026-11-01",
        "until": "2026-11-01",
        "isoWeek": 44,
        "month": 11,
        "quarter": 4,
        "dayOfWeek": 7,
        "isWeekend": True,
        "isHoliday": True,
        "holidayNames": ["All Saints' Day"],
        "retailEvents": [],
        "events": [],
        "daysInPeriod": 1,
        "weekendDays": 1,
        "holidays": 1,
        "businessDays": 0,
        "fiscalYear": 2027,
        "fiscalQuarter": 4,
    }
    outside = dict.fromkeys(set(first) - set(summed) - {"date", "until"})
    assert last == summed | {"date": "2030-01-01", "until": "2030-01-01"} | outside
    assert world.calls == ["attribution.page", "calendar.range"]
