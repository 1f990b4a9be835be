"""Which operation of a document is meant: never a guess.

The executor takes the first of several, so that a forgotten `operationName` would run whatever
happens to stand there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import OperationDefinitionNode
from strawberry.extensions import SchemaExtension

from core.errors import BadInput

MOST_SHOWN = 20


class ChosenOperation(SchemaExtension):
    """Refuses a request that leaves open which operation it means, naming those there are."""

    def on_parse(self) -> Iterator[None]:
        """After parsing, by whatever cache; before anything looks at the operation's kind."""
        yield
        document = self.execution_context.graphql_document
        if document is None:
            return
        operations = [
            definition
            for definition in document.definitions
            if isinstance(definition, OperationDefinitionNode)
        ]
        # Without the executor's guess there is only what the request itself has named.
        _demand_one(operations, self.execution_context._provided_operation_name)  # noqa: SLF001


def _demand_one(operations: Sequence[OperationDefinitionNode], wanted: str | None) -> None:
    names = [operation.name.value if operation.name else "" for operation in operations]
    if not names:
        raise BadInput(
            "the document holds no operation",
            field="query",
            mend="add a query, a mutation or a subscription",
        )
    if wanted is None and len(names) > 1:
        raise BadInput(
            f"the document holds {len(names)} operations: {_listed(names)}",
            field="operationName",
            mend="name the one that is to be carried out",
        )
    if wanted is not None and wanted not in names:
        raise BadInput(
            f"the document holds no operation of that name: it holds {_listed(names)}",
            field="operationName",
            mend="name one of the document's operations, or none if there is only one",
        )


def _listed(names: Sequence[str]) -> str:
    shown = [name or "one without a name" for name in names[:MOST_SHOWN]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
