"""Questions of twenty tenants with 100,000 documents: `python -m benchmarks.search`.

Entries of tenants of 30,000 down to 50 documents are indexed by runs of kind INDEX, stage by stage;
then each mode is asked at a concurrency, through the resolver that GraphQL asks, ten hits with
their documents. Rounds of the modes are interleaved, and with them the least that any question
costs: one read of the database. Told are milliseconds on the clock, and processor time of both
sides, which says more on a machine that has other work. `--home` keeps what was indexed.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

from app.embedded import attach
from benchmarks.machine import children_cpu_seconds, described, own_cpu_seconds
from benchmarks.search_world import Filled, asked, filled
from benchmarks.stages import INDEXING, timed
from core.records.documents import DocumentFilter
from core.records.search import SearchMode
from core.settings import Settings
from jobs.assignments import Assignment
from jobs.indexing.index import index
from jobs.indexing.measuring import ROUNDING
from resolvers import search
from resolvers.paging import PageArguments
from resolvers.session import Session
from stores.postgres.logins import Logins, derive_logins
from stores.postgres.migrate import migrate
from stores.wiring import Stores, open_stores
from stores.work import work_stores
from tests.support import MASTER_KEY

K: Final = 10
PROBES: Final = 20
Question: TypeAlias = Callable[[Filled, str], Awaitable[object]]


def main() -> None:
    """Fill a database of its own, or the one of `--home`, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the documents")
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--questions", type=int, default=400, help="of each mode in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--home", type=Path, help="a folder that is kept")
    given = parser.parse_args()
    with _home(given.home) as home, attach(home) as services:
        print(described())
        logins = derive_logins(services.postgres_url, MASTER_KEY)
        given.postmaster = int(next(home.rglob("postmaster.pid")).read_text().split()[0])
        asyncio.run(measured(logins, services.redis_url, given))


@contextmanager
def _home(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(mode=0o755, parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="liftos-bench-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


async def measured(logins: Logins, redis_url: str, given: argparse.Namespace) -> None:
    """Fill, index what is not indexed yet, then recall and speed."""
    await migrate(logins)
    async with open_stores(logins, redis_url, MASTER_KEY, pool_size=16) as stores:
        tenants = await filled(stores, given.share)
        await stores.statistics.learn()
        await indexed(stores, tenants, given.postmaster)
        await told_recall(stores, tenants)
        await told_speed(stores, tenants, given)


async def indexed(stores: Stores, tenants: Sequence[Filled], postmaster: int) -> None:
    """A run for each tenant that has had none; all of them together are told."""
    new = [
        each for each in tenants
        if (await stores.search_status.status(each.scope)).looked_at is None
    ]  # fmt: skip
    began, before = time.perf_counter(), processor(postmaster)
    stages: Counter[str] = Counter()
    documents = 0
    for each in new:
        with timed(INDEXING) as seconds:
            documents += await _run(stores, each)
        stages.update(seconds)
    if not new:
        return
    took = time.perf_counter() - began
    spent = [after - earlier for after, earlier in zip(processor(postmaster), before, strict=True)]
    print(
        f"{documents:,} documents of {len(new)} tenants: {documents / took:,.0f} a second, "
        f"{documents / sum(spent):,.0f} for a second of processor time ({spent[0]:.1f} s here, "
        f"{spent[1]:.1f} s in Postgres)"
    )
    for stage, each_took in stages.most_common():
        print(f"  {stage:28}{each_took:8.2f} s {each_took / took:6.0%}")


async def _run(stores: Stores, each: Filled) -> int:
    work = work_stores(stores)
    claimed = await work.runs.claim(each.scope, (await stores.documents.request(each.scope)).id)
    assert claimed is not None
    at = Assignment(stores, work, Settings(), each.scope, claimed, _never)
    return (await index(at)).counters.stored


async def _never() -> bool:
    return False


def processor(postmaster: int) -> tuple[float, float]:
    """Seconds of this process and of Postgres so far."""
    return own_cpu_seconds(), children_cpu_seconds(postmaster)


async def told_recall(stores: Stores, tenants: Sequence[Filled]) -> None:
    """Of the ten documents nearest to a question, how many are found, in each tenant."""
    texts, model = asked(PROBES), stores.embedder.model
    shares = []
    for each in tenants:
        vectors = await stores.embedder.embed(each.scope, texts)
        exact = await stores.search_status.nearest(each.scope, model, vectors, K)
        found = 0
        for vector, scores in zip(vectors, exact, strict=True):
            near = await stores.vectors.query(each.scope, model, vector, DocumentFilter(), K)
            found += sum(hit.score >= min(scores) - ROUNDING for hit in near)
        expected = sum(map(len, exact))
        shares.append((found / expected, each.size))
    least, size = min(shares)
    mean = statistics.mean(share for share, _ in shares)
    print(f"recall@{K}: mean {mean:.4f}, least {least:.4f} (of {size:,} documents)")


async def told_speed(stores: Stores, tenants: Sequence[Filled], given: argparse.Namespace) -> None:
    """Each mode in turn, round after round; tenants are asked as often as they have documents."""
    ways: dict[str, Question] = {"one read": _one_read(stores)}
    ways |= {mode.value: _mode(stores, mode) for mode in SearchMode}
    weights = [each.size for each in tenants]
    chosen = Random(1).choices(tenants, weights, k=given.questions)  # noqa: S311 - the same for all
    order = list(zip(chosen, asked(given.questions), strict=True))
    took: dict[str, list[float]] = {name: [] for name in ways}
    used: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(given.rounds + 1):
        for name, way in ways.items():
            before = processor(given.postmaster)
            each = await at_once(way, order, given.concurrency)
            own, theirs = processor(given.postmaster)
            if number:
                took[name] += each
                used[name].append((own - before[0], theirs - before[1]))
    for name, seconds in took.items():
        ranks = statistics.quantiles(seconds, n=100)
        sides = zip(*used[name], strict=True)
        own, theirs = (statistics.median(side) / len(order) * 1e3 for side in sides)
        print(
            f"{name:11} p50 {ranks[49] * 1e3:7.2f} ms, p95 {ranks[94] * 1e3:7.2f} ms; processor "
            f"{own + theirs:6.2f} ms a question ({own:.2f} here, {theirs:.2f} in Postgres)"
        )


def _one_read(stores: Stores) -> Question:
    async def ask(at: Filled, text: str) -> object:
        async with stores.database.read(at.scope) as connection:
            return await connection.fetchval("SELECT length($1)", text)

    return ask


def _mode(stores: Stores, mode: SearchMode) -> Question:
    async def ask(at: Filled, text: str) -> object:
        session = Session.open(at.scope, stores)
        return await search.search(session, search.Asked(text, mode), PageArguments(first=K))

    return ask


async def at_once(
    way: Question, order: Sequence[tuple[Filled, str]], concurrency: int
) -> list[float]:
    """Seconds of each question, so many under way at a time."""
    waiting = iter(order)
    took: list[float] = []

    async def one_after_another() -> None:
        for at, text in waiting:
            began = time.perf_counter()
            await way(at, text)
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(one_after_another() for _ in range(concurrency)))
    return took


if __name__ == "__main__":
    main()
