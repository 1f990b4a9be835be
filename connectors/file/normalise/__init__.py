"""Uploaded files: JSON lines of text cells, laid out as their connector found out, as entries."""

from __future__ import annotations

from connectors.file.normalise.actions import action_rows, with_actions
from connectors.file.normalise.identity import identity
from connectors.file.normalise.metrics import metrics
from connectors.file.normalise.orders import orders_page
from connectors.file.normalise.rates import rates
from connectors.file.normalise.records import FileRecords
from connectors.file.normalise.repeats import natural_keys, refuse_contradictions
from connectors.file.normalise.series import series_page
from core.file_fields import ENTITY_FIELDS
from core.file_layout import layout_of
from core.records.connections import Level
from transform.frames import NormalisedPage
from transform.normalise.context import PageContext
from transform.normalise.entries import normalised_page


def normalise(_stream: str, _media_type: str, body: bytes, context: PageContext) -> NormalisedPage:
    """One page of a file. `context.options` is the `layout` of the page's request.

    All rows of a natural key stand on one page. Of a wide file they must say the same; of a long
    one (a row per action type) their metrics count once and their actions are gathered. A row of
    a file of series makes an entry of each.
    """
    page = FileRecords(body, layout_of(context.options), context.replay)
    if page.layout.is_wide:
        return series_page(page, context)
    if context.level is Level.ORDER:
        return orders_page(page, context)
    columns = identity(page, context) | metrics(page, context) | rates(page)
    actions = action_rows(page) if page.layout.is_long else None
    keys = natural_keys(columns, page.reading.accepted)
    if actions is None:
        refuse_contradictions(page, keys, ENTITY_FIELDS[context.level][0])
    else:
        columns = with_actions(columns, page, keys, actions)
    return normalised_page(columns, page.reading, _tells(page, context.level))


def _tells(page: FileRecords, level: Level) -> frozenset[str]:
    """What every row of a file should have: what it has a column for."""
    fields = {
        "entity_name": (ENTITY_FIELDS[level][1],),
        "campaign": ("campaign_id", "campaign_name"),
        "spend": ("spend", "spend_micros"),
        "impressions": ("impressions",),
        "clicks": ("clicks",),
    }
    return frozenset(name for name, any_of in fields.items() if any(map(page.has, any_of)))
