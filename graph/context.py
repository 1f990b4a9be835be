"""What every resolver of one request or one WebSocket finds in `info.context`."""

from __future__ import annotations

from typing import TypeAlias

import strawberry
from strawberry.fastapi import BaseContext

from resolvers.session import Session


class Context(BaseContext):
    """The caller's session and the id under which this request is logged.

    The session is renewed for each operation, since one WebSocket carries many.
    """

    def __init__(self, session: Session, request_id: str) -> None:
        super().__init__()
        self.session = session
        self.request_id = request_id


Info: TypeAlias = strawberry.Info[Context, None]
"""The type of `info` in every resolver of the schema."""
