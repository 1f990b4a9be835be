"""Codes of what is found wrong with a document, before any error of our own (core/errors.py)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One of them: what it means, and what to do about it."""

    code: str
    means: str
    advice: str


PARSE_FAILED = Finding(
    "GRAPHQL_PARSE_FAILED",
    "The document is no GraphQL.",
    "mend it at the place that `locations` names",
)
VALIDATION_FAILED = Finding(
    "GRAPHQL_VALIDATION_FAILED",
    "The document does not fit the schema.",
    "mend it at the places that `locations` names; `schema:introspect` shows the schema",
)
TOO_COMPLEX = Finding(
    "QUERY_TOO_COMPLEX",
    "The document goes over a bound that the message names.",
    "ask for less at once, or in several operations",
)
FINDINGS = (PARSE_FAILED, VALIDATION_FAILED, TOO_COMPLEX)
