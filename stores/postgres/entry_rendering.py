"""What Postgres writes of entries: of the relation `e` of stores.postgres.entries."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from stores.postgres.entries import IS_MATURE
from stores.postgres.rate_rendering import rates_of
from stores.postgres.rendering import Form, Moment, Plain, Relation, bare, decimal, name, text

_DIGEST: Final = "encode(uuid_send(e.digest), 'hex')"


def _base64(constant: str, varying: str) -> tuple[str, str]:
    """What base64 makes of `constant` as far as it is whole, and SQL of what it makes of the rest.

    The rest must be shorter than the 57 bytes of which Postgres makes a line.
    """
    whole = len(constant) // 3 * 3
    begins = base64.b64encode(constant[:whole].encode()).decode()
    rest = f"convert_to('{constant[whole:]}' || {varying}, 'UTF8')"
    return begins, f"encode({rest}, 'base64')"


def _id() -> Plain:
    """As graph.ids.ENTRY writes it."""
    begins, rest = _base64("MarketingEntry:", f"replace(e.date::text, '-', '') || '-' || {_DIGEST}")
    return Plain(f"'{begins}' || {rest}")


def _place(tag: str) -> str:
    """As resolvers.paging.Listing.cursor writes it."""
    begins, rest = _base64(f'["{tag}","', f"e.date || '\",\"' || {_DIGEST} || '\"]'")
    return name(f"'{begins}' || translate({rest}, '+/=', '-_')")


Writer: TypeAlias = Callable[[str], Form]
_WRITERS: Final[Mapping[Writer, tuple[str, ...]]] = {
    Plain: ("source", "level", "date_basis"),
    name: ("device", "series_role"),
    text: (
        "account_id",
        "entity_id",
        "entity_name",
        "attribution_setting",
        "channel",
        "platform_channel",
        "currency",
        "country",
        "geo",
        "time_zone",
        "conversion_type",
    ),
    decimal: ("spend", "conversions", "conversion_value", "value"),
    bare: (
        "impressions",
        "clicks",
        "link_clicks",
        "reach",
        "video_views",
        "covers_days",
        "vintage_count",
    ),
    Moment: ("learned_at", "first_learned_at"),
}

ENTRIES: Final = Relation(
    values={
        "id": _id(),
        "date": Plain("e.date"),
        "is_mature": bare(IS_MATURE),
        **rates_of("e"),
        **{
            column: write(f"e.{column}")
            for write, columns in _WRITERS.items()
            for column in columns
        },
    },
    keys={
        "actions": "e.actions::text",
        **{
            column: f"e.{column}"
            for column in (
                "date",
                "digest",
                "campaign",
                "connection_id",
                "run_id",
                "named_at",
                "checks_applied",
                "checks_failed",
                "raw_page_id",
                "raw_position",
                "spend",
                "conversion_value",
                "currency",
            )
        },
    },
    place=_place,
)
"""What can be written of an entry, and what its gaps can be known by."""

OF_DAYS: Final = frozenset({"time_zone", "is_mature"})
"""What follows from an entry's day, and from no column of its own."""
