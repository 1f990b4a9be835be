"""The predecessor's payload as a file of a bundle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from core.jsonvalue import JSONObject
from core.legacy_export import LegacyRow
from core.records.connections import Source
from transform.export.facts import Row

LEGACY: Final = "legacy.json"


def legacy_row(row: Row, campaigns: Mapping[str, tuple[str, str | None]]) -> LegacyRow:
    """An attribution row by day, source and campaign; `campaigns` are ids by digest as text."""
    campaign = row["campaign"]
    return LegacyRow(
        date=row["time"],
        source=Source(row["source"]),
        campaign_id=None if campaign is None else campaigns[str(campaign)][0],
        spend=_float(row["spend"]),
        impressions=row["impressions"],
        clicks=row["clicks"],
        conversions=_float(row["conversions"]),
        revenue=_float(row["conversion_value"]),
        is_mature=row["is_mature"],
    )


def legacy_text(payload: JSONObject) -> bytes:
    """The payload as its file has it."""
    return json.dumps(payload, indent=2, ensure_ascii=False).encode() + b"\n"


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
