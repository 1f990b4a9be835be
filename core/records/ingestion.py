"""What the way in hands on: raw pages and the columns of a normalised frame."""

from __future__ import annotations

from dataclasses import dataclass

from core.jsonvalue import JSONObject


@dataclass(frozen=True, slots=True)
class RawPage:
    """One page exactly as the source sent it, and where to go on after it.

    `request` holds no secret. `checkpoint` resumes within the window after this page; it is
    None when this is the window's last page.
    """

    stream: str
    media_type: str
    body: bytes
    request: JSONObject
    checkpoint: JSONObject | None


@dataclass(frozen=True, slots=True)
class Rejection:
    """One record refused by normalisation: `position` counts from 0 within its page.

    `check_id` is one of core.quality.CriticalCheck.
    """

    position: int
    field: str
    reason: str
    mend: str
    payload: JSONObject
    check_id: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a frame that crosses a floor: `kind` is one of the names below.

    text, date (date32), integer (int64), amount (decimal128(20, 6)), number (an exact decimal
    in plain digits, as text), json (text), digest (16 bytes), truth (boolean). `unit`: what its
    numbers count; MONEY stands for the row's own currency.
    """

    name: str
    kind: str
    is_required: bool = False
    unit: str | None = None


MONEY = "currency of the row"
COUNT = "count"


ENTRY_COLUMNS: tuple[Column, ...] = (
    Column("date", "date", is_required=True),
    Column("digest", "digest", is_required=True),
    Column("source", "text", is_required=True),
    Column("account_id", "text", is_required=True),
    Column("level", "text", is_required=True),
    Column("entity_id", "text", is_required=True),
    Column("entity_name", "text"),
    Column("campaign", "digest"),
    Column("date_basis", "text", is_required=True),
    Column("attribution_setting", "text", is_required=True),
    Column("channel", "text", is_required=True),
    Column("platform_channel", "text"),
    Column("currency", "text", is_required=True),
    Column("country", "text"),
    Column("geo", "text"),
    Column("device", "text"),
    Column("series_role", "text"),
    Column("covers_days", "integer", unit="days"),
    Column("spend", "amount", unit=MONEY),
    Column("impressions", "integer", unit=COUNT),
    Column("clicks", "integer", unit=COUNT),
    Column("link_clicks", "integer", unit=COUNT),
    Column("reach", "integer", unit="people"),
    Column("video_views", "integer", unit=COUNT),
    Column("conversions", "amount", unit=COUNT),
    Column("conversion_value", "amount", unit=MONEY),
    Column("conversion_type", "text"),
    Column("actions", "json"),
    Column("value", "number", unit="that of its series"),
    Column("checks_applied", "integer", unit="bits by check"),
    Column("checks_failed", "integer", unit="bits by check"),
    Column("position", "integer", is_required=True, unit="place in the page"),
    Column("records", "integer", is_required=True, unit=COUNT),
)
"""One row per entry of a page, in the order of the page. `position` is the first record's
place in the page (from 0), `records` how many records of the page made the entry. `checks_applied`
and `checks_failed` are masks over core.quality.CHECKS, null where nothing was assessed."""

CAMPAIGN_COLUMNS: tuple[Column, ...] = (
    Column("digest", "digest", is_required=True),
    Column("source", "text", is_required=True),
    Column("account_id", "text", is_required=True),
    Column("campaign_id", "text", is_required=True),
    Column("name", "text"),
    Column("status", "text"),
    Column("objective", "text"),
)
"""One row per campaign named in a page."""
