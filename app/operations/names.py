"""Documents that a request names by their SHA-256 instead of sending them.

Two ways of naming one are understood: `documentId` of GraphQL over HTTP
(https://graphql.github.io/graphql-over-http/draft/#sec-Persisted-Documents), the hash with or
without the prefix `sha256:`, and `extensions.persistedQuery` of Apollo's clients
(https://www.apollographql.com/docs/apollo-server/performance/apq).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.http.graphql_requests import Asked
from core.errors import BadInput
from core.operation_text import HASH, sha256_of

PREFIX: Final = "sha256:"
DOCUMENT_ID: Final = "documentId"
APOLLO: Final = "extensions.persistedQuery.sha256Hash"


@dataclass(frozen=True, slots=True)
class Named:
    """The hash that a request names, and the input that it stands in."""

    sha256: str
    field: str

    @property
    def is_apollo(self) -> bool:
        """Whether the client may persist the document by itself."""
        return self.field == APOLLO


def named_in(asked: Asked) -> Named | None:
    """What `asked` names; BadInput for what is no hash, or is not that of the document sent."""
    if asked.document_id is not None:
        if asked.query is not None:
            raise BadInput(
                "a request sends a document or names one, not both",
                field=DOCUMENT_ID,
                mend="leave query or documentId out",
            )
        return Named(_hash(asked.document_id, DOCUMENT_ID), DOCUMENT_ID)
    told = (asked.extensions or {}).get("persistedQuery")
    if told is None:
        return None
    named = Named(_hash(told.get("sha256Hash") if isinstance(told, dict) else None, APOLLO), APOLLO)
    if asked.query is not None and sha256_of(asked.query) != named.sha256:
        raise BadInput(
            "the document has another hash", field=APOLLO, mend="send the SHA-256 of query, in hex"
        )
    return named


def _hash(value: object, field: str) -> str:
    text = value.removeprefix(PREFIX).lower() if isinstance(value, str) else ""
    if HASH.fullmatch(text):
        return text
    raise BadInput(
        f"{field} is no SHA-256 in hex", field=field, mend="give 64 hex digits of a document's hash"
    )
