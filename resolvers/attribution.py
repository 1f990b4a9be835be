"""Attribution rows."""

from __future__ import annotations

from datetime import datetime

from core.records.attribution import AttributionFilter, AttributionRowRecord
from core.records.connections import Source
from core.records.pages import Page
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import date_part, text_part

MAX_ROWS = 1000


def _source_part(text: str) -> str:
    return Source(text).value


def _sort_key(row: AttributionRowRecord) -> tuple[str, str, str, str]:
    return row.date.isoformat(), row.source.value, row.channel, row.currency


ROWS: Listing[AttributionRowRecord] = Listing(
    "attribution", MAX_ROWS, (date_part, _source_part, text_part, text_part), _sort_key
)


async def page(
    session: Session, where: AttributionFilter, arguments: PageArguments, as_of: datetime | None
) -> Page[AttributionRowRecord]:
    """One page of rows, as they stood at `as_of`."""
    request = session.request(ROWS, arguments)
    return await session.stores.attribution.page(session.scope, where, request, as_of)
