"""Operations, as callers give them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import strawberry
from graphql import GraphQLSchema

from core.errors import BadInput
from core.operation_text import HASH, head_and_document
from core.records.operations import NewOperation, OperationKey
from graph.documents import registrable
from graph.ids import OPERATION
from resolvers.operations import checked_client

OperationId = Annotated[
    strawberry.ID,
    strawberry.argument(description="`id` of the operation, or its `documentId`."),
]
MOST_FAULTS = 10


@strawberry.input(description="A document to be registered.")
class OperationInput:
    """FoundOperation as the caller gives it."""

    document: str = strawberry.field(
        description="One operation with its fragments, byte for byte as clients hash it; at most "
        "65,536 bytes."
    )
    description: str | None = strawberry.field(
        default=None, description="What it is for; the comment at the document's head if left out."
    )


@strawberry.input(description="Documents of one client, to be registered all or none.")
class RegisterOperationsInput:
    """What registerOperations takes."""

    client: str = strawberry.field(
        description="The client that sends them: 1 to 64 letters, digits, dots, dashes and "
        "underscores. It names them in `/operations/<client>/<Name>`."
    )
    operations: list[OperationInput] = strawberry.field(description="1 to 1,000 documents.")
    owner: str | None = strawberry.field(
        default=None, description="Who answers for them, such as a team."
    )

    def to_operations(self, schema: GraphQLSchema) -> list[NewOperation]:
        """The operations, or BadInput that tells which are no good."""
        given = [(each.document, each.description) for each in self.operations]
        return new_operations(schema, checked_client(self.client), self.owner, given)


def new_operations(
    schema: GraphQLSchema,
    client: str,
    owner: str | None,
    given: Sequence[tuple[str, str | None]],
    places: Sequence[str] = (),
) -> list[NewOperation]:
    """Documents and their descriptions as operations; BadInput names every one that is not good.

    `places` says where each comes from; the input's own fields, if left out.
    """
    found: list[NewOperation] = []
    faults: list[str] = []
    for number, (document, description) in enumerate(given):
        try:
            good = registrable(schema, document)
        except BadInput as error:
            place = places[number] if places else f"operations.{number}"
            faults.append(f"{place}: {error.message}")
            continue
        words = head_and_document(document)[0] if description is None else description
        found.append(NewOperation(client, good.name, good.kind, document, words, owner, good.cost))
    if faults:
        raise _refusal(faults)
    return found


def operation_key(text: str, argument: str) -> OperationKey:
    """What an id or a documentId names, or BadInput."""
    sha256 = text.removeprefix("sha256:")
    return OperationKey(sha256) if HASH.fullmatch(sha256) else OPERATION.decode(text, argument)


def _refusal(faults: Sequence[str]) -> BadInput:
    shown = "; ".join(faults[:MOST_FAULTS])
    more = f"; and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
    return BadInput(
        f"nothing was registered: {shown}{more}",
        field=faults[0].partition(":")[0],
        mend="correct the documents and register all of them again",
    )
