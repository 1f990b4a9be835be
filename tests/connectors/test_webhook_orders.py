"""An order is what the set of its events makes of it: hand-computed cases and properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.webhook.normalise import accepted, known_orders, normalise, page_events
from connectors.webhook.orders import OrderState, order_state
from connectors.webhook.page import InboxMessage, composed
from core.errors import BadInput
from core.records.connections import Level
from core.webhook_events import EventSource, OrderEvent, Reader, Unreadable, read_event
from core.webhook_mapping import EventKind, WebhookMapping, check_mapping
from transform.normalise.context import PageContext

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
READER = Reader(WebhookMapping(), ZoneInfo("Europe/Berlin"), "EUR")
CONTEXT = PageContext("shop", "EUR", "Europe/Berlin", Level.ORDER)
D = Decimal


def read(event: dict[str, Any], message: str = "msg") -> OrderEvent:
    return read_event(event, EventSource(message, 0, NOW), READER)


def state(*sent: dict[str, Any]) -> OrderState:
    found = order_state(read(event, f"msg{n}") for n, event in enumerate(sent))
    assert found is not None
    return found


def order(
    total: str | None = "100", at: str = "2026-11-20T10:00:00Z", **more: object
) -> dict[str, Any]:
    data = {"id": "1", "total": total, "created_at": "2026-11-20T10:00:00Z", "updated_at": at}
    return {"type": "order.updated", "data": data | more}


def refund(amount: str, at: str = "2026-11-21T10:00:00Z", **more: object) -> dict[str, Any]:
    data = {"order_id": "1", "amount": amount, "created_at": at}
    return {"type": "order.refunded", "data": data | more}


SHOPIFY = {
    "id": 450789469,
    "created_at": "2026-11-20T23:30:00-05:00",
    "updated_at": "2026-11-21T09:00:00-05:00",
    "cancelled_at": None,
    "currency": "USD",
    "total_price": "409.94",
    "current_total_price": "399.94",
    "financial_status": "partially_refunded",
    "line_items": [{"quantity": 1}, {"quantity": 2}],
    "note_attributes": [{"name": "utm_source", "value": "facebook"}],
}


def test_an_order_as_shopify_sends_it() -> None:
    event = read(SHOPIFY)
    assert (event.order_id, event.kind, str(event.date)) == (
        "450789469",
        EventKind.ORDER,
        "2026-11-21",
    )
    assert (event.value, event.net_value, event.currency) == (D("409.94"), D("399.94"), "USD")
    assert (event.quantity, event.utm_source) == (D(3), "facebook")
    found = state(SHOPIFY)
    assert (found.value, found.gross, found.refunded) == (D("399.94"), D("409.94"), D("10.00"))


def test_a_refund_as_shopify_sends_it() -> None:
    event = read({
        "id": 509, "order_id": 450789469, "created_at": "2026-11-22T10:00:00Z",
        "transactions": [{"kind": "refund", "amount": "5.00"}, {"kind": "void", "amount": "9"}],
    })  # fmt: skip
    assert (event.kind, event.order_id, event.value) == (EventKind.REFUND, "450789469", D(5))
    found = order_state([read(SHOPIFY), event, replace(event, event_id=event.event_id)])
    assert found is not None
    assert found.value == D("394.94")


@pytest.mark.parametrize(
    ("sent", "conversions", "value"),
    [
        ([order()], 1, 100),
        ([order(), refund("30")], 1, 70),
        ([order(), refund("30"), refund("30")], 1, 40),
        ([order(), refund("30", refund_id="a"), refund("30", refund_id="a")], 1, 70),
        ([order(), order("90", "2026-11-21T00:00:00Z")], 1, 90),
        ([order("90", "2026-11-21T00:00:00Z"), order()], 1, 90),
        ([order(), {"type": "order.cancelled", "data": {"id": "1"}}], 0, 0),
        ([order(status="paid"), order(status="voided", at="2026-11-21T00:00:00Z")], 0, 0),
        ([order(status="refunded")], 1, 0),
        ([order(), order(at="2026-11-21T00:00:00Z", total=None)], 1, 100),
    ],
)
def test_an_order_by_its_events(sent: list[dict[str, Any]], conversions: int, value: int) -> None:
    found = state(*sent)
    assert (found.conversions, found.value) == (D(conversions), D(value))


SHIPPED = {"country_code": "de", "province": "Bayern"}


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"shipping_address": SHIPPED, "billing_address": {"country_code": "AT"}}, "DE Bayern"),
        ({"shipping_address": None, "billing_address": {"country_code": "AT"}}, "AT None"),
        ({"country": "Austria", "region": "Wien"}, "AT Wien"),
        ({"country": " ", "geo": "store 7"}, "None store 7"),
        ({}, "None None"),
    ],
)
def test_where_an_order_goes(more: dict[str, Any], place: str) -> None:
    for event in (order(**more), order()["data"] | more):
        found = read(event)
        assert f"{found.country} {found.geo}" == place


LATER = "2026-11-21T00:00:00Z"
BAYERN = order(shipping_address=SHIPPED)


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ([BAYERN, refund("30")], "DE Bayern"),
        ([refund("30"), BAYERN], "DE Bayern"),
        ([BAYERN, refund("30", country="FR", region="Paris")], "DE Bayern"),
        ([BAYERN, refund("30", country="Utopia")], "DE Bayern"),
        ([BAYERN, {"type": "order.cancelled", "data": {"id": "1", "country": "FR"}}], "DE Bayern"),
        ([BAYERN, order("90", LATER)], "DE Bayern"),
        ([BAYERN, order("90", LATER, country="DE")], "DE Bayern"),
        ([BAYERN, order("90", LATER, region="Berlin")], "DE Berlin"),
        ([BAYERN, order("90", LATER, country="AT")], "AT None"),
        ([order("90", LATER, country="AT", region="Wien"), BAYERN], "AT Wien"),
    ],
)
def test_an_order_goes_where_its_newest_event_says(sent: list[dict[str, Any]], place: str) -> None:
    found = state(*sent)
    assert f"{found.country} {found.geo}" == place


def test_an_order_is_told_apart_by_its_id_and_not_by_where_it_goes() -> None:
    def entry(event: dict[str, Any]) -> dict[str, Any]:
        context = replace(CONTEXT, options={"orders": []})
        (found,) = normalise("events", "", composed(sent(event)), context).entries.to_pylist()
        return dict(found)

    nowhere, somewhere = entry(order()), entry(BAYERN)
    assert nowhere["digest"] == somewhere["digest"]
    assert (nowhere["country"], nowhere["geo"]) == (None, None)
    assert (somewhere["country"], somewhere["geo"]) == ("DE", "Bayern")


def test_a_lead_without_a_value_has_none() -> None:
    found = state({"type": "lead.created", "data": {"id": 1}})
    assert (found.conversions, found.value) == (D(1), None)


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({}, "order_id"),
        ({"id": True}, "order_id"),
        ({"id": {"a": 1}}, "order_id"),
        ({"id": "x" * 256}, "order_id"),
        ({"id": "a\x00"}, "order_id"),
        ({"id": 1, "total": "1,5"}, "value"),
        ({"id": 1, "total": "NaN"}, "value"),
        ({"id": 1, "total": "1e99"}, "value"),
        ({"id": 1, "created_at": "2026-13-01"}, "updated_at"),
        ({"id": 1, "updated_at": 1e30}, "updated_at"),
        ({"id": 1, "currency": "Euro"}, "currency"),
        ({"id": 1, "line_items": 5}, "quantity"),
        ({"id": 1, "country": "Utopia"}, "country"),
        ({"type": "customer.created", "id": 1}, "type"),
    ],
)
def test_what_cannot_go_in_is_told_by_its_field(event: dict[str, Any], field: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(event)
    assert refused.value.field == field
    assert refused.value.mend


MOMENTS = st.integers(0, 400).map(lambda hours: NOW + timedelta(hours=hours))
AMOUNTS = st.integers(0, 10**6).map(lambda cents: D(cents) / 100)
EVENTS = st.builds(
    OrderEvent,
    order_id=st.sampled_from(["a", "b"]),
    event_id=st.integers(0, 30).map(str),
    kind=st.sampled_from([EventKind.ORDER, EventKind.REFUND, EventKind.CANCELLATION]),
    type=st.none(),
    at=MOMENTS,
    at_date=MOMENTS.map(datetime.date),
    date=st.none() | MOMENTS.map(datetime.date),
    value=st.none() | AMOUNTS,
    net_value=st.none() | AMOUNTS,
    currency=st.just("EUR"),
    quantity=st.none() | AMOUNTS,
    status=st.none() | st.sampled_from(["paid", "cancelled", "refunded"]),
    conversion_type=st.none(),
    campaign=st.none() | st.sampled_from(["x", "y"]),
    utm_source=st.none(),
    utm_medium=st.none(),
    country=st.none() | st.sampled_from(["DE", "AT"]),
    geo=st.none() | st.sampled_from(["Bayern", "Wien"]),
)
SETS = st.lists(EVENTS, max_size=12, unique_by=lambda event: event.event_id)


@given(SETS, st.randoms())
def test_an_order_is_the_same_however_its_events_arrive(events: Any, random: Any) -> None:
    shuffled = [*events, *events[:3]]
    random.shuffle(shuffled)
    assert order_state(events) == order_state(shuffled)


@given(EVENTS)
def test_facts_are_kept_whole(event: OrderEvent) -> None:
    assert OrderEvent.from_json(orjson.loads(orjson.dumps(event.to_json()))) == event


def sent(*bodies: object) -> list[InboxMessage]:
    return [InboxMessage(f"m{n}", NOW, orjson.dumps(body)) for n, body in enumerate(bodies)]


def figures(messages: list[InboxMessage], cuts: list[int]) -> dict[str, Any]:
    """The entries that stand after the messages came in pages cut at `cuts`."""
    kept: list[Any] = []
    standing: dict[str, Any] = {}
    bounds = [0, *sorted(cuts), len(messages)]
    for start, end in pairwise(bounds):
        body = composed(messages[start:end])
        context = replace(CONTEXT, options={"orders": kept})
        page = accepted(page_events(body, context), known_orders(context.options))
        made = normalise("events", "", body, context)
        records: list[Any] = made.entries["records"].to_pylist()
        counted = sum(records) + len(made.rejections)
        assert counted == made.fetched
        kept = kept + [e.to_json() for events in page.by_order().values() for e in events]
        for row in made.entries.to_pylist():
            standing[row["entity_id"]] = (
                row["date"], row["conversions"], row["conversion_value"], row["actions"]
            )  # fmt: skip
    return standing


PLAIN = st.lists(
    st.one_of(
        st.builds(
            lambda number, cents, hour: order(
                f"{cents / 100}", f"2026-11-20T{hour:02}:00:00Z", id=str(number)
            ),
            st.integers(1, 3), st.integers(0, 9999), st.integers(0, 23),
        ),
        st.builds(
            lambda number, cents, hour: refund(
                f"{cents / 100}", f"2026-11-21T{hour:02}:00:00Z", order_id=str(number)
            ),
            st.integers(1, 3), st.integers(0, 9999), st.integers(0, 23),
        ),
    ),
    max_size=10,
)  # fmt: skip


@given(PLAIN, st.lists(st.integers(0, 10), max_size=3))
def test_pages_cut_anywhere_end_in_the_same_figures(events: Any, cuts: list[int]) -> None:
    messages = sent(*events)
    inside = [cut for cut in cuts if cut <= len(messages)]
    assert figures(messages, inside) == figures(messages, [])


def test_an_ignored_type_is_no_record_and_a_foreign_currency_is_refused() -> None:
    mapping = WebhookMapping(types={"customer.*": EventKind.IGNORED}).to_json()
    body = composed(sent(
        {"type": "customer.created"},
        [order(), order(currency="USD")],
        {"type": "order.created", "data": "text"},
    ))  # fmt: skip
    context = replace(CONTEXT, options={"orders": [], "mapping": mapping})
    made = normalise("events", "", body, context)
    assert made.fetched == 3
    assert [(each.position, each.field) for each in made.rejections] == [
        (2, "currency"),
        (3, "order_id"),
    ]
    assert isinstance(made.entries, pa.Table)
    assert made.entries["position"].to_pylist() == [1]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 5])
@pytest.mark.parametrize("name", ["updated_at", "created_at"])
def test_a_moment_at_the_end_of_time_is_refused_in_every_zone(
    zone: str, moment: object, name: str
) -> None:
    reader = replace(READER, zone=ZoneInfo(zone))
    data: dict[str, Any] = {"id": "1", "total": "5", name: moment}
    with pytest.raises(Unreadable, match="lies outside 1990 to 2099"):
        read_event({"type": "order.created", "data": data}, EventSource("msg", 0, NOW), reader)


def test_a_refused_event_with_a_number_beyond_64_bits_can_be_written_again() -> None:
    body = b'{"type": "customer.created", "data": {"id": 12345678901234567890123456, "n": -1}}'
    made = normalise(
        "events",
        "",
        composed([InboxMessage("msg", NOW, body)]),
        replace(CONTEXT, options={"orders": ()}),
    )
    assert orjson.loads(orjson.dumps(made.rejections[0].payload)) == {
        "type": "customer.created",
        "data": {"id": "12345678901234567890123456", "n": -1},
    }


@pytest.mark.parametrize(
    "path",
    [
        "ceil(to_number('inf'))",
        "merge(@, `1`)",
        "`[1]`[::0]",
        "sort_by(@, &a)",
        '`"\\ud800"`',
        f"{'!' * 490}id",
    ],
)
def test_a_path_that_fails_refuses_the_event_alone(path: str) -> None:
    reader = replace(READER, mapping=WebhookMapping({"order_id": path}))
    with pytest.raises(Unreadable, match="order_id "):
        read_event(order()["data"] | {"a": 1}, EventSource("msg", 0, NOW), reader)


@pytest.mark.parametrize(
    "path",
    [
        " | ".join(["[@, @][]"] * 7),
        " | ".join(["{a: @, b: @}.*"] * 7),
        "to_string([" * 7 + "@" + "])" * 7,
        "join(@, data)",
    ],
)
def test_a_path_that_would_make_much_out_of_little_cannot_be_set(path: str) -> None:
    with pytest.raises(BadInput, match="may be too large"):
        check_mapping(WebhookMapping({"value": path}))
    assert check_mapping(WebhookMapping({"value": "join(', ', [a, b, c])"}))
