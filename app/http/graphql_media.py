"""Which media type a GraphQL answer takes, as the caller's Accept header wants it.

https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types and RFC 9110, section 12.5.1:
of several ranges that fit a type the most exact one counts, so `q=0` excludes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from app.http.errors import Refusal
from app.http.weights import weighed

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
OFFERED = (JSON, GRAPHQL_RESPONSE)
"""Most usual first: what a caller gets who leaves it open."""
RANGES = (None, "*/*", "application/*")
"""From least exact to most; a type itself is more exact than any of them."""


@dataclass(frozen=True, slots=True, order=True)
class _Fit:
    """How well a type fits a header: how much it is wanted, how exactly, how early it is named."""

    weight: float
    exactness: int
    earliness: int


def media_type_for(accept: str | None) -> str:
    """The type that is wanted most of the two we speak; JSON where the caller leaves it open."""
    if accept is None or not accept.strip():
        return JSON
    ranges = weighed(accept)
    fits = {offered: _fit(offered, ranges) for offered in OFFERED}
    best = max(OFFERED, key=lambda offered: fits[offered])
    if fits[best].weight > 0:
        return best
    raise Refusal(
        HTTPStatus.NOT_ACCEPTABLE,
        "no acceptable media type",
        mend=f"accept {GRAPHQL_RESPONSE} or {JSON}",
    )


def wants_page(accept: str | None) -> bool:
    """Whether the caller is a browser that was pointed at the address."""
    ranges = [pair for pair in weighed(accept or "") if pair[1] > 0]
    wanted = max(ranges, key=lambda pair: pair[1], default=("", 0.0))[0]
    return wanted in {"text/html", "application/xhtml+xml"}


def _fit(offered: str, ranges: list[tuple[str, float]]) -> _Fit:
    best = _Fit(0.0, 0, 0)
    for place, (name, weight) in enumerate(ranges):
        exactness = len(RANGES) if name == offered else _exactness(name)
        if exactness > best.exactness:
            best = _Fit(weight, exactness, -place)
    return best


def _exactness(name: str) -> int:
    return RANGES.index(name) if name in RANGES else 0
