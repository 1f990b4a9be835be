"""Requests made up from the corpus, and how each is sent and answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote, urlencode, urlsplit

from tests.conformance.attack.corpus import (
    BODIES,
    DOCUMENTS,
    HEADERS,
    PATHS,
    QUERIES,
    TEXTS,
    VALUES,
)
from tests.conformance.attack.mutating import Mutator

JSON = {"Content-Type": "application/json"}
STREAM = {"Accept": "text/event-stream", **JSON}
PARTS = {"Accept": 'multipart/mixed;subscriptionSpec="1.0", application/json', **JSON}
ANSWER_SECONDS = 20.0
STREAMED_SECONDS = 0.3
NAMES = ("id", "ids", "first", "after", "r", "input", "rule", "filter", "run")


@dataclass(frozen=True, slots=True)
class Shot:
    """One request."""

    method: str = "POST"
    path: str = "/graphql"
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    body: bytes = b""

    @classmethod
    def asking(cls, query: str) -> Shot:
        """A POST of a document without variables."""
        return cls(body=json.dumps({"query": query}).encode())

    def written(self, token: str) -> bytes:
        """As it goes over the wire; headers in Latin-1, line ends left out."""
        sent = {
            "Host": "api.example",
            "Authorization": f"Bearer {token}",
            "Connection": "close",
            "Content-Length": str(len(self.body)),
            **self.headers,
        }
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in sent.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + self.body

    def __str__(self) -> str:
        """Short enough for a message of a failed test."""
        return f"{self.method} {self.path[:200]} {dict(self.headers)!r:.300} {self.body[:600]!r}"


async def send(url: str, token: str, shot: Shot) -> int | None:
    """The status of the answer, read to its end; None where there was none."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        with suppress(ConnectionError):
            writer.write(shot.written(token))
            await writer.drain()
        async with asyncio.timeout(ANSWER_SECONDS):
            head = await reader.readline()
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(
                STREAMED_SECONDS if shot.headers != JSON else ANSWER_SECONDS
            ):
                while await reader.read(65_536):
                    pass
    finally:
        writer.close()
    return int(head.split()[1]) if head.startswith(b"HTTP/1.1 ") else None


def shots(random: Random) -> Iterator[Shot]:
    """Requests without end."""
    mutator = Mutator(random)
    kinds = (_document, _document, _variables, _body, _url, _header, _streamed, _upload, _path)
    while True:
        yield random.choice(kinds)(random, mutator)


def whole_corpus() -> Iterator[tuple[str, Shot]]:
    """Every entry as it stands, each with its name."""
    mutator = Mutator(Random(0))
    for name, document in DOCUMENTS.items():
        operation = "Q1" if "query Q1" in document else None
        yield name, Shot(body=mutator.body({"query": document, "operationName": operation}))
    for body in BODIES:
        yield repr(body[:50]), Shot(body=body)
    for value in VALUES:
        for query in QUERIES:
            body = mutator.body({"query": query, "variables": dict.fromkeys(NAMES, value)})
            yield f"{query:.30} {value!r:.30}", Shot(body=body)


def _document(random: Random, mutator: Mutator) -> Shot:
    query = mutator.text(random.choice(QUERIES))
    return Shot(body=mutator.body({"query": query, "variables": _some_variables(random, mutator)}))


def _variables(random: Random, mutator: Mutator) -> Shot:
    variables = _some_variables(random, mutator)
    return Shot(body=mutator.body({"query": random.choice(QUERIES), "variables": variables}))


def _body(random: Random, mutator: Mutator) -> Shot:
    if random.random() < 0.3:
        return Shot(body=mutator.data(random.choice(BODIES)))
    query = random.choice(QUERIES)
    asked: dict[str, object] = {"query": query, "variables": {}, "extensions": {}}
    return Shot(
        body=mutator.body(mutator.value([asked, asked] if random.random() < 0.3 else asked))
    )


def _url(random: Random, mutator: Mutator) -> Shot:
    asked = {
        "query": mutator.text(random.choice(QUERIES))[:4_000],
        "variables": mutator.text('{"id": "a", "first": 1}')[:4_000],
        random.choice(("operationName", "extensions", "documentId", "q")): random.choice(TEXTS)[
            :4_000
        ],
    }
    return Shot("GET", "/graphql?" + urlencode(asked, errors="replace"), {"Accept": "*/*"})


def _header(random: Random, mutator: Mutator) -> Shot:
    names = random.sample(list(HEADERS), random.randint(1, 3))
    odd = {name: random.choice(HEADERS[name]) for name in names}
    body = mutator.body({"query": random.choice(QUERIES), "variables": {}})
    return Shot(
        random.choice(("POST", "POST", "GET", "PUT", "HEAD", "OPTIONS")),
        headers=JSON | odd,
        body=body,
    )


def _streamed(random: Random, mutator: Mutator) -> Shot:
    asked = {
        "query": mutator.text(random.choice(QUERIES)),
        "variables": _some_variables(random, mutator),
    }
    return Shot(headers=random.choice((STREAM, PARTS)), body=mutator.body(asked))


def _upload(random: Random, mutator: Mutator) -> Shot:
    name = quote(mutator.text(random.choice((*TEXTS, "orders.csv"))), errors="replace")
    kind = random.choice(("text/csv", "", *HEADERS["Content-Type"]))
    return Shot(
        "POST",
        f"/uploads?filename={name}"[:8_000],
        {"Content-Type": kind},
        mutator.data(b"a,b\n1,2\n"),
    )


def _path(random: Random, mutator: Mutator) -> Shot:
    path = random.choice(PATHS)
    sent = {
        random.choice(("dates", "since", "first", "")): mutator.text(random.choice(TEXTS))[:3_000]
    }
    body = mutator.body(mutator.value({"dates": {"since": "2026-11-01", "until": "2026-11-14"}}))
    method = random.choice(("GET", "POST"))
    query = "?" + urlencode(sent, errors="replace") if method == "GET" else ""
    return Shot(method, path + query, JSON, body if method == "POST" else b"")


def _some_variables(random: Random, mutator: Mutator) -> dict[str, object]:
    return {name: mutator.value(random.choice(VALUES)) for name in NAMES}
