"""The schema, assembled."""

from __future__ import annotations

import strawberry.federation
from graphql import GraphQLError, GraphQLSchema
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from graph.defaults import drop_null_defaults
from graph.errors import present
from graph.executor.executor import PlannedExecution
from graph.extensions import EXTENSIONS
from graph.hooks import KnownHooks
from graph.introspection import telling
from graph.mutation import Mutation
from graph.query import Query
from graph.scalars import SCALARS
from graph.subscription import Subscription
from graph.types.enums import ENUMS
from graph.types.search_enums import SEARCH_ENUMS


class LiftosSchema(strawberry.federation.Schema):
    """A federation subgraph whose every error passes one place before it goes out."""

    @property
    def graphql(self) -> GraphQLSchema:
        """The schema as graphql-core knows it."""
        return self._schema

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: list[SchemaExtension]
    ) -> KnownHooks:
        """What runs the extensions around one operation."""
        return KnownHooks(execution_context, extensions)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Replace each error, in place, by what the caller may see of it.

        In place, because this is called on every path that answers errors, and only here can
        none be forgotten: queries, mutations, each frame of a stream, a failing extension.
        """
        context = execution_context.context if execution_context else None
        request_id = getattr(context, "request_id", "")
        tells = telling(self._schema, execution_context)
        errors[:] = [present(error, request_id, tells) for error in errors]


def build_schema() -> LiftosSchema:
    """The schema. Building takes a while: build it once per process."""
    schema = LiftosSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=(*ENUMS, *SEARCH_ENUMS),
        extensions=EXTENSIONS,
        execution_context_class=PlannedExecution,
        config=StrawberryConfig(scalar_map=SCALARS),
        federation_version="2.9",
    )
    drop_null_defaults(schema.graphql)
    return schema


def sdl() -> str:
    """The schema as text, ending in a newline."""
    return build_schema().as_str().rstrip("\n") + "\n"
