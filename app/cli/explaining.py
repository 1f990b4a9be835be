"""liftos operation explain: what an operation would cost and find."""

from __future__ import annotations

from collections.abc import Iterator

from app.cli.tables import moment
from graph.types.explanations import OperationExplanation


def explanation_fields(found: OperationExplanation) -> Iterator[tuple[str, str]]:
    """A line for each part."""
    yield "name", f"{found.operation.client}/{found.operation.name}"
    yield "allowed", "yes, by its id" if found.is_allowed else "no, it is retired"
    yield "stage", found.stage.lower()
    yield "cost", f"{found.cost:,} points, most of them for {found.dearest}"
    yield "rows", f"at most {found.rows:,}"
    footing = found.footing
    if footing is not None:
        days = footing.dates
        yield "days", "all" if days is None else f"{days.since} to {days.until}"
        yield "entries", f"{footing.entries:,}"
        share = footing.mature_share
        yield "mature", "-" if share is None else f"{share:.0%}"
        yield "newest day", str(footing.newest_day or "-")
        yield "last read", moment(footing.last_read_at)
    yield "cache", found.cache_tier.lower()
