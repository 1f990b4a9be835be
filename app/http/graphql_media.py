"""Which media type a GraphQL answer takes, as the caller's Accept header wants it.

https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types
"""

from __future__ import annotations

from http import HTTPStatus

from app.http.errors import Refusal

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
ANY = frozenset({"*/*", "application/*"})


def media_type_for(accept: str | None) -> str:
    """The wanted type of the two we speak; JSON where the caller leaves it open."""
    if accept is None or not accept.strip():
        return JSON
    wanted = _wanted(accept)
    for name in wanted:
        if name in {GRAPHQL_RESPONSE, JSON}:
            return name
    if ANY.isdisjoint(wanted):
        raise Refusal(
            HTTPStatus.NOT_ACCEPTABLE,
            "no acceptable media type",
            mend=f"accept {GRAPHQL_RESPONSE} or {JSON}",
        )
    return JSON


def wants_page(accept: str | None) -> bool:
    """Whether the caller is a browser that was pointed at the address."""
    wanted = _wanted(accept or "")
    return bool(wanted) and wanted[0] in {"text/html", "application/xhtml+xml"}


def _wanted(accept: str) -> list[str]:
    """The named types, most wanted first; types of equal weight keep their order."""
    weighed = [
        (_weight(part), part.partition(";")[0].strip().lower()) for part in accept.split(",")
    ]
    return [name for weight, name in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]


def _weight(part: str) -> float:
    for parameter in part.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
