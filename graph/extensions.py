"""What happens around every operation: caches, limits, codes, a context of its own."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLError
from graphql.validation.validate import ValidationAbortedError
from strawberry.extensions import MaxTokensLimiter, SchemaExtension

from graph.answers import KeptAnswers
from graph.bounds.charge import Charged
from graph.bounds.walk import MAX_TOKENS, WithinBounds
from graph.codes import TOO_COMPLEX, VALIDATION_FAILED
from graph.introspection import Introspection
from graph.known_documents import KnownDocument
from graph.operation_choice import ChosenOperation
from graph.refusals import RefusalsOnRecord

ABORTED = "Validation aborted."
"""What graphql-core says of itself where comparing repeated fields took all it allows."""


class OwnContext(SchemaExtension):
    """Gives each operation loaders and a budget of its own."""

    def on_operation(self) -> Iterator[None]:
        """Before anything is resolved."""
        self.execution_context.context = self.execution_context.context.renewed()
        yield


class ValidationCodes(SchemaExtension):
    """Marks what validation found, which nothing later could tell from a bad variable."""

    def on_validate(self) -> Iterator[None]:
        """After every rule; marking twice, as on a cached finding, changes nothing."""
        yield
        for error in self.execution_context.pre_execution_errors or ():
            if isinstance(error, ValidationAbortedError) and error.message == ABORTED:
                error.message = "The document repeats fields more often than can be compared."
                _mark(error, TOO_COMPLEX.code)
            _mark(error, VALIDATION_FAILED.code)


def _mark(error: GraphQLError, code: str) -> None:
    error.extensions = {"code": code, **(error.extensions or {})}


def token_limit() -> MaxTokensLimiter:
    """Stops the parser, before anything else is done with the document."""
    return MaxTokensLimiter(max_token_count=MAX_TOKENS)


class BoundsFirst(SchemaExtension):
    """Puts the bounds before the rules whose work they bound."""

    def on_operation(self) -> Iterator[None]:
        """Of the same classes every time: those made per request would defeat the cache."""
        context = self.execution_context
        context.validation_rules = (WithinBounds, *context.validation_rules)
        yield


EXTENSIONS = (
    OwnContext,
    RefusalsOnRecord,
    token_limit,
    ChosenOperation,
    BoundsFirst,
    ValidationCodes,
    KnownDocument,
    Introspection,
    KeptAnswers,
    Charged,
)
"""In the order they begin; they end in the reverse one."""
