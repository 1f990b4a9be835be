"""Raw pages of Meta to committed vintages and current entries, beside a plain COPY of the same.

`python -m benchmarks.ingest --ads 2000 --days 180`. One process ingests, as a worker does,
with an embedded Postgres of its own on the same cores; the pages come from a file, so that no
source is measured. The database has taken as many pages of another tenant before. Five runs:
everything new, the same pages again, the same with other cursors, the same records in pages with
other bytes, and pages of which each has rows with another spend.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import pyarrow as pa

from app.embedded import attach, status
from benchmarks.machine import children_cpu_seconds, described, own_cpu_seconds, own_peak_mb
from benchmarks.pages import ACCOUNT, bodies
from benchmarks.stages import timed
from connectors.registry import normalise_page
from core.commands import ConnectSource, CreateTenant, StartIngestion
from core.jsonvalue import JSONObject
from core.records.connections import ConnectionRecord, Level, Source
from core.records.ingestion import ENTRY_COLUMNS, RawPage
from core.scope import Permission, Role, SystemScope, TenantScope
from core.units import DateRange
from jobs.ingest import Ingestion
from jobs.sources import OpenSource
from stores.postgres.binary_copy import encode
from stores.postgres.logins import derive_logins
from stores.postgres.migrate import migrate
from stores.postgres.stage import STAGED_TYPES
from stores.wiring import Stores, open_stores
from stores.work import work_stores
from transform.normalise.context import PageContext

MASTER_KEY = bytes(32)
FIRST = date(2026, 1, 1)
WINDOW_DAYS = 30
_SIZE_BYTES = 4


@dataclass(frozen=True, slots=True)
class Spool:
    """Pages in one file for each window, each page behind its length."""

    folder: Path
    cursor: str = "1"
    space: bytes = b""
    """In each page: what makes it say the same records in other bytes."""

    def window(self, since: date) -> Iterator[tuple[bytes, bool]]:
        """Each page of the window, and whether it is the last."""
        with (self.folder / since.isoformat()).open("rb") as file:
            body = _read(file)
            while body is not None:
                following = _read(file)
                paging = b',"paging":{"cursors":{"after":"%s"}}}' % self.cursor.encode()
                yield b"{" + self.space + body[1:-1] + paging, following is None
                body = following


def _read(file: io.BufferedReader) -> bytes | None:
    size = file.read(_SIZE_BYTES)
    return file.read(int.from_bytes(size, "big")) if size else None


def spool(folder: Path, ads: int, days: int, restated: float) -> None:
    """Write the windows of `days` days."""
    for window in DateRange(FIRST, FIRST + timedelta(days - 1)).windows(WINDOW_DAYS):
        with (folder / window.since.isoformat()).open("wb") as file:
            for body in bodies(window.since, window.days, ads, restated=restated):
                file.write(len(body).to_bytes(_SIZE_BYTES, "big") + body)


class SpooledPages:
    """A connector that has every page at hand."""

    window_days = WINDOW_DAYS

    def __init__(self, pages: Spool) -> None:
        self._pages = pages

    async def pages(
        self, window: DateRange | None, _resume: JSONObject | None
    ) -> AsyncIterator[RawPage]:
        """Each page of the window."""
        assert window is not None
        for number, (body, is_last) in enumerate(self._pages.window(window.since)):
            checkpoint = None if is_last else {"page": number}
            yield RawPage("insights", "application/json", body, {}, checkpoint)


@dataclass(frozen=True, slots=True)
class Bench:
    """One tenant's account, to be read again and again."""

    stores: Stores
    scope: TenantScope
    connection: ConnectionRecord
    dates: DateRange
    postgres_pid: int

    async def run(self, title: str, pages: Spool) -> Ingested:
        """Ingest the pages and print what came of them."""
        work = work_stores(self.stores)
        command = StartIngestion(self.connection.id, dates=self.dates)
        run = await self.stores.runs.start_ingestion(self.scope, command)
        claimed = await work.runs.claim(self.scope, run.id)
        assert claimed is not None
        source = OpenSource(self.connection, SpooledPages(pages), is_whole=True)
        with timed() as seconds:
            own, postgres = own_cpu_seconds(), children_cpu_seconds(self.postgres_pid)
            start = time.perf_counter()
            ingestion = Ingestion(self.stores, work, self.scope, claimed, source)
            receipt = await ingestion.run(_keeps_on)
            took = time.perf_counter() - start
        own = own_cpu_seconds() - own
        postgres = children_cpu_seconds(self.postgres_pid) - postgres
        print(f"{title}: {receipt.counters}")
        stages = {"worker, CPU": own, "Postgres, CPU": postgres, **seconds}
        return Ingested(title, receipt.counters.fetched, took, stages)


@dataclass(frozen=True, slots=True)
class Ingested:
    """A run: its records, the seconds that it took, and those of each stage."""

    title: str
    rows: int
    took: float
    seconds: dict[str, float]


async def _keeps_on() -> bool:
    return False


def table(runs: Sequence[Ingested], copy_seconds: float) -> str:
    """The runs beside each other, and beside COPY alone of the rows of the first, in Markdown."""
    stages = dict.fromkeys(name for run in runs for name in run.seconds)
    lines = [
        ("", *(run.title for run in runs), "COPY alone"),
        ("---", *("---:" for _ in range(len(runs) + 1))),
        ("records/s", *(f"{run.rows / run.took:,.0f}" for run in runs), _rate(runs, copy_seconds)),
        ("a minute", *(f"{run.rows / run.took * 60:,.0f}" for run in runs), ""),
        ("time, of COPY's", *(f"{run.took / copy_seconds:.1f} x" for run in runs), "1"),
        ("as fast as new", *(f"{runs[0].took / run.took:.1f} x" for run in runs), ""),
        *((f"{name}, us/record", *(_each(run, name) for run in runs), "") for name in stages),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rate(runs: Sequence[Ingested], copy_seconds: float) -> str:
    return f"{runs[0].rows / copy_seconds:,.0f}"


def _each(run: Ingested, stage: str) -> str:
    seconds = run.seconds.get(stage)
    return "" if seconds is None else f"{seconds / run.rows * 1e6:.1f}"


async def copy_alone(dsn: str, pages: Spool, dates: DateRange) -> float:
    """Seconds that COPY alone takes for the rows of these pages, encoded beforehand."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(_PLAIN)
    context = PageContext(ACCOUNT, "EUR", "Europe/Berlin", Level.AD)
    took = 0.0
    for window in dates.windows(WINDOW_DAYS):
        found = [
            normalise_page(Source.META_ADS, "insights", "application/json", body, context).entries
            for body, _ in pages.window(window.since)
        ]
        took += await _copied(connection, pa.concat_tables(found))
    await connection.close()
    return took


async def _copied(connection: asyncpg.Connection, table: pa.Table) -> float:
    data = io.BytesIO(encode(table, frozenset({"actions"})))
    start = time.perf_counter()
    await connection.copy_to_table(
        "plain_entry", source=data, columns=table.column_names, format="binary"
    )
    return time.perf_counter() - start


_PLAIN = "CREATE TABLE plain_entry ({})".format(
    ", ".join(f"{column.name} {STAGED_TYPES[column.kind]}" for column in ENTRY_COLUMNS)
)


async def bench(home: Path, dsn: str, redis_url: str, arguments: argparse.Namespace) -> None:
    """Load, read again, read with changes, and COPY."""
    logins = derive_logins(dsn, MASTER_KEY)
    await migrate(logins)
    dates = DateRange(FIRST, FIRST + timedelta(arguments.days - 1))
    first, changed = Spool(home / "first"), Spool(home / "changed")
    async with open_stores(logins, redis_url, MASTER_KEY) as stores:
        postgres_pid = status(home).postgres.pid
        assert postgres_pid is not None
        # A database that was made just now clears each page of its memory and of its log first.
        await Bench(stores, *await _account(stores, "before"), dates, postgres_pid).run("", first)
        at = Bench(stores, *await _account(stores, "bench"), dates, postgres_pid)
        runs = [
            await at.run("new", first),
            await at.run("the same pages", first),
            await at.run("with other cursors", replace(first, cursor="2")),
            await at.run("the same in other bytes", replace(first, space=b" ")),
            await at.run(f"{arguments.restated:.0%} of the rows restated", changed),
        ]
    print(f"peak memory of the worker's process {own_peak_mb():.0f} MB\n")
    print(table(runs, await copy_alone(dsn, first, dates)))


async def _account(stores: Stores, name: str) -> tuple[TenantScope, ConnectionRecord]:
    tenant = await stores.tenants.create(
        SystemScope(reason="benchmark"), CreateTenant(slug=name, name="Bench")
    )
    scope = TenantScope(tenant.id, "user:bench", frozenset({Role.ADMIN}), frozenset(Permission))
    command = ConnectSource(
        source=Source.META_ADS,
        account_id=f"act_{ACCOUNT}",
        name="Bench",
        currency="EUR",
        time_zone="Europe/Berlin",
        level=Level.AD,
        look_back_days=28,
    )
    return scope, await stores.connections.create(scope, command)


@contextmanager
def _folder() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="liftos-bench-"))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _spooled(home: Path, arguments: argparse.Namespace) -> None:
    """In processes of their own, so that their memory is not counted."""
    for name, restated in (("first", 0.0), ("changed", arguments.restated)):
        folder = home / name
        folder.mkdir()
        task = (folder, arguments.ads, arguments.days, restated)
        process = multiprocessing.get_context("spawn").Process(target=spool, args=task)
        process.start()
        process.join()


def main() -> None:
    """Parse the arguments, make the pages, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ads", type=int, default=2_000)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--restated", type=float, default=0.01)
    arguments = parser.parse_args()
    print(described())
    with _folder() as home:
        _spooled(home, arguments)
        with attach(home) as attachment:
            asyncio.run(bench(home, attachment.postgres_url, attachment.redis_url, arguments))


if __name__ == "__main__":
    main()
