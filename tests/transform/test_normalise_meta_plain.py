"""Pages that are as Meta describes them are read as columns, all others record by record."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.pages import bodies
from connectors.meta.normalise import normalise_plain
from connectors.meta.plain import plain_columns
from connectors.meta.streams import ACTION_WINDOWS
from connectors.registry import normalise_page, normalise_together
from core.records.connections import Source
from tests.transform.meta_records import CONTEXT, PURCHASE_NAMES, actions, record
from transform.frames import NormalisedPage
from transform.normalise.plain import NotPlain

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
NUMBER = st.sampled_from(["0", "3", "7.25", "120.005", "1e2"])
TYPE = st.sampled_from([*PURCHASE_NAMES, "video_view", "lead", 'ü"\\']) | TEXT
ACTION = st.fixed_dictionaries(
    {"action_type": TYPE},
    optional={"value": NUMBER, **dict.fromkeys(ACTION_WINDOWS, NUMBER | TEXT)},
)
RECORD = st.fixed_dictionaries(
    {
        "campaign_id": st.sampled_from(["1", "2", "3"]),
        "date_start": st.sampled_from(["2026-10-01", "2026-10-02"]),
        "spend": NUMBER,
    },
    optional={
        "campaign_name": TEXT,
        "objective": TEXT,
        "actions": st.lists(ACTION, max_size=5),
        "action_values": st.lists(ACTION, max_size=5),
    },
).map(lambda changes: record(**changes, date_stop=changes["date_start"]))


def normalised(records: list[Any], **more: Any) -> NormalisedPage:
    body = orjson.dumps({"data": records, **more})
    return normalise_page(Source("META_ADS"), "insights", "application/json", body, CONTEXT)


def rows(page: NormalisedPage) -> list[dict[str, Any]]:
    found = page.entries.to_pylist()
    return [row | {"actions": orjson.loads(row["actions"] or "null")} for row in found]


@settings(max_examples=300, deadline=None)
@given(st.lists(RECORD, max_size=6))
def test_both_ways_of_reading_agree(records: list[Any]) -> None:
    """A page with a part that nobody asked for is never plain."""
    either, by_record = normalised(records), normalised(records, unasked=1)
    assert rows(either) == rows(by_record)
    assert either.entries.schema == by_record.entries.schema
    assert either.campaigns.equals(by_record.campaigns)
    assert either.rejections == by_record.rejections
    assert either.fetched == by_record.fetched


def is_plain(body: bytes) -> bool:
    try:
        normalise_plain([body], CONTEXT)
    except NotPlain:
        return False
    return True


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(RECORD, max_size=3), min_size=2, max_size=4))
def test_pages_made_together_are_as_each_alone(pages: list[list[Any]]) -> None:
    """Entities are told apart by their page, or an entry could be on two of them."""
    for number, records in enumerate(pages):
        for place, each in enumerate(records):
            each |= {"campaign_id": f"{number}{place}", "adset_id": f"{number}{place}"}
    raw = [orjson.dumps({"data": records}) for records in pages]
    alone = [normalised(records) for records in pages]
    made = normalise_together(Source("META_ADS"), raw, CONTEXT)
    if made is None:
        assert not all(map(is_plain, raw))
        return
    assert len(made) == len(alone)
    for one, other in zip(made, alone, strict=True):
        # A page that is plain beside others alone has the members of an action in their order.
        assert rows(one) == rows(other)
        assert one.entries.schema == other.entries.schema
        assert one.campaigns.equals(other.campaigns)
        assert (one.rejections, one.fetched) == (other.rejections, other.fetched)


def together(*pages: bytes) -> Any:
    return normalise_together(Source("META_ADS"), pages, CONTEXT)


def test_pages_that_are_not_plain_or_share_an_entry_are_made_one_by_one() -> None:
    one, other = (orjson.dumps({"data": [record(campaign_id=name)]}) for name in "12")
    refused = orjson.dumps({"data": [record(campaign_id="3", spend="-1")]})
    assert [page.fetched for page in together(one, other)] == [1, 1]
    assert together(one, one) is None
    assert together(one, refused) is None
    assert together(one, orjson.dumps({"data": [record(campaign_id="3")], "more": 1})) is None


def test_a_window_that_only_later_pages_have_is_kept() -> None:
    filler = [record(campaign_id=f"9{number}") for number in range(400)]
    click = record(campaign_id="2", actions=[{"action_type": "lead", "1d_click": "4"}])
    first, last = (orjson.dumps({"data": records}) for records in (filler, [click]))
    _, made = together(first, last)
    assert orjson.loads(made.entries["actions"][0].as_py())["actions"] == click["actions"]


@pytest.mark.parametrize(
    "pages",
    [
        (b'{"data":[', b"]}"),
        (b'{"data":[],"paging":', b'{"next":"a"}}'),
        (b'{"data":[]}{"data":[', b"]}"),
        (b'{"data":[]} {"data":[]}', b'{"data":[]}'),
        (b'{"data":[{"ad_id":"}', b'{"}]}{"data":[]}'),
        (b'{"data":[{"ad_id":"1"}', b'{"ad_id":"2"}]}'),
    ],
)
def test_what_is_wrong_with_a_page_does_not_run_over_into_the_next(
    pages: tuple[bytes, bytes],
) -> None:
    with pytest.raises(NotPlain):
        plain_columns(pages)


def test_full_pages_are_plain() -> None:
    columns, counts = plain_columns([*bodies(date(2026, 1, 1), 1, 1_000)])
    assert counts == [500, 500]
    assert columns["ad_id"][999].as_py() == "120200100300000999"


PLAIN = orjson.dumps({"data": [record(actions=actions("lead"))]})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN + PLAIN,
        PLAIN[:-1],
        PLAIN.replace(b"}]}", b"}],}"),
        PLAIN.replace(b'"lead"', b'"\xff"'),
        PLAIN.replace(b'"lead"', b'"\\ud800"'),
        PLAIN.replace(b'"lead"', b'"a\nb"'),
        PLAIN.replace(b'"lead"', b'"lead","action_type":"sale"'),
        PLAIN.replace(b'"lead"', b'"lead","7d_view":"1"'),
        PLAIN.replace(b'"lead"', b'"lead","1d_view": null'),
        PLAIN.replace(b'"71"', b"71"),
        PLAIN.replace(b'"71"', b"NaN"),
        PLAIN.replace(b'"account_id":"1001",', b""),
        PLAIN.replace(b'"objective"', b'"new_field"'),
        orjson.dumps({"data": [record(), None]}),
        orjson.dumps({"data": [record(), 3]}),
        orjson.dumps({"data": None}),
    ],
)
def test_whatever_is_out_of_the_ordinary_is_read_record_by_record(body: bytes) -> None:
    with pytest.raises(NotPlain):
        plain_columns([body])
