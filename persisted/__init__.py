"""Operations of the platform's own: documents kept here, asked for by their SHA-256.

`<client>/<Operation>.graphql` holds one operation, which is called as its file. The comment at
the head of a file describes the operation and is no part of the document: its id is the SHA-256
of what follows. A document that has been given out is never changed, for its clients know it by
its id: add another file. `manifest.json` is written by `python -m graph.export`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from core.operation_text import head_and_document, sha256_of
from core.records.operations import BuiltIn, OperationKind, OperationRecord

FOLDER = Path(__file__).resolve().parent
MANIFEST_FILE = FOLDER / "manifest.json"
FORMAT = "liftos-registered-operations"
VERSION = 1
OWNER = "liftos"


@cache
def built_in() -> Mapping[str, BuiltIn]:
    """Every document by its id, in the order of files."""
    found = map(_read, sorted(FOLDER.glob("*/*.graphql")))
    return MappingProxyType({operation.id: operation for operation in found})


@cache
def built_in_records() -> tuple[OperationRecord, ...]:
    """Every operation as the manifest tells of it, in the order of files."""
    told = json.loads(MANIFEST_FILE.read_text(encoding="utf-8"))["operations"]
    return tuple(_record(each, told[id_]) for id_, each in built_in().items())


def document_of(client: str, name: str) -> BuiltIn:
    """The document that lies there."""
    return next(each for each in built_in().values() if (each.client, each.name) == (client, name))


def _read(path: Path) -> BuiltIn:
    description, document = head_and_document(path.read_text(encoding="utf-8"))
    return BuiltIn(sha256_of(document), path.parent.name, path.stem, document, description)


def _record(operation: BuiltIn, told: Mapping[str, object]) -> OperationRecord:
    return OperationRecord(
        id=operation.id,
        client=operation.client,
        name=operation.name,
        kind=OperationKind(str(told["kind"])),
        document=operation.document,
        description=operation.description,
        owner=OWNER,
        cost=int(str(told["cost"])),
    )
