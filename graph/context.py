"""What every resolver of one request or one WebSocket finds in `info.context`."""

from __future__ import annotations

from copy import copy
from typing import TypeAlias

import strawberry
from strawberry.fastapi import BaseContext

from resolvers.session import Session


class Context(BaseContext):
    """The caller's session and the id under which this request is logged."""

    def __init__(self, session: Session, request_id: str) -> None:
        super().__init__()
        self.session = session
        self.request_id = request_id

    def renewed(self) -> Context:
        """A context for one operation: one WebSocket carries many, some at the same time."""
        renewed = copy(self)
        renewed.session = self.session.renewed()
        return renewed


Info: TypeAlias = strawberry.Info[Context, None]
"""The type of `info` in every resolver of the schema."""
