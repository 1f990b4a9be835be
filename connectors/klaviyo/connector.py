"""Reads what one Klaviyo account sent, and what was ordered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.base import AccountFacts
from connectors.http import HttpRequest, HttpResponse
from connectors.klaviyo.answers import account_facts, next_cursor
from connectors.klaviyo.client import KlaviyoClient, utc_now
from connectors.klaviyo.known import Known, flows_in
from connectors.klaviyo.place import Place, place_of
from connectors.klaviyo.streams import (
    ALL_ORDERS,
    FLOW_SERIES,
    WINDOW_DAYS,
    Step,
    listings,
    reports,
)
from connectors.registry import ConnectorAccount
from core.errors import BadInput, Terminal
from core.jsonvalue import JSONObject, JSONValue
from core.records.connections import Level
from core.records.ingestion import RawPage
from core.settings import Settings
from core.units import DateRange, time_zone, today_in

LEVELS = (Level.CAMPAIGN, Level.AD)
"""Campaigns and flows, or their single messages."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """A page's answer with the question it belongs to."""

    step: Step
    request: HttpRequest
    response: HttpResponse
    following: str | None


class KlaviyoConnector:
    """One account. A reading asks everything about its closed days, so that it replaces them."""

    window_days = WINDOW_DAYS

    def __init__(
        self,
        account: ConnectorAccount,
        client: KlaviyoClient,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._account = account
        self._client = client
        self._now = now

    async def check(self) -> AccountFacts:
        """Ask for the name, currency and zone of the account that the key belongs to."""
        return account_facts((await self._client.send(listings()[0].request)).content)

    async def pages(
        self, window: DateRange | None, resume: JSONObject | None
    ) -> AsyncIterator[RawPage]:
        """The lists that figures are understood by, then the figures of the closed days.

        Lists are asked again where a reading goes on, but handed out once only.
        """
        if window is None:
            raise BadInput("Klaviyo is read day by day", field="dates", mend="give a range of days")
        place, known = self._entered(window, resume), Known(self._account)
        has_listed = place.is_listed
        async for answer, is_last in self._lists():
            known.learn(answer.step, answer.response.content)
            place = replace(place, is_listed=has_listed or is_last)
            if not has_listed:
                is_end = is_last and place.until is None
                yield self._raw_page(answer, {}, None if is_end else place)
        if place.until is not None:
            async for page in self._figures(DateRange(window.since, place.until), place, known):
                yield page

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    def _entered(self, window: DateRange, resume: JSONObject | None) -> Place:
        """Where to read first. A day that is not over is left for a later reading."""
        if resume is not None:
            return place_of(resume)
        today = today_in(time_zone(self._account.time_zone), self._now())
        until = min(window.until, today - timedelta(days=1))
        return Place(until if until >= window.since else None)

    async def _lists(self) -> AsyncIterator[tuple[_Answer, bool]]:
        """Every page of every list, and whether it is the last of all."""
        steps = listings()
        for step in steps:
            cursor, has_more = None, True
            while has_more:
                answer = await self._asked(step, cursor)
                has_more = _advances(cursor, answer.following)
                cursor = answer.following
                yield answer, step is steps[-1] and not has_more

    async def _figures(self, days: DateRange, place: Place, known: Known) -> AsyncIterator[RawPage]:
        steps = reports(days, known.metric, self._account.time_zone)
        while place.done < len(steps):
            answer = await self._asked(steps[place.done], place.cursor)
            content = answer.response.content
            self._refuse_split(answer)
            _advances(place.cursor, answer.following)
            if answer.step.stream == FLOW_SERIES:
                place = replace(place, flows={**place.flows, **flows_in(content)})
            layout = known.layout(answer.step, content, place.flows)
            place = place.onward(answer.following)
            yield self._raw_page(answer, layout, place if place.done < len(steps) else None)

    async def _asked(self, step: Step, cursor: str | None) -> _Answer:
        request = step.at(cursor)
        response = await self._client.send(request)
        if not isinstance(response.content, dict) or "data" not in response.content:
            raise Terminal("Klaviyo answered without data")
        return _Answer(step, request, response, next_cursor(response.content))

    def _refuse_split(self, answer: _Answer) -> None:
        """Messages of one campaign on two pages could not be added up page by page."""
        is_added_up = self._account.level is Level.CAMPAIGN and answer.step.stream != ALL_ORDERS
        if is_added_up and answer.following is not None:
            raise Terminal(
                f"{answer.step.stream} has more messages than one page holds",
                field="level",
                mend="set up a connection at level AD, which keeps each message by itself",
            )

    def _raw_page(
        self, answer: _Answer, layout: Mapping[str, JSONValue], onward: Place | None
    ) -> RawPage:
        return RawPage(
            stream=answer.step.stream,
            media_type="application/json",
            body=answer.response.body,
            request={**self._client.describe(answer.request), "layout": layout},
            checkpoint=onward.checkpoint() if onward else None,
        )


def _advances(before: str | None, following: str | None) -> bool:
    """Whether a page follows; Terminal when it is the one that was just read."""
    if following is not None and following == before:
        raise Terminal("Klaviyo's paging does not advance: a page leads back")
    return following is not None


def open_connector(
    account: ConnectorAccount, credentials: Mapping[str, str], settings: Settings
) -> KlaviyoConnector:
    """A connector for `account` with its private key as `access_token` (or `api_key`)."""
    if account.level not in LEVELS:
        raise BadInput(
            f"Klaviyo has no figures at level {account.level}",
            field="level",
            mend=f"set up a connection at level {' or '.join(LEVELS)}",
        )
    return KlaviyoConnector(account, KlaviyoClient(credentials, settings))
