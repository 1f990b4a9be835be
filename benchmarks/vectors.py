"""Nearest documents in Postgres: `python -m benchmarks.vectors`.

Documents of twenty tenants, from 30,000 down to 20, said in words by rule and embedded offline.
Told are how many a second are embedded and kept; and for each way of searching the share of the ten
nearest that it finds, of the tenant where that is the least, and how long it takes at a
concurrency.
Tenants are asked alike often, or as often as they have documents; rounds are interleaved.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

from app.embedded import attach
from benchmarks.machine import children_cpu_seconds, described, own_cpu_seconds
from core.commands import CreateTenant
from core.records.documents import Document, DocumentFilter
from core.scope import SystemScope, TenantScope
from core.vectors import Vector, VectorItem, VectorStore
from stores.postgres.logins import Logins, derive_logins
from stores.postgres.migrate import migrate
from stores.postgres.vectors import PostgresVectors
from stores.wiring import Stores, open_stores
from tests.support import MASTER_KEY, scope_of
from tests.vectors.corpus import KINDS, document

SIZES: Final = (
    *(30_000, 20_000, 12_000, 8_000, 6_000, 5_000, 4_000, 3_000, 2_500, 2_000),
    *(1_800, 1_500, 1_200, 1_000, 800, 500, 400, 200, 80, 20),
)
K: Final = 10
WORDS: Final = {
    "channel": ("paid social", "paid search SEM", "email EDM newsletter", "display", "video"),
    "what": ("campaign", "ad set", "ad", "account"),
    "goal": ("sales", "leads", "traffic", "awareness", "app installs", "retention"),
    "goods": ("shoes", "jackets", "tents", "bikes", "lamps", "books", "coffee", "toys"),
    "verdict": (
        "no sales: wasted spend", "cheapest conversions of the quarter", "an ordinary month",
        "clicks dear as never before", "the best return of the year", "hardly shown at all",
    ),
    "season": ("black friday", "christmas", "summer sale", "back to school", "spring", "easter"),
    "audience": ("prospecting", "retargeting", "lookalike", "newsletter readers", "students"),
    "country": ("germany", "france", "spain", "italy", "poland", "sweden", "austria"),
}  # fmt: skip


def main() -> None:
    """Fill a database of its own and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the documents")
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--questions", type=int, default=600, help="of each way in a round")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="liftos-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with attach(home) as services:
            print(described())
            logins = derive_logins(services.postgres_url, MASTER_KEY)
            asked.postmaster = int(next(home.rglob("postmaster.pid")).read_text().split()[0])
            asyncio.run(measured(logins, services.redis_url, asked))


async def measured(logins: Logins, redis_url: str, asked: argparse.Namespace) -> None:
    """Fill, then every way in turn."""
    await migrate(logins)
    async with open_stores(logins, redis_url, MASTER_KEY, pool_size=16) as stores:
        tenants = await filled(stores, asked)
        ways: dict[str, VectorStore] = {
            "as shipped": stores.vectors,
            "one by one": PostgresVectors(stores.database, exact_up_to=10**9),
        }
        questions = {
            scope: await stores.embedder.embed(scope, [*texts(40, size)]) for scope, size in tenants
        }
        await told_recall(stores, ways, tenants, questions)
        for share in ("tenants alike", "by documents"):
            await told_speed(ways, tenants, questions, share, asked)


async def filled(stores: Stores, asked: argparse.Namespace) -> list[tuple[TenantScope, int]]:
    """Tenants with their documents; says how many a second that were."""
    tenants: list[tuple[TenantScope, int]] = []
    began, embedding, count = time.perf_counter(), 0.0, 0
    before = children_cpu_seconds(asked.postmaster) + own_cpu_seconds()
    for at, full in enumerate(SIZES):
        size = max(20, round(full * asked.share))
        command = CreateTenant(slug=f"bench-{at}", name="Bench")
        scope = scope_of(await stores.tenants.create(SystemScope(reason="benchmark"), command))
        written = list(texts(size, at))
        for start in range(0, size, 1000):
            now = time.perf_counter()
            vectors = await stores.embedder.embed(scope, written[start : start + 1000])
            embedding += time.perf_counter() - now
            await stores.vectors.upsert(scope, stores.embedder.model, items(start, vectors))
        tenants.append((scope, size))
        count += size
    took = time.perf_counter() - began
    used = children_cpu_seconds(asked.postmaster) + own_cpu_seconds() - before
    print(
        f"{count:,} documents of {len(tenants)} tenants: {count / took:,.0f} a second, "
        f"of which embedding alone {count / embedding:,.0f} a second; "
        f"{count / used:,.0f} for a second of processor time"
    )
    return tenants


def texts(count: int, seed: int) -> Iterator[str]:
    """What documents say, and questions too."""
    random = Random(seed)  # noqa: S311 - the same seed, the same texts
    for number in range(count):
        said = [random.choice(words) for words in WORDS.values()]
        yield f"{said[3]} {said[6]} {number % 97}\n{', '.join(said)}; {said[4]}; in {said[5]}"


def items(start: int, vectors: Sequence[Vector]) -> list[VectorItem]:
    """Documents from the number `start` on."""
    return [VectorItem(_document(start + at), vector) for at, vector in enumerate(vectors)]


def _document(number: int) -> Document:
    return document(number, id=UUID(int=number + 1), kind=KINDS[number % 3])


async def told_recall(
    stores: Stores,
    ways: dict[str, VectorStore],
    tenants: Sequence[tuple[TenantScope, int]],
    questions: dict[TenantScope, Sequence[Vector]],
) -> None:
    """The share of the nearest that each way finds, by tenant; equal scores are equally near."""
    model = stores.embedder.model
    shares: dict[str, list[tuple[float, int]]] = {name: [] for name in ways}
    for scope, size in tenants:
        for name, way in ways.items():
            found = []
            for vector in questions[scope]:
                exact = await ways["one by one"].query(scope, model, vector, DocumentFilter(), K)
                hits = await way.query(scope, model, vector, DocumentFilter(), K)
                least = exact[-1].score - 1e-6
                found.append(sum(hit.score >= least for hit in hits) / len(exact))
            shares[name].append((statistics.mean(found), size))
    for name, each in shares.items():
        worst = min(each)
        mean = statistics.mean(share for share, _ in each)
        print(
            f"recall@{K} {name:12} mean {mean:.4f}, least {worst[0]:.4f} "
            f"(of {worst[1]:,} documents)"
        )


async def told_speed(
    ways: dict[str, VectorStore],
    tenants: Sequence[tuple[TenantScope, int]],
    questions: dict[TenantScope, Sequence[Vector]],
    share: str,
    asked: argparse.Namespace,
) -> None:
    """Milliseconds of a question at the concurrency, and processor time of both sides."""
    random = Random(1)  # noqa: S311 - the same order of questions for each way
    weights = [size if share == "by documents" else 1 for _, size in tenants]
    order = [
        (scope, random.choice(questions[scope]))
        for scope, _ in random.choices(tenants, weights, k=asked.questions)
    ]
    took: dict[str, list[float]] = {name: [] for name in ways}
    used: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(asked.rounds + 1):
        for name, way in ways.items():
            before = children_cpu_seconds(asked.postmaster) + own_cpu_seconds()
            each = await asked_at_once(way, order, asked.concurrency)
            after = children_cpu_seconds(asked.postmaster) + own_cpu_seconds()
            if number:
                took[name] += each
                used[name].append((after - before) / len(order) * 1e3)
    for name, each in took.items():
        ranks = statistics.quantiles(each, n=100)
        print(
            f"{share:14} {name:12} p50 {ranks[49] * 1e3:6.2f} ms, p95 {ranks[94] * 1e3:6.2f} ms, "
            f"processor {statistics.median(used[name]):.2f} ms a question"
        )


async def asked_at_once(
    way: VectorStore, order: Sequence[tuple[TenantScope, Vector]], concurrency: int
) -> list[float]:
    """Seconds of each question, so many under way at a time."""
    waiting = iter(order)
    took: list[float] = []

    async def one_after_another() -> None:
        for scope, vector in waiting:
            began = time.perf_counter()
            await way.query(scope, "wordllama-l2-supercat-256", vector, DocumentFilter(), K)
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(one_after_another() for _ in range(concurrency)))
    return took


if __name__ == "__main__":
    main()
