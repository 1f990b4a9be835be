"""What an answer's headers tell of the bucket that paid for it.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/: `q` points fit into the
bucket, which drains in `w` seconds; `r` are left, and it is empty again in `t`.
"""

from __future__ import annotations

from collections.abc import Mapping

from strawberry.types import ExecutionResult

POLICY = '"points"'


def rate_headers(result: ExecutionResult) -> dict[str, str]:
    """The headers that belong to one operation."""
    retry = [
        str(error.extensions["retryAfterSeconds"])
        for error in result.errors or ()
        if error.extensions and "retryAfterSeconds" in error.extensions
    ]
    cost = (result.extensions or {}).get("cost")
    told = _of(cost) if isinstance(cost, Mapping) else {}
    return told | {"Retry-After": retry[0]} if retry else told


def _of(cost: Mapping[str, int]) -> dict[str, str]:
    window = round(cost["limit"] / cost["perSecond"])
    return {
        "RateLimit-Policy": f"{POLICY};q={cost['limit']};w={window}",
        "RateLimit": f"{POLICY};r={cost['remaining']};t={cost['resetSeconds']}",
    }
