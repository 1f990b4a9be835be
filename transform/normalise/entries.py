"""Columns of a page's accepted records made into its entries and campaigns.

Arrow throughout: at 500 rows a page, a pandas frame costs more than everything else together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import pyarrow as pa

from transform.frames import (
    CAMPAIGN_SCHEMA,
    ENTRY_SCHEMA,
    NormalisedPage,
    campaign_digests,
    entry_digests,
)
from transform.normalise.columns import ArrowColumn
from transform.normalise.reading import Reading
from transform.normalise.replay import Replay, counted_by_replay, rows_of_replay
from transform.normalise.storable import refuse_unstorable

Texts: TypeAlias = Mapping[str, Sequence[Any]]
Digests: TypeAlias = Callable[[Texts], Sequence[bytes | None]]

IDENTITY: Final = (
    "source",
    "account_id",
    "level",
    "entity_id",
    "date_basis",
    "attribution_setting",
)
CAMPAIGN_IDENTITY: Final = ("source", "account_id", "campaign_id")
CAMPAIGN_COLUMNS: Final = {
    "campaign": "digest",
    "source": "source",
    "account_id": "account_id",
    "campaign_id": "campaign_id",
    "campaign_name": "name",
    "status": "status",
    "objective": "objective",
}
"""A draft's columns that tell of its campaign, and what they are called there."""


def normalised_page(columns: Mapping[str, ArrowColumn], reading: Reading) -> NormalisedPage:
    """The page that the accepted records of `reading` make.

    `columns` has one value per record: the columns of an entry but `digest`, `campaign` and
    `records`, and beside them campaign_id, campaign_name and objective.
    """
    refuse_unstorable(columns, reading)
    accepted = _identified(_chosen(pa.table(dict(columns)), reading))
    if reading.replay is not None:
        return _replayed(accepted, reading, reading.replay)
    return NormalisedPage(
        entries=_under(ENTRY_SCHEMA, _merged(accepted)),
        campaigns=_campaigns(accepted),
        rejections=reading.rejections(),
        fetched=len(reading.records),
        drift=reading.held.drift,
        is_frozen=reading.held.is_frozen,
    )


def _replayed(accepted: pa.Table, reading: Reading, replay: Replay) -> NormalisedPage:
    rows = rows_of_replay(accepted, replay)
    entries, owners = counted_by_replay(_under(ENTRY_SCHEMA, _merged(rows)), rows, replay)
    return NormalisedPage(
        entries, _campaigns(rows), reading.rejections(), len(replay.positions), owners
    )


def _chosen(table: pa.Table, reading: Reading) -> pa.Table:
    accepted = reading.accepted
    return table if accepted.all() else table.filter(pa.array(accepted)).combine_chunks()


def _identified(table: pa.Table) -> pa.Table:
    """The table with the digests of each row's entry and campaign."""
    digest = ENTRY_SCHEMA.field("digest").type
    entries = _once_each(table, IDENTITY, entry_digests)
    campaigns = _once_each(table, CAMPAIGN_IDENTITY, _campaign_digests)
    return table.append_column("digest", pa.array(entries, digest)).append_column(
        "campaign", pa.array(campaigns, digest)
    )


def _once_each(table: pa.Table, names: Sequence[str], digests: Digests) -> list[bytes | None]:
    """`digests` of the named columns, computed once per distinct row: days repeat entities."""
    rows = list(zip(*(table[name].to_pylist() for name in names), strict=True))
    distinct = dict.fromkeys(rows)
    columns = zip(*distinct, strict=True) if distinct else ((),) * len(names)
    texts = dict(zip(names, columns, strict=True))
    found = dict(zip(distinct, digests(texts), strict=True))
    return [found[row] for row in rows]


def _campaign_digests(texts: Texts) -> Sequence[bytes | None]:
    return campaign_digests(*(texts[name] for name in CAMPAIGN_IDENTITY))


def _merged(table: pa.Table) -> pa.Table:
    """One row per date and digest, in the order of first appearance.

    The later record of a key wins as a whole: a source that repeats itself has the more recent
    figures further on. `position` is the first record's, `records` counts them all.
    """
    keys = list(zip(_days(table), table["digest"].to_pylist(), strict=True))
    first = {key: index for index, key in reversed(list(enumerate(keys)))}
    if len(first) == len(keys):
        return table.append_column("records", pa.array([1] * len(keys), pa.int64()))
    last, counted = {key: index for index, key in enumerate(keys)}, Counter(keys)
    order = sorted(first, key=first.__getitem__)
    positions = table["position"].take(_indices(first[key] for key in order))
    latest = table.take(_indices(last[key] for key in order)).drop_columns("position")
    records = pa.array([counted[key] for key in order], pa.int64())
    return latest.append_column("position", positions).append_column("records", records)


def _indices(indices: Iterable[int]) -> ArrowColumn:
    """Typed, for an empty list has no type of its own."""
    return pa.array(list(indices), pa.int64())


def _days(table: pa.Table) -> list[Any]:
    """Days since 1970, which hash faster than dates."""
    return table["date"].cast(pa.int32()).to_pylist()


def _campaigns(table: pa.Table) -> pa.Table:
    """One row per campaign, under its last name on the page."""
    last = {digest: index for index, digest in enumerate(table["campaign"].to_pylist())}
    last.pop(None, None)
    kept = [name for name in CAMPAIGN_COLUMNS if name in table.column_names]
    found = table.select(kept).take(_indices(last.values()))
    names = [CAMPAIGN_COLUMNS[name] for name in kept]
    return _under(CAMPAIGN_SCHEMA, found.rename_columns(names))


def _under(schema: pa.Schema, table: pa.Table) -> pa.Table:
    """The table under its contract; columns that it lacks are null."""
    names, rows = set(table.column_names), len(table)
    columns: Sequence[Any] = [
        _typed(table[field.name], field.type) if field.name in names else pa.nulls(rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _typed(column: Any, kind: pa.DataType) -> Any:
    return column if column.type == kind else column.cast(kind)
