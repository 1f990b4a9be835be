"""Reads the daily figures of one Google Ads account.

A page is a slice of days with both answers in it, byte for byte: {"metrics": <the first>,
"conversions": <the second>}. An entry's cost and its purchases come from different answers; were
these two pages, every entry would be stored with no purchases first and again with them, and
each reading would add two vintages.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from connectors.base import AccountFacts
from connectors.google_ads.client import GoogleAdsClient, digits
from connectors.google_ads.queries import (
    FACTS,
    SLICE_DAYS,
    STREAM,
    WINDOW_DAYS,
    conversions_query,
    metrics_query,
)
from connectors.http import HttpResponse
from connectors.registry import ConnectorAccount
from core.errors import BadInput, Terminal
from core.jsonvalue import JSONObject
from core.records.connections import Level
from core.records.ingestion import RawPage
from core.settings import Settings
from core.units import DateRange, currency_code, time_zone


class GoogleAdsConnector:
    """One account at one level, in slices of days."""

    window_days = WINDOW_DAYS

    def __init__(self, account: ConnectorAccount, client: GoogleAdsClient) -> None:
        self._account = account
        self._level = account.level
        self._customer = customer_id(account.account_id)
        self._client = client

    async def check(self) -> AccountFacts:
        """Ask for the account's name, currency and zone."""
        found = _customer_of(await self._answer(FACTS))
        return AccountFacts(
            account_id=str(found.get("id") or self._customer),
            name=str(found.get("descriptiveName") or self._customer),
            currency=currency_code(str(found.get("currencyCode"))),
            time_zone=time_zone(str(found.get("timeZone"))).key,
        )

    async def pages(
        self, window: DateRange | None, resume: JSONObject | None
    ) -> AsyncIterator[RawPage]:
        """Every slice of `window`; a checkpoint names the day on which the next one begins."""
        if window is None:
            raise BadInput("Google Ads is read by day", field="dates", mend="give a range of days")
        since = date.fromisoformat(str(resume["since"])) if resume else window.since
        slices = list(DateRange(since, window.until).windows(SLICE_DAYS))[::-1]
        for days in slices:
            yield await self._page(days, is_last=days == slices[-1])

    def account_totals(self, dates: DateRange, resume: JSONObject | None) -> AsyncIterator[RawPage]:
        """Figures `FROM customer`, which Google counts by itself."""
        whole = replace(self._account, level=Level.ACCOUNT, breakdown=None)
        return GoogleAdsConnector(whole, self._client).pages(dates, resume)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _page(self, days: DateRange, *, is_last: bool) -> RawPage:
        breakdown = self._account.breakdown
        questions = {
            "metrics": metrics_query(self._level, days, breakdown),
            "conversions": conversions_query(self._level, days, breakdown),
        }
        answers = {name: await self._answer(query) for name, query in questions.items()}
        following = days.until + timedelta(days=1)
        return RawPage(
            stream=STREAM,
            media_type="application/json",
            body=_together({name: answer.body for name, answer in answers.items()}),
            request={name: self._client.describe(query) for name, query in questions.items()},
            checkpoint=None if is_last else {"since": following.isoformat()},
        )

    async def _answer(self, query: str) -> HttpResponse:
        response = await self._client.search(query)
        if not isinstance(response.content, list):
            raise Terminal("Google Ads answered a stream without a list of batches")
        return response


def _together(bodies: Mapping[str, bytes]) -> bytes:
    """A JSON object whose values are `bodies`, unchanged."""
    members = (f'"{name}":'.encode() + body for name, body in bodies.items())
    return b"{" + b",".join(members) + b"}"


def _customer_of(response: HttpResponse) -> Mapping[str, Any]:
    content: Any = response.content
    try:
        found = content[0]["results"][0]["customer"]
    except (LookupError, TypeError):
        found = None
    if not isinstance(found, dict):
        raise Terminal("Google Ads answered without the account")
    return found


def customer_id(account_id: str) -> str:
    """The ten digits of `123-456-7890` or `1234567890`, or BadInput."""
    number = digits(account_id)
    if number.isascii() and number.isdecimal():
        return number
    raise BadInput(
        f"{account_id!r} is not a Google Ads customer id",
        field="accountId",
        mend="use the ten digits beside the account's name, such as 123-456-7890",
    )


def open_connector(
    account: ConnectorAccount, credentials: Mapping[str, str], settings: Settings
) -> GoogleAdsConnector:
    """A connector for `account`; tokens come from a refresh token or a service account's key."""
    client = GoogleAdsClient(customer_id(account.account_id), credentials, settings)
    return GoogleAdsConnector(account, client)
