"""From a user's consent to a refresh token, and the accounts that it reads.

https://developers.google.com/identity/protocols/oauth2/web-server and
https://developers.google.com/google-ads/api/docs/account-management/listing-accounts (v26).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.google_ads.client import GoogleAdsClient
from connectors.google_ads.errors import judge, judge_token
from connectors.google_ads.queries import FACTS
from connectors.http import Credentials, HttpClient, HttpRequest, HttpRules
from core.errors import ConfigError, LiftosError, Terminal, Transient
from core.jsonvalue import JSONValue
from core.records.authorizations import Granted
from core.records.credentials import AccountFacts, CredentialFacts, CredentialKind
from core.settings import Settings
from core.units import currency_code, time_zone

TOKEN_RULES: Final = HttpRules(judge=judge_token, timeout_seconds=30.0, answers_secrets=True)
RULES: Final = HttpRules(judge=judge, requests_per_second=5.0)
NEEDED: Final = "https://www.googleapis.com/auth/adwords"


async def exchange(code: str, verifier: str, redirect_uri: str, settings: Settings) -> Granted:
    """The refresh token behind `code`, whose challenge `verifier` answers."""
    own = settings.of_source("google_ads")
    client = {"client_id": own["client_id"], "client_secret": own["client_secret"]}
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    answer = await _traded({**client, **form, "code_verifier": verifier}, own["token_url"])
    refresh, access = answer.get("refresh_token"), answer.get("access_token")
    if not isinstance(refresh, str) or not isinstance(access, str):
        raise ConfigError(
            "Google gave no refresh token",
            field="refreshToken",
            mend="withdraw the app's access in the Google account, then authorise again",
        )
    parts = {"refresh_token": refresh, **client}
    accounts = await _accounts(parts, access, settings)
    return Granted(parts, _facts(answer), accounts)


async def _traded(form: Mapping[str, str], url: str) -> Mapping[str, JSONValue]:
    secrets = (form["client_secret"], form["code"], form["code_verifier"])
    http = HttpClient(url, TOKEN_RULES, Credentials(form=form, secrets=secrets))
    try:
        answer = (await http.send(HttpRequest("POST", url))).content
    finally:
        await http.aclose()
    return answer if isinstance(answer, Mapping) else {}


def _facts(answer: Mapping[str, JSONValue]) -> CredentialFacts:
    """`refresh_token_expires_in` comes with consents that are limited in time."""
    scopes = tuple(str(answer.get("scope") or "").split())
    seconds = answer.get("refresh_token_expires_in")
    until = datetime.now(UTC) + timedelta(seconds=seconds) if isinstance(seconds, int) else None
    lacking = () if NEEDED in scopes else (NEEDED,)
    return CredentialFacts(CredentialKind.REFRESH_TOKEN, scopes, until, lacking)


async def _accounts(
    parts: Mapping[str, str], access: str, settings: Settings
) -> tuple[AccountFacts, ...]:
    """Accounts that the user reaches directly; those that do not tell of themselves are left."""
    own = settings.of_source("google_ads")
    bearer = Credentials({"authorization": f"Bearer {access}"}, secrets=(access,))
    http = HttpClient(own["base_url"], RULES, bearer)
    try:
        path = f"/{own['api_version']}/customers:listAccessibleCustomers"
        answer = (await http.send(HttpRequest("GET", path))).content
    finally:
        await http.aclose()
    names = answer.get("resourceNames") if isinstance(answer, Mapping) else None
    numbers = [str(name).rpartition("/")[2] for name in names] if isinstance(names, list) else []
    found = [await _account(number, parts, settings) for number in numbers]
    return tuple(account for account in found if account is not None)


async def _account(
    number: str, parts: Mapping[str, str], settings: Settings
) -> AccountFacts | None:
    client = GoogleAdsClient(number, parts, settings)
    try:
        content = (await client.search(FACTS)).content
        return _told(number, content)
    except Transient:
        raise
    except LiftosError:
        return None
    finally:
        await client.aclose()


def _told(number: str, content: object) -> AccountFacts:
    try:
        told = content[0]["results"][0]["customer"]  # type: ignore[index]  # checked by the except
        return AccountFacts(
            account_id=number,
            name=str(told.get("descriptiveName") or number),
            currency=currency_code(str(told["currencyCode"])),
            time_zone=time_zone(str(told["timeZone"])).key,
        )
    except (LookupError, TypeError, AttributeError) as error:
        raise Terminal("Google Ads answered without the account") from error
