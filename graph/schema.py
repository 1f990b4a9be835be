"""The schema, assembled."""

from __future__ import annotations

import strawberry.federation
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from graph.errors import present
from graph.extensions import EXTENSIONS
from graph.mutation import Mutation
from graph.query import Query
from graph.scalars import SCALARS
from graph.subscription import Subscription
from graph.types.enums import ENUMS


class LiftosSchema(strawberry.federation.Schema):
    """A federation subgraph whose every error passes one place before it goes out."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Replace each error, in place, by what the caller may see of it.

        In place, because this is called on every path that answers errors, and only here can
        none be forgotten: queries, mutations, each frame of a stream, a failing extension.
        """
        context = execution_context.context if execution_context else None
        request_id = getattr(context, "request_id", "")
        errors[:] = [present(error, request_id) for error in errors]


def build_schema() -> LiftosSchema:
    """The schema. Building takes a while: build it once per process."""
    return LiftosSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=ENUMS,
        extensions=EXTENSIONS,
        config=StrawberryConfig(scalar_map=SCALARS),
        federation_version="2.9",
    )


def sdl() -> str:
    """The schema as text, ending in a newline."""
    return build_schema().as_str().rstrip("\n") + "\n"
