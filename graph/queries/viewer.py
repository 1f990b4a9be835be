"""The caller."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.fields import guarded
from graph.types.viewer import Viewer


@strawberry.type
class ViewerQueries:
    """Root fields about the caller."""

    @guarded("You: for whom you ask, and what you may do.", needs=None)
    def viewer(self, info: Info) -> Viewer:
        """From the scope alone."""
        return Viewer.from_scope(info.context.session.scope)
