"""Files of operations on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from core.errors import BadInput
from core.operation_manifests import FoundOperation, operations_in
from core.records.operations import NewOperation
from graph.inputs.operations import new_operations
from graph.schema import build_schema
from resolvers.operations import checked_client


def new_operations_of(
    files: Sequence[Path], client: str | None, owner: str | None
) -> list[NewOperation]:
    """Everything in the files; BadInput unless all of it is good.

    `client` goes before the clients that a manifest names.
    """
    schema = build_schema().graphql
    named = [(_client(each, client), place, each) for file in files for place, each in _read(file)]
    done: list[NewOperation] = []
    for name, group in groupby(named, key=itemgetter(0)):
        _, places, found = zip(*group, strict=True)
        given = [(each.document, each.description) for each in found]
        done += new_operations(schema, name, owner, given, places)
    return done


def _read(file: Path) -> Iterator[tuple[str, FoundOperation]]:
    """The operations of a file, each with its place."""
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not UTF-8") from error
    found = operations_in(file.name, text)
    for number, each in enumerate(found, 1):
        yield (str(file) if len(found) == 1 else f"{file}, document {number}"), each


def _client(found: FoundOperation, client: str | None) -> str:
    name = client or found.client
    if name is None:
        raise BadInput("the files name no client", field="client", mend="give --client")
    return checked_client(name)
