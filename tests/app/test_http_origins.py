"""Web pages: which may ask and read, and what a browser can send without asking first."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from app.http.origins import Origins
from core.errors import ConfigError
from core.settings import Settings
from tests.app.conftest import Serve, Stand, token

APP, OTHER = "https://app.example.com", "https://evil.example.com"
QUERY = {"query": "{actor}"}


@pytest.fixture
async def listed(serve: Serve) -> AsyncIterator[Stand]:
    settings = Settings(cors_origins=f"{APP}, http://localhost:5173")
    async with serve(settings) as stand:
        yield stand


@pytest.fixture
async def page(listed: Stand) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {token()}"}
    async with httpx2.AsyncClient(base_url=listed.url, headers=headers) as client:
        yield client


def vary(answer: httpx2.Response) -> set[str]:
    return {name.strip() for name in answer.headers["vary"].split(",")}


@pytest.mark.parametrize("path", ["/graphql", "/uploads", "/exports/x/y", "/operations/x"])
async def test_a_preflight_of_a_listed_origin_is_granted(
    page: httpx2.AsyncClient, path: str
) -> None:
    asked = {
        "Origin": APP,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = await page.options(path, headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == APP
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, POST"
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type"
    assert answer.headers["access-control-max-age"] == "7200"
    assert "access-control-allow-credentials" not in answer.headers
    assert vary(answer) == {
        "Origin",
        "Access-Control-Request-Method",
        "Access-Control-Request-Headers",
    }


@pytest.mark.parametrize("origin", [OTHER, "null", "https://app.example.com.evil.test", "*", ""])
async def test_a_preflight_of_another_origin_is_granted_nothing(
    page: httpx2.AsyncClient, origin: str
) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = await page.options("/graphql", headers=asked)
    granted = [name for name in answer.headers if name.startswith("access-control-")]
    assert (answer.status_code, granted) == (204, [])
    assert "Origin" in vary(answer)


async def test_a_listed_page_reads_answers_and_errors_and_their_headers(
    page: httpx2.AsyncClient,
) -> None:
    origin = {"Origin": APP, "Sec-Fetch-Site": "cross-site"}
    good = await page.post("/graphql", json=QUERY, headers=origin)
    bad = await page.post("/graphql", json=QUERY, headers=origin | {"Authorization": "x"})
    assert (good.status_code, bad.status_code) == (200, 401)
    for answer in (good, bad):
        assert answer.headers["access-control-allow-origin"] == APP
        assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
        assert vary(answer) >= {"Accept", "Origin"}


FROM_ELSEWHERE = [
    {"Origin": OTHER},
    {"Origin": "null"},
    {"Origin": OTHER, "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"},
]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
async def test_another_page_has_nothing_carried_out(
    page: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    for answer in (
        await page.post("/graphql", json=QUERY, headers=headers),
        await page.get("/graphql", params=QUERY, headers=headers),
        await page.post("/uploads?filename=a.csv", content=b"a", headers=headers),
        await page.post("/marketing/export/causal", content=b"{}", headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.a.proxy"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost:5173"},
    ],
)
async def test_who_is_no_page_of_elsewhere_may_ask(
    page: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    assert (await page.get("/graphql", params=QUERY, headers=headers)).status_code == 200


async def test_our_own_pages_may_ask_without_being_listed(stand: Stand) -> None:
    async with httpx2.AsyncClient(base_url=stand.url) as own:
        answer = await own.post(
            "/graphql",
            json=QUERY,
            headers={"Authorization": f"Bearer {token()}", "Origin": stand.url},
        )
    assert answer.status_code == 200


async def test_links_of_other_pages_lead_to_graphiql_and_to_files(
    page: httpx2.AsyncClient,
) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
    assert (await page.get("/graphql", headers=link)).status_code == 200
    file = await page.get("/exports/token/media.csv", headers=link)
    assert (file.status_code, file.json()["message"]) == (404, "this server has no exports")


async def test_other_addresses_have_no_cors(page: httpx2.AsyncClient) -> None:
    answer = await page.get("/healthz", headers={"Origin": APP})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(("origin", "status"), [(APP, 101), (OTHER, 403), ("null", 403)])
async def test_sockets_are_opened_by_the_same_origins(
    listed: Stand, origin: str, status: int
) -> None:
    opening = connect(
        f"ws://127.0.0.1:{listed.port}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        origin=Origin(origin),
    )
    try:
        async with opening:
            found = 101
    except InvalidStatus as refused:
        found = refused.response.status_code
    assert found == status


@pytest.mark.parametrize(
    "sent", ["*", "app.example.com", "https://app.example.com/", "https://*.example.com", "null"]
)
def test_what_is_no_origin_is_not_listed(sent: str) -> None:
    with pytest.raises(ConfigError, match="LIFTOS_CORS_ORIGINS"):
        Origins.of(Settings(cors_origins=sent))
