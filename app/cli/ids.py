"""Ids on the command line are those of the API, so that one can be taken to the other."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from graph.ids import CONNECTION


def connection_id(text: str) -> UUID:
    """The connection that `text` names: an id as the API writes it, or the UUID inside it."""
    try:
        return UUID(text)
    except ValueError:
        return CONNECTION.decode(text, "--connection")


ConnectionId = Annotated[
    UUID, typer.Option(parser=connection_id, metavar="<id>", help="See: liftos connection list.")
]
