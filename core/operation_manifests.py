"""Operations in the files that clients' tools write.

A `.graphql` file holds one operation. JSON is Apollo's `apollo-persisted-query-manifest`, or
Relay's `persisted_queries.json` and graphql-codegen's `persisted-documents.json`, which both are
an object of documents by their hashes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from core.errors import BadInput
from core.operation_text import head_and_document, sha256_of

APOLLO: Final = "apollo-persisted-query-manifest"
HASH_MEND: Final = (
    'have the tool hash with SHA-256: "algorithm": "SHA256" in Relay\'s persistConfig, '
    "hashAlgorithm: 'sha256' in codegen's persistedDocuments"
)


@dataclass(frozen=True, slots=True)
class FoundOperation:
    """A document of a file; `client` where the file names one."""

    document: str
    description: str
    client: str | None = None


def operations_in(name: str, text: str) -> tuple[FoundOperation, ...]:
    """The operations of a file called `name`, or BadInput saying what is wrong with it."""
    if not name.endswith(".json"):
        return (_found(text),)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name} is not JSON", mend="give the manifest as it was written") from error
    if not isinstance(told, dict):
        raise _unknown(name)
    entries = _of_apollo(name, told) if "format" in told else _by_hash(name, told)
    return tuple(entries)


def _of_apollo(name: str, told: Mapping[str, object]) -> Iterator[FoundOperation]:
    operations = told.get("operations")
    if told["format"] != APOLLO or told.get("version") != 1 or not isinstance(operations, list):
        raise _unknown(name)
    for number, each in enumerate(operations):
        body = each.get("body") if isinstance(each, dict) else None
        if not isinstance(body, str):
            raise BadInput(f"{name}: operation {number} has no body")
        _check(name, str(each.get("id")), body)
        client = each.get("clientName")
        yield _found(body, client if isinstance(client, str) else None)


def _by_hash(name: str, told: Mapping[str, object]) -> Iterator[FoundOperation]:
    for hash_, document in told.items():
        if not isinstance(document, str):
            raise _unknown(name)
        _check(name, hash_, document)
        yield _found(document)


def _check(name: str, hash_: str, document: str) -> None:
    if hash_.removeprefix("sha256:").lower() != sha256_of(document):
        raise BadInput(f"{name}: {hash_[:80]} is not the SHA-256 of its document", mend=HASH_MEND)


def _found(document: str, client: str | None = None) -> FoundOperation:
    return FoundOperation(document, head_and_document(document)[0], client)


def _unknown(name: str) -> BadInput:
    return BadInput(
        f"{name} is no manifest that is known",
        mend=f'give a .graphql file, a manifest of the format "{APOLLO}", or an object of '
        "documents by their SHA-256",
    )
