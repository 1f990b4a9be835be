"""A user consents at Meta and at Google: through the API, the source's page, and back."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
import pytest
import structlog
from pydantic import SecretStr

from app.logs import configure_logs
from core.records.credentials import CredentialFacts, CredentialKind
from core.scope import Role
from core.settings import Settings
from graph.ids import AUTHORIZATION, CONNECTION
from jobs.worker import work
from sandbox.google_ads.tokens import CLIENT_ID, CLIENT_SECRET
from sandbox.meta.login import APP_ID, APP_SECRET
from stores.wiring import Stores
from tests.support import NewTenant, SandboxAt, Services, Tenant, free_port, meta_account, opened
from tests.tenancy.door import Door, settings_for
from tests.tenancy.door import opened as served

FRONT = "https://app.example"
START = """mutation($source: Source!, $to: String, $connection: ID) {
  startAuthorization(source: $source, redirectTo: $to, connectionId: $connection) {
    ... on StartAuthorizationPayload { consentUrl authorization { id status } }
    ... on UserError { code field message mend } } }"""
CONFIRM = """mutation($id: ID!, $ticket: String!) {
  confirmAuthorization(authorizationId: $id, ticket: $ticket) {
    ... on ConfirmAuthorizationPayload { authorization {
      status accounts { accountId currency timeZone } error { message mend } } }
    ... on UserError { code field } } }"""
CONNECT = """mutation($input: ConnectAuthorizedInput!) { connectAuthorized(input: $input) {
    ... on ConnectAuthorizedPayload { connection {
      id accountId name currency timeZone lookBackDays breakdown
      credentials { kind expiresAt scopes } } }
    ... on UserError { code field mend } } }"""


@dataclass
class Ground:
    """The API and a worker over the sandbox's consent pages."""

    door: Door
    stores: Stores
    tenant: Tenant
    token: str

    async def say(self, query: str, token: str | None = None, **variables: Any) -> Any:
        answer = await self.door.say(token or self.token, query, variables)
        assert "errors" not in answer, answer
        return next(iter(answer["data"].values()))

    async def start(self, source: str, **given: Any) -> str:
        begun = await self.say(START, source=source, to=f"{FRONT}/done", **given)
        assert begun["authorization"]["status"] == "STARTED"
        return str(begun["consentUrl"])

    async def decide(self, address: str, user: str, decision: str = "allow") -> str:
        """What the source's page sends the user back to."""
        async with httpx2.AsyncClient() as browser:
            page = await browser.get(address)
            assert '<form method="post">' in page.text
            left = await browser.post(address, data={"user": user, "decision": decision})
        assert left.status_code == 302
        return str(left.headers["location"])

    async def come_back(self, address: str) -> dict[str, str]:
        """What the API hands on, in the fragment of the front end's address."""
        async with httpx2.AsyncClient() as browser:
            back = await browser.get(address)
        assert back.status_code == 303, back.text
        onward = back.headers["location"]
        assert onward.startswith(f"{FRONT}/done#")
        return dict(parse_qsl(urlsplit(onward).fragment))

    async def consented(self, source: str, user: str, **given: Any) -> dict[str, str]:
        address = await self.start(source, **given)
        return await self.come_back(await self.decide(address, user))


@pytest.fixture
async def ground(
    services: Services,
    stores: Stores,
    sandbox: SandboxAt,
    new_tenant: NewTenant,
    tmp_path: Any,
) -> AsyncIterator[Ground]:
    port, tenant = free_port(), await new_tenant()
    changes = {
        "port": port,
        "public_url": f"http://127.0.0.1:{port}",
        "consent_origins": FRONT,
        "meta_app_id": APP_ID,
        "meta_app_secret": SecretStr(APP_SECRET),
        "meta_consent_url": f"{sandbox.url}/v26.0/dialog/oauth",
        "google_ads_base_url": sandbox.url,
        "google_ads_token_url": f"{sandbox.url}/token",
        "google_ads_consent_url": f"{sandbox.url}/o/oauth2/v2/auth",
        "google_ads_client_id": CLIENT_ID,
        "google_ads_client_secret": SecretStr(CLIENT_SECRET),
    }
    settings: Settings = settings_for(services, tmp_path, sandbox.url).model_copy(update=changes)
    stop = asyncio.Event()
    task = asyncio.create_task(work(settings, services.logins, stores, stop))
    async with served(settings) as door:
        yield Ground(door, stores, tenant, door.token(tenant.record.id, Role.ADMIN))
    stop.set()
    await asyncio.wait_for(task, 20)


async def test_meta_from_consent_to_a_connection_that_reads(ground: Ground) -> None:
    address = await ground.start("META_ADS")
    asked = parse_qs(urlsplit(address).query)
    assert asked["scope"] == ["ads_read"]
    assert "code_challenge" not in asked
    back = await ground.come_back(await ground.decide(address, "1004"))
    done = await ground.say(CONFIRM, id=back["authorization"], ticket=back["ticket"])
    assert done["authorization"]["status"] == "READY"
    assert done["authorization"]["accounts"] == [
        {"accountId": "1004", "currency": "GBP", "timeZone": "Europe/London"},
        {"accountId": "1005", "currency": "JPY", "timeZone": "Asia/Tokyo"},
    ]
    given = {"authorizationId": back["authorization"], "accountId": "1005"}
    refused = await ground.say(CONNECT, input=given | {"breakdown": "DEVICE"})
    assert refused == {
        "code": "BAD_USER_INPUT",
        "field": "breakdown",
        "mend": "use one of COUNTRY, GEO, or none",
    }
    for account, breakdown in (("1005", None), ("1004", "GEO")):
        choice = given | {"accountId": account, "breakdown": breakdown}
        made = (await ground.say(CONNECT, input=choice))["connection"]
        assert (made["accountId"], made["lookBackDays"]) == (account, 28)
        assert made["breakdown"] == breakdown
    assert (made["currency"], made["timeZone"]) == ("GBP", "Europe/London")
    assert made["credentials"]["scopes"] == ["ads_read"]
    assert made["credentials"]["expiresAt"] is not None
    foreign = {"authorizationId": back["authorization"], "accountId": "1001"}
    assert (await ground.say(CONNECT, input=foreign))["field"] == "accountId"


async def test_google_from_consent_to_a_connection_by_pkce(ground: Ground) -> None:
    address = await ground.start("GOOGLE_ADS")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert (asked["access_type"], asked["prompt"]) == (["offline"], ["consent"])
    back = await ground.come_back(await ground.decide(address, "1002002001"))
    done = await ground.say(CONFIRM, id=back["authorization"], ticket=back["ticket"])
    accounts = [account["accountId"] for account in done["authorization"]["accounts"]]
    assert (done["authorization"]["status"], "1002002001" in accounts) == ("READY", True)
    given = {"authorizationId": back["authorization"], "accountId": "1002002001"}
    made = (await ground.say(CONNECT, input=given))["connection"]
    assert made["credentials"]["kind"] == "REFRESH_TOKEN"
    secret = await ground.stores.connections.credentials(
        ground.tenant.scope, CONNECTION.decode(made["id"], "id")
    )
    assert set(secret) == {"refresh_token", "client_id", "client_secret"}


async def test_a_connection_s_token_is_renewed(ground: Ground) -> None:
    scope = ground.tenant.scope
    made = await ground.stores.connections.create(
        scope, meta_account(account_id="1001", credentials=opened("sandbox-expired"))
    )
    soon = datetime.now(UTC) + timedelta(days=3)
    facts = CredentialFacts(CredentialKind.ACCESS_TOKEN, (), soon)
    await ground.stores.credentials.learn(scope, made.id, facts)
    renewed = CONNECTION.encode(made.id)
    for user, status in (("1002", "FAILED"), ("1001", "READY")):
        back = await ground.consented("META_ADS", user, connection=renewed)
        done = await ground.say(CONFIRM, id=back["authorization"], ticket=back["ticket"])
        assert done["authorization"]["status"] == status
    known = (await ground.stores.credentials.by_connections(scope, [made.id]))[made.id]
    assert known.facts.expires_at is not None
    assert known.facts.expires_at > soon
    secret = await ground.stores.connections.credentials(scope, made.id)
    assert secret["access_token"].startswith("EAA")


async def test_a_state_works_once(ground: Ground) -> None:
    back = await ground.decide(await ground.start("META_ADS"), "1001")
    await ground.come_back(back)
    async with httpx2.AsyncClient() as browser:
        for address in (back, back.replace("state=", "state=x"), back.partition("?")[0]):
            again = await browser.get(address)
            assert (again.status_code, again.json()["field"]) == (400, "state")


async def test_only_who_began_goes_on_and_only_with_the_ticket(
    ground: Ground, new_tenant: NewTenant
) -> None:
    back = await ground.consented("META_ADS", "1001")
    given = {"id": back["authorization"], "ticket": back["ticket"]}
    other = ground.door.token((await new_tenant()).record.id, Role.ADMIN)
    colleague = ground.door.token(ground.tenant.record.id, Role.ADMIN, subject="grace")
    for token in (other, colleague):
        assert (await ground.say(CONFIRM, token=token, **given))["code"] == "NOT_FOUND"
    wrong = given | {"ticket": "another"}
    assert (await ground.say(CONFIRM, **wrong))["code"] == "NOT_FOUND"
    connect = {"authorizationId": back["authorization"], "accountId": "1001"}
    assert (await ground.say(CONNECT, input=connect))["code"] == "CONFLICT"
    assert (await ground.say(CONFIRM, **given))["authorization"]["status"] == "READY"
    assert (await ground.say(CONFIRM, **given))["code"] == "NOT_FOUND"


async def test_a_denied_consent_is_told(ground: Ground) -> None:
    for source in ("META_ADS", "GOOGLE_ADS"):
        left = await ground.decide(await ground.start(source), "1001", "deny")
        back = await ground.come_back(left)
        assert back["error"] == "the source gave no code: access_denied"
        assert "ticket" not in back


async def test_a_state_of_another_source_or_an_old_one_comes_to_nothing(ground: Ground) -> None:
    left = await ground.decide(await ground.start("META_ADS"), "1001")
    back = await ground.come_back(left.replace("/callback/meta", "/callback/google_ads"))
    assert back["error"] == "the state belongs to another source"
    left = await ground.decide(await ground.start("META_ADS"), "1001")
    async with ground.stores.database.write(ground.tenant.scope) as connection:
        await connection.execute("UPDATE source_authorization SET expires_at = now()")
    assert (await ground.come_back(left))["error"] == "the authorization took too long"


async def test_a_code_that_does_not_fit_its_verifier_is_refused(ground: Ground) -> None:
    first = await ground.start("GOOGLE_ADS")
    second = await ground.start("GOOGLE_ADS")
    stolen = parse_qs(urlsplit(await ground.decide(first, "1002002001")).query)["code"][0]
    left = await ground.decide(second, "1002002001")
    own = parse_qs(urlsplit(left).query)["code"][0]
    back = await ground.come_back(
        str(httpx2.URL(left).copy_set_param("code", stolen)).replace(own, stolen)
    )
    done = await ground.say(CONFIRM, id=back["authorization"], ticket=back["ticket"])
    assert done["authorization"]["status"] == "FAILED"
    assert "Invalid code verifier" in done["authorization"]["error"]["message"]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "https://app.example.evil.example/",
        "https://app.example@evil.example/",
        "https://evil.example\\@app.example/",
        "http://app.example/",
        "https://app.example:444/",
        "javascript:alert(1)//app.example",
        "//app.example/",
        "https://app.example/#x",
    ],
)
async def test_nobody_is_sent_elsewhere(ground: Ground, address: str) -> None:
    refused = await ground.say(START, source="META_ADS", to=address)
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", "redirectTo")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is written at its most talkative."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    configure_logs(Settings(log_level="debug", log_format="json"), written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def test_without_an_address_the_ticket_is_shown_and_no_secret_is_logged(
    log: io.StringIO, ground: Ground
) -> None:
    begun = await ground.say(START, source="META_ADS")
    left = await ground.decide(begun["consentUrl"], "1001")
    async with httpx2.AsyncClient() as browser:
        page = await browser.get(left)
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-store"
    assert AUTHORIZATION.decode(begun["authorization"]["id"], "id")
    assert begun["authorization"]["id"] in page.text
    code, state = (parse_qs(urlsplit(left).query)[name][0] for name in ("code", "state"))
    ticket = page.text.partition("<dt>ticket</dt><dd>")[2].partition("</dd>")[0]
    assert len(ticket) == 43
    assert "/oauth/callback/meta" in log.getvalue()
    assert [secret for secret in (code, state, ticket) if secret in log.getvalue()] == []


async def test_a_source_without_consent_says_what_else_to_do(ground: Ground) -> None:
    refused = await ground.say(START, source="KLAVIYO")
    assert (refused["field"], "connectSource" in refused["mend"]) == ("source", True)
