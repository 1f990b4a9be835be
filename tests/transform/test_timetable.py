"""When schedules are due, held against clocks that jump, and against plain local times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.timetable import Timetable, cron_text

BERLIN, NEW_YORK, LORD_HOWE = (
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
)
NONE = timedelta(0)
ANCHOR = datetime(2026, 1, 1, 0, 7, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def cron(text: str, zone: ZoneInfo = BERLIN, jitter: timedelta = NONE) -> Timetable:
    return Timetable(text, None, zone, ANCHOR, jitter)


def told(table: Timetable, since: str, count: int) -> list[str]:
    return [f"{moment:%m-%d %H:%M}" for moment in table.upcoming(at(since), count)]


def test_a_cron_is_read_on_the_account_s_clock_summer_and_winter() -> None:
    table = cron("30 6 * * *")
    assert told(table, "2026-03-27T12:00", 3) == ["03-28 05:30", "03-29 04:30", "03-30 04:30"]
    assert told(table, "2026-10-23T12:00", 3) == ["10-24 04:30", "10-25 05:30", "10-26 05:30"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 02:00 to 03:00 is jumped over at 01:00 UTC.
        ("30 2 * * *", ["03-28 01:30", "03-29 01:00", "03-30 00:30"]),
        ("*/30 2 * * *", ["03-28 01:00", "03-28 01:30", "03-29 01:00", "03-30 00:00"]),
        ("0 2,3 * * *", ["03-28 01:00", "03-28 02:00", "03-29 01:00", "03-30 00:00"]),
    ],
)
def test_a_time_that_does_not_exist_comes_once_at_the_jump(text: str, expected: list[str]) -> None:
    assert told(cron(text), "2026-03-27T12:00", len(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 02:00 to 03:00 is shown from 00:00 and again from 01:00 UTC.
        ("30 2 * * *", ["10-24 00:30", "10-25 00:30", "10-26 01:30"]),
        ("*/30 2 * * *", ["10-24 00:00", "10-24 00:30", "10-25 00:00", "10-25 00:30"]),
        ("0 2,3 * * *", ["10-24 00:00", "10-24 01:00", "10-25 00:00", "10-25 02:00"]),
    ],
)
def test_a_time_that_exists_twice_comes_the_first_time(text: str, expected: list[str]) -> None:
    assert told(cron(text), "2026-10-23T12:00", len(expected)) == expected


def test_asked_between_the_two_times_the_second_is_not_one() -> None:
    assert told(cron("30 2 * * *"), "2026-10-25T01:10", 1) == ["10-26 01:30"]


def test_a_jump_of_half_an_hour_is_found_too() -> None:
    # Lord Howe goes from 02:00 to 02:30 at 15:30 UTC.
    assert told(cron("15 2 * * *", LORD_HOWE), "2026-10-02T16:00", 2) == [
        "10-03 15:30",
        "10-04 15:15",
    ]


def test_an_interval_counts_real_time_from_its_making() -> None:
    table = Timetable(None, timedelta(minutes=90), BERLIN, ANCHOR, NONE)
    assert told(table, "2026-01-01T00:00", 2) == ["01-01 01:37", "01-01 03:07"]
    assert told(table, "2026-01-01T01:37", 1) == ["01-01 03:07"]
    assert told(table, "2025-12-01T00:00", 1) == ["01-01 01:37"]
    assert told(table, "2026-10-25T00:00", 3) == ["10-25 00:07", "10-25 01:37", "10-25 03:07"]


def test_jitter_puts_every_moment_off_by_the_same() -> None:
    table = cron("0 6 * * *", jitter=timedelta(minutes=4))
    assert told(table, "2026-05-01T04:03", 2) == ["05-01 04:04", "05-02 04:04"]
    assert told(table, "2026-05-01T04:04", 1) == ["05-02 04:04"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a cron expression has 5 fields"),
        ("30 6 * *", "a cron expression has 5 fields"),
        ("0 30 6 * * *", "a cron expression has 5 fields"),
        ("@daily", "a cron expression has 5 fields"),
        (f"{'0,' * 200}0 6 * * *", "a cron expression has 5 fields"),
        ("60 6 * * *", "'60 6 * * *' is no cron expression: bad minute"),
        ("0 24 * * *", "'0 24 * * *' is no cron expression: bad hour"),
        ("0 6 32 * *", "'0 6 32 * *' is no cron expression: bad day-of-month"),
        ("0 6 * 13 *", "'0 6 * 13 *' is no cron expression: bad month"),
        ("0 6 * * 8", "'0 6 * * 8' is no cron expression: bad day-of-week"),
        ("0 6 30 2 *", "'0 6 30 2 *' is no cron expression: bad day-of-month"),
        ("0 6 x * *", "'0 6 x * *' is no cron expression: bad day-of-month"),
    ],
)
def test_what_is_no_cron_is_refused_with_its_reason(text: str, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        cron_text(text)
    assert (refused.value.message, refused.value.field) == (message, "cron")
    assert refused.value.mend is not None


def test_a_cron_is_kept_with_single_blanks() -> None:
    assert cron_text("  */15  6-18 * *   MON-FRI ") == "*/15 6-18 * * MON-FRI"


MINUTES = st.integers(0, 59)
HOURS = st.integers(0, 23)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1))  # noqa: DTZ001 - made aware below
ZONES = st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE])


@given(MINUTES, HOURS, MOMENTS, ZONES)
def test_a_daily_time_comes_once_on_each_day_of_the_account(
    minute: int, hour: int, moment: datetime, zone: ZoneInfo
) -> None:
    table = cron(f"{minute} {hour} * * *", zone)
    found = table.upcoming(moment.replace(tzinfo=UTC), 400)
    days = [each.astimezone(zone).date() for each in found]
    assert days == [days[0] + timedelta(days=number) for number in range(400)]
    assert found[0] > moment.replace(tzinfo=UTC)


@given(st.sampled_from(["*/7 * * * *", "30 */2 * * *", "15 2 * * SUN"]), MOMENTS, ZONES)
def test_moments_only_grow_and_do_not_depend_on_when_they_are_asked_for(
    text: str, moment: datetime, zone: ZoneInfo
) -> None:
    table, since = cron(text, zone), moment.replace(tzinfo=UTC)
    found = table.upcoming(since, 30)
    assert list(found) == sorted(set(found))
    for earlier, later in zip((since, *found), found, strict=False):
        assert table.next_after(earlier) == later
