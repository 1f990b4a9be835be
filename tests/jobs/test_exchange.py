from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from connectors import ecb
from core.errors import ConfigError, Transient
from core.records.exchange import RateMoment
from jobs.exchange import RateKeeper
from stores.wiring import Stores
from tests.support import Tenant, free_port

TODAY = datetime.now(UTC).date()


def archive(*rows: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as opened:
        opened.writestr("eurofxref-hist.csv", "\n".join(("Date,USD,JPY,CYP,", *rows)))
    return held.getvalue()


@contextmanager
def published(body: bytes, status: int = 200) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/rates.zip"
        server.shutdown()
        thread.join()


async def dollars(
    stores: Stores, tenant: Tenant, on: date, as_of: datetime | None = None
) -> object:
    moment = RateMoment(on, as_of)
    published = (await stores.exchange.known(tenant.scope, [moment]))[moment].published
    return None if published is None else (published.date, published.rates["USD"])


async def newest(stores: Stores, tenant: Tenant) -> tuple[date, str, bool]:
    """The last publication, and whether it is yet to be known."""
    async with stores.database.read(tenant.scope) as connection:
        row = await connection.fetchrow(
            "SELECT date, rates ->> 'USD' AS dollars, learned_at > now() AS is_ahead "
            "FROM exchange_publication ORDER BY date DESC LIMIT 1"
        )
    assert row is not None
    return row["date"], row["dollars"], row["is_ahead"]


async def test_what_came_with_the_installation_answers_at_once(
    stores: Stores, tenant: Tenant
) -> None:
    await RateKeeper(stores, "").keep()
    friday = (date(2026, 10, 30), Decimal("1.1172"))
    assert await dollars(stores, tenant, date(2026, 10, 30)) == friday
    assert await dollars(stores, tenant, date(2026, 10, 31)) == friday
    assert await dollars(stores, tenant, date(2009, 12, 31)) is None
    # History is taken as known since four in the afternoon in Frankfurt of its own day.
    on, before, after = (
        date(2020, 3, 16),
        datetime(2020, 3, 16, 14, 59, tzinfo=UTC),
        datetime(2020, 3, 16, 15, 0, tzinfo=UTC),
    )
    assert await dollars(stores, tenant, on, before) == (date(2020, 3, 13), Decimal("1.1104"))
    assert await dollars(stores, tenant, on, after) == (date(2020, 3, 16), Decimal("1.1157"))


async def test_newer_rates_are_fetched_and_change_no_answer_of_before(
    stores: Stores, tenant: Tenant
) -> None:
    await RateKeeper(stores, "").keep()
    yesterday = TODAY - timedelta(days=1)
    asked_at = datetime.now(UTC)
    before = await dollars(stores, tenant, TODAY, asked_at)
    rows = f"{yesterday},1.5,N/A,,", "2026-10-30,9.9,1,1,"
    with published(archive(*rows)) as url:
        await RateKeeper(stores, url).keep()
        await RateKeeper(stores, url).keep()
    assert await newest(stores, tenant) == (yesterday, "1.5", True)
    assert await dollars(stores, tenant, TODAY, asked_at) == before
    # What was published stays as it was.
    assert await dollars(stores, tenant, date(2026, 10, 30)) == (
        date(2026, 10, 30),
        Decimal("1.1172"),
    )


async def test_a_publisher_that_fails_leaves_everything_as_it_is(
    stores: Stores, tenant: Tenant
) -> None:
    await RateKeeper(stores, "").keep()
    before = await dollars(stores, tenant, TODAY)
    with published(b"<html>", 200) as url:
        await RateKeeper(stores, url).keep()
    with published(b"", 503) as url:
        await RateKeeper(stores, url).keep()
    await RateKeeper(stores, f"http://127.0.0.1:{free_port()}/").keep()
    assert await dollars(stores, tenant, TODAY) == before


def test_a_damaged_archive_says_so() -> None:
    with pytest.raises(Transient, match="damaged"):
        list(ecb.publications(archive("tomorrow,1,2,3,"), date(2020, 1, 1)))


def test_absent_and_impossible_rates_are_left_out() -> None:
    [found] = ecb.publications(archive("2026-01-02,1.1,N/A,0,"), date(2020, 1, 1))
    assert dict(found.rates) == {"USD": Decimal("1.1")}
    assert found.source == "European Central Bank"


async def test_an_address_that_is_none_is_the_configuration_s_fault() -> None:
    with pytest.raises(ConfigError):
        await ecb.download("ftp://example.com/rates.zip")
