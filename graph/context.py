"""What every resolver of one request or one WebSocket finds in `info.context`."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, TypeAlias, cast

import strawberry
from strawberry.fastapi import BaseContext

from core.time_limit import TimeLimit
from loaders.answers import Answers
from resolvers.session import Session

if TYPE_CHECKING:
    from graphql import GraphQLSchema

    from graph.schema import LiftosSchema


class Context(BaseContext):
    """The caller's session and the id under which this request is logged.

    `renders` says whether the answer goes out as JSON alone, so that a resolver may answer with
    what is Rendered. `answers` are those that are kept; `points` is what this one cost.
    """

    renders = False
    answers: Answers | None = None
    points = 0

    def __init__(self, session: Session, request_id: str) -> None:
        super().__init__()
        self.session = session
        self.request_id = request_id
        self.time_limit = TimeLimit()

    def renewed(self) -> Context:
        """A context for one operation: one WebSocket carries many, some at the same time."""
        renewed = copy(self)
        renewed.session = self.session.renewed()
        return renewed

    def close(self) -> None:
        """End whatever reads are left over: those of a renewed context too."""
        self.session.loaders.close()


Info: TypeAlias = strawberry.Info[Context, None]
"""The type of `info` in every resolver of the schema."""


def schema_of(info: Info) -> GraphQLSchema:
    """The schema that an operation is carried out against, as graphql-core knows it."""
    return cast("LiftosSchema", info.schema).graphql
