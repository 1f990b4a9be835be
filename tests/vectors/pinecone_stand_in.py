"""Pinecone's data plane as far as it is used, with its delays, its refusals and its outages.

Paths and bodies: https://docs.pinecone.io/reference/api/2025-10/data-plane
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEY = "pcsk_stand_in"
BYTES_AT_MOST = 2_000_000


@dataclass
class Vector:
    values: list[float]
    metadata: dict[str, Any]


@dataclass
class Change:
    """A write that is acknowledged, and shows after so many reads."""

    position: int
    hidden: int
    apply: Callable[[], None]


@dataclass
class PineconeStandIn:
    """One index. A write stays hidden for `lag` reads; `faults` are what is answered next."""

    dimension: int = 256
    lag: int = 0
    faults: deque[Response] = field(default_factory=deque)
    requests: list[str] = field(default_factory=list)
    namespaces: dict[str, dict[str, Vector]] = field(default_factory=dict)
    log: deque[Change] = field(default_factory=deque)
    written: int = 0
    shown: int = 0

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                self.route("/vectors/upsert", self.upsert, "POST"),
                self.route("/vectors/delete", self.delete, "POST"),
                self.route("/vectors/fetch", self.fetch, "GET"),
                self.route("/query", self.query, "POST"),
                self.route("/describe_index_stats", self.stats, "POST"),
                self.route("/namespaces", self.list, "GET"),
                self.route("/namespaces/{name}", self.drop, "DELETE"),
            ]
        )

    def route(self, path: str, answer: Callable[..., Response], method: str) -> Route:
        async def endpoint(request: Request) -> Response:
            self.requests.append(f"{method} {request.url.path}")
            if self.faults:
                return self.faults.popleft()
            if request.headers.get("api-key") != KEY:
                return refusal(401, "Invalid API key")
            body = await request.body()
            if len(body) > BYTES_AT_MOST:
                return refusal(413, "the request is too large")
            asked = await request.json() if body else dict(request.query_params)
            if request.url.path in {"/query", "/vectors/fetch", "/describe_index_stats"}:
                self.read()
            return answer(asked | request.path_params, request)

        return Route(path, endpoint, methods=[method])

    def read(self) -> None:
        for change in self.log:
            change.hidden -= 1
        while self.log and self.log[0].hidden < 0:
            change = self.log.popleft()
            change.apply()
            self.shown = change.position

    def write(self, apply: Callable[[], None]) -> dict[str, str]:
        self.written += 1
        self.log.append(Change(self.written, self.lag, apply))
        return {"x-pinecone-lsn-committed": str(self.written)}

    def upsert(self, asked: dict[str, Any], _: Request) -> Response:
        for each in asked["vectors"]:
            if len(each["values"]) != self.dimension:
                return mismatch(len(each["values"]), self.dimension)
            if any(value is None for value in each["metadata"].values()):
                return refusal(400, "Metadata value must be a string, number, boolean")
        given = {each["id"]: Vector(each["values"], each["metadata"]) for each in asked["vectors"]}
        kept = self.namespaces.setdefault(asked["namespace"], {})
        headers = self.write(lambda: kept.update(given))
        return JSONResponse({"upsertedCount": len(given)}, headers=headers)

    def delete(self, asked: dict[str, Any], _: Request) -> Response:
        name = asked["namespace"]
        if name not in self.namespaces:
            return refusal(404, "Namespace not found")
        kept = self.namespaces[name]

        def apply() -> None:
            for each in asked["ids"]:
                kept.pop(each, None)

        self.write(apply)
        return JSONResponse({})

    def fetch(self, asked: dict[str, Any], request: Request) -> Response:
        kept = self.namespaces.get(asked["namespace"], {})
        found = {
            each: {"id": each, "values": kept[each].values, "metadata": kept[each].metadata}
            for each in request.query_params.getlist("ids")
            if each in kept
        }
        return JSONResponse({"vectors": found, "namespace": asked["namespace"], "usage": {}})

    def query(self, asked: dict[str, Any], _: Request) -> Response:
        if len(asked["vector"]) != self.dimension:
            return mismatch(len(asked["vector"]), self.dimension)
        matches: list[dict[str, Any]] = [
            {"id": each, "score": dot(kept.values, asked["vector"])}
            for each, kept in self.namespaces.get(asked["namespace"], {}).items()
            if passes(kept.metadata, asked.get("filter"))
        ]
        matches.sort(key=lambda match: -match["score"])
        headers = {"x-pinecone-lsn-reconciled": str(self.shown)}
        body = {"matches": matches[: asked["topK"]], "namespace": asked["namespace"], "usage": {}}
        return JSONResponse(body, headers=headers)

    def stats(self, _: dict[str, Any], __: Request) -> Response:
        counts = {name: {"vectorCount": len(kept)} for name, kept in self.namespaces.items()}
        total = sum(len(kept) for kept in self.namespaces.values())
        return JSONResponse(
            {"namespaces": counts, "dimension": self.dimension, "indexFullness": 0,
             "totalVectorCount": total}
        )  # fmt: skip

    def list(self, asked: dict[str, Any], _: Request) -> Response:
        names = [
            {"name": name, "record_count": str(len(kept))}
            for name, kept in self.namespaces.items()
            if name.startswith(asked.get("prefix", ""))
        ]
        return JSONResponse({"namespaces": names, "total_count": len(names)})

    def drop(self, asked: dict[str, Any], _: Request) -> Response:
        if asked["name"] not in self.namespaces:
            return refusal(404, "Namespace not found")
        del self.namespaces[asked["name"]]
        return JSONResponse({})


def refusal(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    body = {"code": 3, "message": message, "details": []}
    return JSONResponse(body, status_code=status, headers=headers)


def mismatch(given: int, expected: int) -> Response:
    return refusal(
        400, f"Vector dimension {given} does not match the dimension of the index {expected}"
    )


def dot(one: list[float], other: list[float]) -> float:
    return sum(x * y for x, y in zip(one, other, strict=True))


def passes(metadata: dict[str, Any], wanted: dict[str, Any] | None) -> bool:
    """Whether a filter lets it through; what is not there matches nothing."""
    for condition in (wanted or {}).get("$and", []):
        ((name, test),) = condition.items()
        ((operator, value),) = test.items()
        if name not in metadata or not TESTS[operator](metadata[name], value):
            return False
    return True


TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "$in": lambda kept, value: kept in value,
    "$lte": lambda kept, value: kept <= value,
    "$gte": lambda kept, value: kept >= value,
}
