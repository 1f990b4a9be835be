"""Documents that were read before, kept with what validation found: as many as fit a budget.

The shipped caches keep a number of documents whatever their size: a hundred megabytes of hostile
ones were half a gigabyte of syntax trees. Here the length of the texts is what is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from graph.executor.kept import Kept

MAX_CHARACTERS: Final = 1_000_000
"""Of all texts together; a syntax tree takes about a hundred bytes a character."""


@dataclass(slots=True)
class Known:
    """A document, and what validation against `schema` found once it was asked."""

    schema: GraphQLSchema
    document: DocumentNode
    findings: list[GraphQLError] | None = None


class KnownDocuments:
    """The documents that were asked for last, by their text."""

    def __init__(self, most_characters: int) -> None:
        self._known: Kept[str, Known] = Kept(most_characters)

    def find(self, text: str, schema: GraphQLSchema) -> Known | None:
        """What is known of a text."""
        known = self._known.find(text)
        return known if known is not None and known.schema is schema else None

    def keep(self, text: str, known: Known) -> None:
        """Keep it, if it is not too long."""
        self._known.keep(text, known, len(text))


KNOWN: Final = KnownDocuments(MAX_CHARACTERS)


class KnownDocument(SchemaExtension):
    """Reads each document once, and validates it once.

    Syntax errors are left to the executor: raised from a hook they would end a whole WebSocket.
    """

    _known: Known | None = None

    def on_parse(self) -> Iterator[None]:
        """Take the document that is known; on an error the executor parses again and reports."""
        context = self.execution_context
        text, schema = context.query or "", context.schema._schema  # noqa: SLF001 - the only way to it
        self._known = KNOWN.find(text, schema)
        if self._known is None:
            try:
                self._known = Known(schema, parse(text, **context.parse_options))
            except GraphQLError:
                self._known = None
            else:
                KNOWN.keep(text, self._known)
        context.graphql_document = self._known.document if self._known else None
        yield

    def on_validate(self) -> Iterator[None]:
        """Take what was found before."""
        known, context = self._known, self.execution_context
        if known is not None:
            if known.findings is None:
                known.findings = validate_document(
                    known.schema, known.document, context.validation_rules
                )
            context.pre_execution_errors = known.findings
        yield
