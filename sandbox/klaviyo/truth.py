"""What really happened in an account's mail: both views, added up from single orders."""

from collections import defaultdict
from datetime import date

from sandbox.klaviyo.listings import site_id
from sandbox.klaviyo.mail import Sending
from sandbox.klaviyo.view import View
from sandbox.money import decimal_text
from sandbox.platform import TruthQuery
from sandbox.world.records import Level


def klaviyo_truth(view: View, query: TruthQuery) -> dict[str, object]:
    """Rows by send date (campaign: per campaign or flow and channel; ad: per message), totals by
    send date, and by event date the orders of each day.
    """  # noqa: D205 -- one sentence
    sent = list(view.sent(query.since, query.until))
    return {
        "platform": "klaviyo",
        "account": site_id(view.account.number),
        "currency": view.account.currency,
        "timezone": view.account.zone,
        "level": query.level.value,
        "since": query.since.isoformat(),
        "until": query.until.isoformat(),
        "observed_at": view.moment.isoformat(),
        "today": view.today.isoformat(),
        "totals": _figures(view, sent),
        "rows": _rows(view, sent, query.level),
        "orders": _orders(view, query),
    }


def _rows(view: View, sent: list[Sending], level: Level) -> list[dict[str, object]]:
    grouped: dict[tuple[date, str], list[Sending]] = defaultdict(list)
    for each in sent:
        message = each.message
        together = f"{message.owner}:{message.channel}"
        grouped[each.day, message.id if level is Level.AD else together].append(each)
    return [
        {"date": day.isoformat(), "id": entity, **_figures(view, each)}
        for (day, entity), each in sorted(grouped.items())
    ]


def _figures(view: View, sent: list[Sending]) -> dict[str, object]:
    figures = [view.figures(each) for each in sent]
    spent = [each.spend_minor for each in figures if each.spend_minor is not None]
    return {
        "recipients": sum(each.recipients for each in figures),
        "delivered": sum(each.delivered for each in figures),
        "clicks": sum(each.counts["clicks"] for each in figures),
        "conversions": sum(each.conversion_uniques for each in figures),
        "conversion_value": _text(view, sum(each.value_minor for each in figures)),
        "spend": _text(view, sum(spent)) if spent else None,
    }


def _orders(view: View, query: TruthQuery) -> list[dict[str, object]]:
    """All orders of each day by the day they were placed, and those credited to a message."""
    days: dict[date, list[tuple[int, bool]]] = defaultdict(list)
    for day, order in view.orders(query.since, query.until):
        days[day].append((order.value_minor, order.sending is not None))
    return [
        {
            "date": day.isoformat(),
            "orders": len(found),
            "revenue": _text(view, sum(value for value, _ in found)),
            "attributed_orders": sum(credited for _, credited in found),
            "attributed_revenue": _text(view, sum(value for value, yes in found if yes)),
        }
        for day, found in sorted(days.items())
    ]


def _text(view: View, minor: int) -> str:
    return decimal_text(minor, view.account)
