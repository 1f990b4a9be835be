"""What happens around every operation: caches, limits, codes, a context of its own."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLError
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)

from graph.limits import MAX_TOKENS, WithinLimits


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
            _mark(error, "GRAPHQL_VALIDATION_FAILED")


class SafeParserCache(ParserCache):
    """A parser cache that leaves syntax errors to the executor.

    The shipped one raises them from its hook, which ends a whole WebSocket.
    """

    def on_parse(self) -> Iterator[None]:
        """Parse through the cache; on an error the executor parses again and reports."""
        context = self.execution_context
        try:
            context.graphql_document = self.cached_parse_document(
                context.query, **context.parse_options
            )
        except GraphQLError:
            context.graphql_document = None
        yield


def _mark(error: GraphQLError, code: str) -> None:
    error.extensions = {"code": code, **(error.extensions or {})}


def token_limit() -> MaxTokensLimiter:
    """Stops the parser, before anything else is done with the document."""
    return MaxTokensLimiter(max_token_count=MAX_TOKENS)


def rules() -> AddValidationRules:
    """One fixed list: rule classes made per request would defeat the cache."""
    return AddValidationRules([WithinLimits])


EXTENSIONS = (OwnContext, token_limit, rules, ValidationCodes, SafeParserCache, ValidationCache)
"""In the order they begin; they end in the reverse one."""
