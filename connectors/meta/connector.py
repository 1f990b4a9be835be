"""Reads the daily insights of one Meta ad account."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import structlog

from connectors.base import AccountFacts
from connectors.http import HttpResponse
from connectors.meta.client import MetaClient
from connectors.meta.errors import InvalidParameter, TooMuchData, UnknownObject
from connectors.meta.place import START, Place, place_of
from connectors.meta.reports import completed_report
from connectors.meta.streams import FACTS_FIELDS, PAGE_ROWS, STREAM, WINDOW_DAYS, report_params
from connectors.registry import ConnectorAccount
from connectors.retry import Clock
from core.errors import BadInput, Terminal
from core.jsonvalue import JSONObject
from core.records.connections import Level
from core.records.credentials import CredentialFacts
from core.records.ingestion import RawPage
from core.settings import Settings
from core.units import DateRange, currency_code, time_zone

LOG = structlog.get_logger(__name__)


class MetaConnector:
    """One ad account at one level; windows longer than WINDOW_DAYS go through a report run."""

    window_days = WINDOW_DAYS

    def __init__(self, account: ConnectorAccount, client: MetaClient, clock: Clock) -> None:
        self._account = account
        self._level = account.level
        self._node = f"act_{account_number(account.account_id)}"
        self._client = client
        self._clock = clock

    async def check(self) -> AccountFacts:
        """Ask for the account's name, currency and zone."""
        response = await self._client.send("GET", self._node, {"fields": ",".join(FACTS_FIELDS)})
        found = response.content if isinstance(response.content, dict) else {}
        return AccountFacts(
            account_id=account_number(str(found.get("account_id") or self._node)),
            name=str(found.get("name") or self._node),
            currency=currency_code(str(found.get("currency"))),
            time_zone=time_zone(str(found.get("timezone_name"))).key,
        )

    async def credential_facts(self) -> CredentialFacts | None:
        """What Meta says of the access token."""
        return await self._client.credential_facts()

    async def pages(
        self, window: DateRange | None, resume: JSONObject | None
    ) -> AsyncIterator[RawPage]:
        """Every page of `window`; from its beginning again when `resume` has expired at Meta."""
        if window is None:
            raise BadInput("Meta is read day by day", field="dates", mend="give a range of days")
        place: Place | None = await self._entered(window, place_of(resume))
        may_restart = True
        passed: set[Place | None] = {place}
        while place is not None:
            try:
                response = await self._page(window, place)
            except (InvalidParameter, UnknownObject) as error:
                if place.is_start or not may_restart:
                    raise
                LOG.warning("meta_cursor_expired", reason=error.message)
                place, may_restart = await self._entered(window, START), False
                passed = {place}
            except TooMuchData:
                if place.report_run_id is not None:
                    raise
                place = await self._reported(window)
            else:
                following = place.onward(response.content)
                if following in passed:
                    raise Terminal("Meta's paging does not advance: a page leads back")
                passed.add(following)
                yield self._raw_page(response, window, place, following)
                place = following

    def account_totals(self, dates: DateRange, resume: JSONObject | None) -> AsyncIterator[RawPage]:
        """Insights of level `account`, which Meta counts by itself."""
        whole = replace(self._account, level=Level.ACCOUNT, breakdown=None)
        return MetaConnector(whole, self._client, self._clock).pages(dates, resume)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _entered(self, window: DateRange, place: Place) -> Place:
        """Where to read first: a long window's beginning is a report run's."""
        is_long = window.days > WINDOW_DAYS
        return await self._reported(window) if place.is_start and is_long else place

    async def _reported(self, window: DateRange) -> Place:
        params = self._params(window)
        insights = f"{self._node}/insights"
        return Place(None, await completed_report(self._client, self._clock, insights, params))

    async def _page(self, window: DateRange, place: Place) -> HttpResponse:
        response = await self._client.send("GET", *self._question(window, place))
        content = response.content
        if not isinstance(content, dict) or not isinstance(content.get("data"), list):
            raise Terminal("Meta answered insights without a list of rows")
        return response

    def _question(self, window: DateRange, place: Place) -> tuple[str, dict[str, str]]:
        """The node and parameters of the page at `place`."""
        paging = {"limit": str(PAGE_ROWS), **({"after": place.after} if place.after else {})}
        if place.report_run_id is not None:
            return f"{place.report_run_id}/insights", paging
        return f"{self._node}/insights", self._params(window) | paging

    def _params(self, window: DateRange) -> dict[str, str]:
        return report_params(self._level, window, self._account.breakdown)

    def _raw_page(
        self, response: HttpResponse, window: DateRange, place: Place, following: Place | None
    ) -> RawPage:
        return RawPage(
            stream=STREAM,
            media_type=response.media_type,
            body=response.body,
            request=self._client.describe("GET", *self._question(window, place)),
            checkpoint=following.checkpoint() if following else None,
        )


def account_number(account_id: str) -> str:
    """The digits of `act_123` or `123`, or BadInput."""
    digits = account_id.strip().removeprefix("act_")
    if digits.isascii() and digits.isdecimal():
        return digits
    raise BadInput(
        f"{account_id!r} is not the id of a Meta ad account",
        field="accountId",
        mend="use the digits after act= in the Ads Manager's address",
    )


def open_connector(
    account: ConnectorAccount, credentials: Mapping[str, str], settings: Settings
) -> MetaConnector:
    """A connector for `account` with the credential `access_token`."""
    return MetaConnector(account, MetaClient(credentials, settings), Clock())
