"""What Postgres writes of attribution rows: of the relation `a` of RowsQuery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.errors import Bug
from core.records.attribution import AttributionDefinition
from core.records.shapes import Shape, Value
from stores.postgres.attribution_query import key_columns
from stores.postgres.rate_rendering import RATES, rates_of
from stores.postgres.rendering import Form, Moment, Relation, bare, day, decimal, name, text


def _number(expression: str) -> str:
    """A Float, which has a point also where it is whole."""
    whole = f"CASE WHEN {expression} = trunc({expression}) THEN '.0' ELSE '' END"
    return f"coalesce({expression} || {whole}, 'null')"


_VALUES: Final[Mapping[str, Form]] = {
    **rates_of("a"),
    "quality": _number("a.quality"),
    "learned_at": Moment("a.learned_at"),
    **{
        column: write(f"a.{column}")
        for write, columns in {
            name: ("source", "device", "date_basis", "series_role"),
            text: (
                "channel",
                "account",
                "country",
                "geo",
                "attribution_setting",
                "series",
                "currency",
            ),
            day: ("time", "until"),
            decimal: ("spend", "conversions", "conversion_value", "value"),
            bare: (
                "entries",
                "days",
                "impressions",
                "clicks",
                "link_clicks",
                "reach",
                "unconverted",
                "is_mature",
                "is_partial",
            ),
        }.items()
        for column in columns
    },
}


def _no_place(tag: str) -> str:
    raise Bug(f"rows of {tag} have no cursors in SQL: `ends` are what cursors are made of")


WRITTEN_ROWS: Final = Relation(
    _VALUES, {name: f"a.{name}" for name in ("time", "campaign", "connection")}, _no_place
)
"""What can be written of a row, and what its gaps can be known by."""


def needed(shape: Shape) -> frozenset[str]:
    """The measures that a row's values are made of; a row has no other member of columns."""
    columns = (member.column for member in shape if isinstance(member, Value))
    return frozenset(part for column in columns for part in RATES.get(column, (column,)))


def ends(definition: AttributionDefinition) -> str:
    """SQL of a row's key as texts, empty for null: `time`, then the parts in their order."""
    parts = (f"coalesce(a.{key.name}::text, '')" for key in key_columns(definition))
    return f"ARRAY[a.time::text, {', '.join(parts)}]"
