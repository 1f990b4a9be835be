"""Pages of an uploaded file, made by hand as the connector makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from connectors.registry import normalise_page
from core.file_fields import FILE_FIELDS
from core.file_layout import ROW, FileLayout
from core.records.connections import Level, Source
from core.records.ingestion import Rejection
from transform.frames import NormalisedPage
from transform.normalise.context import PageContext

Cells = Mapping[str, str | None]

DAY = date(2026, 1, 2)


def row(**changes: str | None) -> dict[str, str | None]:
    """A campaign's day, headers named like their fields."""
    return {"date": "2026-01-02", "campaign_id": "7", "spend": "1.5", **changes}


def normalised(
    rows: Sequence[Cells], layout: Mapping[str, Any] | None = None, **context: Any
) -> NormalisedPage:
    """The page of `rows`, whose headers are fields unless the layout's `columns` say otherwise."""
    headers = dict.fromkeys(key for cells in rows for key in cells)
    fields = {key: key for key in headers if key in FILE_FIELDS}
    document = FileLayout(**{"columns": fields, **(layout or {})}).as_json()
    lines = [orjson.dumps({ROW: place + 2, **cells}) for place, cells in enumerate(rows)]
    account = {
        "account_id": "act_1001",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "level": Level.CAMPAIGN,
        **context,
    }
    page = normalise_page(
        Source.FILE,
        "file",
        "application/x-ndjson",
        b"\n".join(lines),
        PageContext(**account, options=orjson.loads(orjson.dumps(document))),
    )
    counted = sum(entry["records"] for entry in page.entries.to_pylist())
    assert page.fetched == len(rows) == counted + len(page.rejections)
    return page


def entry(
    rows: Sequence[Cells], layout: Mapping[str, Any] | None = None, **context: Any
) -> dict[str, Any]:
    """The one entry that `rows` make."""
    page = normalised(rows, layout, **context)
    assert page.rejections == ()
    (found,) = page.entries.to_pylist()
    return found


def rejection(cells: Cells, layout: Mapping[str, Any] | None = None, **context: Any) -> Rejection:
    """Why `cells` are refused, while the row beside them goes in."""
    other = dict.fromkeys(cells) | row(campaign_id="other", campaign_name="other", ad_id="other")
    page = normalised([cells, {**other, "spend": "1"}], layout, **context)
    (found,) = page.rejections
    assert found.position == 0
    assert found.mend
    assert found.payload == {ROW: 2, **cells}
    return found
