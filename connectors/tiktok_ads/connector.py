"""Reads the daily report of one TikTok advertiser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any, Final

import httpx2

from connectors.base import AccountFacts
from connectors.http import Credentials, HttpClient, HttpRequest, HttpResponse, HttpRules
from connectors.registry import ConnectorAccount
from connectors.retry import Clock
from connectors.tiktok_ads.errors import judge
from connectors.tiktok_ads.report import STREAM, WINDOW_DAYS, report_params
from core.errors import BadInput, ConfigError, Terminal
from core.jsonvalue import JSONObject
from core.records.connections import Level
from core.records.ingestion import RawPage
from core.settings import Settings
from core.units import DateRange, currency_code, time_zone

RULES: Final = HttpRules(judge=judge)


class TikTokAdsConnector:
    """One advertiser at one level, page after page of a report over up to WINDOW_DAYS."""

    window_days = WINDOW_DAYS

    def __init__(self, account: ConnectorAccount, http: HttpClient, version: str) -> None:
        self._account = account
        self._http = http
        self._version = version
        self._root = f"/open_api/{version}"

    async def check(self) -> AccountFacts:
        """Ask for the advertiser's name, currency and zone."""
        ids = f'["{self._account.account_id}"]'
        answer = await self._http.send(self._request("advertiser/info", {"advertiser_ids": ids}))
        (found,) = _listed(answer)[:1] or [{}]
        return AccountFacts(
            account_id=str(found.get("advertiser_id") or self._account.account_id),
            name=str(found.get("name") or self._account.account_id),
            currency=currency_code(str(found.get("currency"))),
            time_zone=time_zone(str(found.get("timezone"))).key,
        )

    async def pages(
        self, window: DateRange | None, resume: JSONObject | None
    ) -> AsyncIterator[RawPage]:
        """Every page of `window`; a checkpoint names the number of the next one."""
        if window is None:
            raise BadInput("TikTok is read by day", field="dates", mend="give a range of days")
        page = int(str(resume["page"])) if resume else 1
        is_last = False
        while not is_last:
            request = self._report(window, page)
            answer = await self._http.send(request)
            _listed(answer)
            is_last = page >= _page_count(answer)
            page += 1
            yield RawPage(
                stream=STREAM,
                media_type=answer.media_type,
                body=answer.body,
                request=self._http.describe(request),
                checkpoint=None if is_last else {"page": page},
            )

    def account_totals(self, dates: DateRange, resume: JSONObject | None) -> AsyncIterator[RawPage]:
        """The report of the advertiser itself, which TikTok counts apart."""
        whole = replace(self._account, level=Level.ACCOUNT)
        return TikTokAdsConnector(whole, self._http, self._version).pages(dates, resume)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    def _report(self, window: DateRange, page: int) -> HttpRequest:
        whom, level = self._account.account_id, self._account.level
        return self._request("report/integrated/get", report_params(whom, level, window, page))

    def _request(self, endpoint: str, params: Mapping[str, str]) -> HttpRequest:
        return HttpRequest("GET", f"{self._root}/{endpoint}/", params)


def _data(answer: HttpResponse) -> Mapping[str, Any]:
    data = answer.content.get("data") if isinstance(answer.content, dict) else None
    if not isinstance(data, dict):
        raise Terminal("TikTok answered without data")
    return data


def _listed(answer: HttpResponse) -> list[Any]:
    rows = _data(answer).get("list")
    if not isinstance(rows, list):
        raise Terminal("TikTok answered without a list of rows")
    return rows


def _page_count(answer: HttpResponse) -> int:
    told = _data(answer).get("page_info")
    count = told.get("total_page") if isinstance(told, dict) else None
    if not isinstance(count, int):
        raise Terminal("TikTok answered without saying how many pages there are")
    return count


def open_connector(
    account: ConnectorAccount,
    credentials: Mapping[str, str],
    settings: Settings,
    *,
    clock: Clock | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> TikTokAdsConnector:
    """A connector for `account` with the credential `access_token`."""
    token = credentials.get("access_token", "").strip()
    if not token:
        raise ConfigError(
            "the connection has no access token",
            field="accessToken",
            mend="rotate the connection's credentials: give a token of the advertiser's",
        )
    own = settings.of_source("tiktok_ads")
    sealed = Credentials({"access-token": token}, secrets=(token,))
    http = HttpClient(own["base_url"], RULES, sealed, clock=clock, transport=transport)
    return TikTokAdsConnector(account, http, own["api_version"])
