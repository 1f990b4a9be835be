"""Operations that are registered: documents kept here, asked for by their SHA-256.

`<client>/<Operation>.graphql` holds one operation, which is called as its file. A document that
has been given out is never changed, for its clients know it by its hash: add another file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).resolve().parent
MANIFEST_FILE = FOLDER / "manifest.json"
FORMAT = "liftos-registered-operations"
VERSION = 1


@dataclass(frozen=True, slots=True)
class RegisteredOperation:
    """One document. `id` is the SHA-256 of its bytes, in hex."""

    id: str
    client: str
    name: str
    document: str

    @property
    def file(self) -> str:
        """Where it lies below `persisted/`."""
        return f"{self.client}/{self.name}.graphql"


@cache
def registered() -> Mapping[str, RegisteredOperation]:
    """Every operation by its id, in the order of files."""
    found = map(_read, sorted(FOLDER.glob("*/*.graphql")))
    return MappingProxyType({operation.id: operation for operation in found})


def _read(path: Path) -> RegisteredOperation:
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    return RegisteredOperation(digest, path.parent.name, path.stem, body.decode())


def manifest() -> dict[str, object]:
    """What clients read to know the ids: {format, version, operations: {id: {…}}}."""
    operations = {
        id_: {"file": each.file, "client": each.client, "name": each.name}
        for id_, each in registered().items()
    }
    return {"format": FORMAT, "version": VERSION, "operations": operations}
