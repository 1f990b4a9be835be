"""From a user's consent to a token of 60 days, and the ad accounts that it reads.

https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow and
https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived (v26.0).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.http import Credentials, HttpClient, HttpRequest
from connectors.meta.client import MetaClient
from connectors.meta.inspection import inspected
from connectors.meta.rules import RULES
from core.errors import ConfigError, Terminal
from core.jsonvalue import JSONValue
from core.records.authorizations import Granted
from core.records.credentials import AccountFacts, CredentialFacts, CredentialKind
from core.settings import Settings
from core.units import currency_code, time_zone

ACCOUNT_FIELDS: Final = "account_id,name,currency,timezone_name"
PAGE: Final = 100
MOST_ACCOUNTS: Final = 1_000


async def exchange(code: str, verifier: str, redirect_uri: str, settings: Settings) -> Granted:
    """The long-lived token behind `code`; Meta checks no verifier in this flow."""
    del verifier
    short, _ = await _token(settings, {"code": code, "redirect_uri": redirect_uri})
    form = {"grant_type": "fb_exchange_token", "fb_exchange_token": short}
    token, until = await _token(settings, form)
    parts = {"access_token": token}
    facts = await inspected(token, settings)
    known = facts or CredentialFacts(CredentialKind.ACCESS_TOKEN)
    accounts = await _accounts(parts, settings)
    return Granted(parts, replace(known, expires_at=known.expires_at or until), accounts)


async def _token(settings: Settings, form: Mapping[str, str]) -> tuple[str, datetime | None]:
    """The token that a grant yields, and when it ends."""
    own = settings.of_source("meta")
    app = {"client_id": own["app_id"], "client_secret": own["app_secret"]}
    secrets = (own["app_secret"], *form.values())
    async with _opened(settings, Credentials(form={**app, **form}, secrets=secrets)) as http:
        path = f"/{own['api_version']}/oauth/access_token"
        answer = (await http.send(HttpRequest("POST", path))).content
    found = answer if isinstance(answer, Mapping) else {}
    token, seconds = found.get("access_token"), found.get("expires_in")
    if not isinstance(token, str) or not token:
        raise Terminal("Meta's token endpoint answered without an access token")
    until = datetime.now(UTC) + timedelta(seconds=seconds) if isinstance(seconds, int) else None
    return token, until


async def _accounts(parts: Mapping[str, str], settings: Settings) -> tuple[AccountFacts, ...]:
    client = MetaClient(parts, settings)
    found: list[AccountFacts] = []
    params = {"fields": ACCOUNT_FIELDS, "limit": str(PAGE)}
    try:
        while len(found) < MOST_ACCOUNTS:
            answer = (await client.send("GET", "me/adaccounts", params)).content
            page = answer if isinstance(answer, Mapping) else {}
            rows = page.get("data")
            found += [_account(row) for row in rows] if isinstance(rows, list) else []
            after = _after(page)
            if after is None:
                break
            params = {**params, "after": after}
    except ConfigError:
        # A user without ad accounts is refused, not answered with none.
        return ()
    finally:
        await client.aclose()
    return tuple(found)


def _account(row: JSONValue) -> AccountFacts:
    told = row if isinstance(row, Mapping) else {}
    return AccountFacts(
        account_id=str(told.get("account_id")),
        name=str(told.get("name") or told.get("account_id")),
        currency=currency_code(str(told.get("currency"))),
        time_zone=time_zone(str(told.get("timezone_name"))).key,
    )


def _after(page: Mapping[str, JSONValue]) -> str | None:
    """The cursor of the next page; None on the last."""
    paging = page.get("paging")
    if not isinstance(paging, Mapping) or "next" not in paging:
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, Mapping) else None
    return str(after) if after else None


@asynccontextmanager
async def _opened(settings: Settings, credentials: Credentials) -> AsyncIterator[HttpClient]:
    rules = replace(RULES, answers_secrets=True)
    http = HttpClient(settings.of_source("meta")["base_url"], rules, credentials)
    try:
        yield http
    finally:
        await http.aclose()
