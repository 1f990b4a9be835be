"""Mother's Day and Father's Day, where and when they are kept.

Countries that agree share a line. The most common custom of a country stands for all of it:
Antwerp and Ticino keep other days.
"""

from __future__ import annotations

from dataclasses import dataclass

from transform.calendar.feasts import (
    SUNDAY,
    DayOfYear,
    after,
    easter,
    fixed,
    french_mothers_day,
    last,
    nth,
)


@dataclass(frozen=True, slots=True)
class Custom:
    """A day and the countries that keep it, as ISO 3166 alpha-2 codes."""

    source: str
    day: DayOfYear
    countries: tuple[str, ...]


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MOTHERS_DAY = (
    Custom("second Sunday of February", nth(2, SUNDAY, 2), ("NO",)),
    Custom("Easter Sunday minus 21 days (Mothering Sunday)", after(easter, -21), ("GB", "IE")),
    Custom("21 March", fixed(3, 21), _codes("AE BH EG KW QA SA")),
    Custom("first Sunday of May", nth(1, SUNDAY, 5), _codes("ES HU LT PT RO")),
    Custom("10 May", fixed(5, 10), _codes("GT MX SV")),
    Custom(
        "second Sunday of May",
        nth(2, SUNDAY, 5),
        _codes(
            "AT AU BE BR CA CH CN CZ DE DK EE FI GR HK HR IN IS IT JP LV MT MY NL NZ PH PR SG SK "
            "TR TW UA US ZA"
        ),
    ),
    Custom("26 May", fixed(5, 26), ("PL",)),
    Custom("last Sunday of May", last(SUNDAY, 5), ("SE",)),
    Custom(
        "last Sunday of May, first of June if that is Pentecost; loi n° 50-577 du 24 mai 1950",
        french_mothers_day,
        ("FR",),
    ),
    Custom("second Sunday of June", nth(2, SUNDAY, 6), ("LU",)),
    Custom("12 August", fixed(8, 12), ("TH",)),
    Custom("third Sunday of October", nth(3, SUNDAY, 10), ("AR",)),
)

FATHERS_DAY = (
    Custom("19 March (Saint Joseph)", fixed(3, 19), _codes("ES HR IT PT")),
    Custom("second Sunday of May", nth(2, SUNDAY, 5), ("RO",)),
    Custom("Ascension, Easter Sunday plus 39 days", after(easter, 39), ("DE",)),
    Custom("first Sunday of June", nth(1, SUNDAY, 6), ("CH", "LT")),
    Custom("5 June", fixed(6, 5), ("DK",)),
    Custom("second Sunday of June", nth(2, SUNDAY, 6), ("AT", "BE")),
    Custom(
        "third Sunday of June",
        nth(3, SUNDAY, 6),
        _codes("AR CA CN CZ FR GB GR HK HU IE IN JP MT MX MY NL PH PR SG SK TR US ZA"),
    ),
    Custom("17 June", fixed(6, 17), ("GT", "SV")),
    Custom("23 June", fixed(6, 23), ("PL",)),
    Custom("8 August", fixed(8, 8), ("TW",)),
    Custom("second Sunday of August", nth(2, SUNDAY, 8), ("BR",)),
    Custom("first Sunday of September", nth(1, SUNDAY, 9), ("AU", "NZ")),
    Custom("first Sunday of October", nth(1, SUNDAY, 10), ("LU",)),
    Custom("second Sunday of November", nth(2, SUNDAY, 11), _codes("EE FI IS NO SE")),
    Custom("5 December", fixed(12, 5), ("TH",)),
)
