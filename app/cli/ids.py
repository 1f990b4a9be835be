"""Ids on the command line are those of the API, so that one can be taken to the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import typer

from graph.ids import CONNECTION, NAMING_RULE, RUN, IdKind


def _reader(kind: IdKind[UUID], name: str) -> Callable[[str], UUID]:
    """Reads an id of that kind as the API writes it, or the UUID inside it."""

    def read(text: str) -> UUID:
        try:
            return UUID(text)
        except ValueError:
            return kind.decode(text, name)

    return read


ConnectionId = Annotated[
    UUID,
    typer.Option(
        parser=_reader(CONNECTION, "--connection"),
        metavar="<id>",
        help="See: liftos connection list.",
    ),
]
RunId = Annotated[
    UUID,
    typer.Argument(parser=_reader(RUN, "the run"), metavar="<run>", help="See: liftos run list."),
]
RuleId = Annotated[
    UUID,
    typer.Argument(
        parser=_reader(NAMING_RULE, "the rule"), metavar="<rule>", help="See: liftos naming list."
    ),
]
