"""What pages say, apart from cursors and ids: nothing else of them is left out."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.registry import said_of
from core.records.connections import Source
from transform.normalise.said import whole, without_ids, without_last

NAMES = st.sampled_from(("data", "paging", "a", 'p"aging', '"paging":', "requestId"))
VALUES: Any = st.recursive(
    st.none() | st.integers(0, 9) | NAMES | st.just('{"paging":{"x":"y"}}'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=4)
LAYOUTS = st.sampled_from((orjson.OPT_INDENT_2, 0))


def less(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != "paging"}


@settings(max_examples=300, deadline=None)
@given(OBJECTS, OBJECTS, LAYOUTS)
def test_only_the_last_member_is_left_out(
    one: dict[str, Any], other: dict[str, Any], layout: int
) -> None:
    found, more = (
        without_last(orjson.dumps(each, option=layout), "paging") for each in (one, other)
    )
    if found == more:
        assert less(one) == less(other)
    last = less(one)
    cut = [
        without_last(orjson.dumps(last | {"paging": {"c": each}}, option=layout), "paging")
        for each in "ab"
    ]
    assert cut[0] == cut[1]


@settings(max_examples=300, deadline=None)
@given(VALUES, LAYOUTS)
def test_ids_are_left_out_where_they_are_members_and_nowhere_else(value: Any, layout: int) -> None:
    page = {"requestId": "one", "results": value}
    said = without_ids("requestId")
    assert orjson.loads(said(orjson.dumps(page, option=layout))) == emptied(page)
    again = orjson.dumps(page | {"requestId": "another"}, option=layout)
    assert said(again) == said(orjson.dumps(page, option=layout))


def emptied(value: Any) -> Any:
    if isinstance(value, list):
        return [emptied(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: "" if name == "requestId" and is_plain(each) else emptied(each)
        for name, each in value.items()
    }


def is_plain(value: Any) -> bool:
    return isinstance(value, str) and not {'"', "\\"} & set(value)


@pytest.mark.parametrize(
    "body",
    [
        b'{"data":[],"paging":{}',
        b'{"data":[{"a":1,"paging":{}}]}',
        b'{"data":[],"paging":{},"more":1}',
        b'["paging"]',
        b"",
    ],
)
def test_a_page_that_ends_otherwise_is_taken_whole(body: bytes) -> None:
    assert without_last(body, "paging") is body


def test_of_a_source_that_tells_nothing_of_it_pages_are_taken_whole() -> None:
    assert said_of(Source("KLAVIYO")) is whole
    assert said_of(Source("META_ADS"))(b'{"data":[],"paging":{}}') == b'{"data":[],'
    assert said_of(Source("GOOGLE_ADS"))(b'{"requestId" : "x"}') == b'{"requestId" : ""}'
