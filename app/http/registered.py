"""Documents that a request names by their SHA-256 instead of sending them.

Two ways of naming one are understood: `documentId` of GraphQL over HTTP
(https://graphql.github.io/graphql-over-http/draft/#sec-Persisted-Documents), the hash with or
without the prefix `sha256:`, and `extensions.persistedQuery` of Apollo's clients. Nothing is
registered by asking: what may be named lies in graph/persisted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from core.errors import BadInput, NotRegistered
from graph.persisted import registered

PREFIX: Final = "sha256:"
HASH: Final = re.compile("[0-9a-f]{64}")
APOLLO: Final = "extensions.persistedQuery"


def named_document(
    query: object, document_id: object, extensions: Mapping[str, object] | None
) -> str | None:
    """The document that is named; None when the request has to send its own.

    NotRegistered for an id that is not known; BadInput for what is no id, and for a document
    that is sent under the hash of another.
    """
    if document_id is not None:
        if query is not None:
            raise BadInput(
                "a request sends a document or names one, not both",
                field="documentId",
                mend="leave query or documentId out",
            )
        return _registered(_hash(document_id, "documentId"), "documentId")
    told = (extensions or {}).get("persistedQuery")
    if told is None:
        return None
    field = f"{APOLLO}.sha256Hash"
    found = _hash(told.get("sha256Hash") if isinstance(told, dict) else None, field)
    if query is None:
        return _registered(found, field)
    if (
        isinstance(query, str)
        and hashlib.sha256(query.encode("utf-8", "replace")).hexdigest() == found
    ):
        return None
    raise BadInput(
        "the document has another hash", field=field, mend="send the SHA-256 of query, in hex"
    )


def _registered(found: str, field: str) -> str:
    operation = registered().get(found)
    if operation is None:
        raise NotRegistered(f"no operation is registered under {found}", field=field)
    return operation.document


def _hash(value: object, field: str) -> str:
    text = value.removeprefix(PREFIX).lower() if isinstance(value, str) else ""
    if HASH.fullmatch(text):
        return text
    raise BadInput(
        f"{field} is no SHA-256 in hex", field=field, mend="give 64 hex digits of a document's hash"
    )
