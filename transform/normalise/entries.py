"""Columns of a page's accepted records made into its entries and campaigns.

Arrow throughout: at 500 rows a page, a pandas frame costs more than everything else together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.records.connections import Level
from core.sources import MANIFESTS, QualityRules, SourceKind
from transform.frames import (
    BREAKDOWNS,
    CAMPAIGN_SCHEMA,
    ENTRY_SCHEMA,
    IDENTITY,
    NormalisedPage,
    campaign_digest_column,
    digest_column,
    numbered,
)
from transform.normalise.columns import ArrowColumn, Mask
from transform.normalise.plain import NotPlain, PlainReading
from transform.normalise.reading import Reading
from transform.normalise.replay import Replay, counted_by_replay, rows_of_replay
from transform.normalise.storable import refuse_unstorable
from transform.quality import Expected, with_checks

_ONE: Final = pa.scalar(1, pa.int64())

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


def normalised_page(
    columns: Mapping[str, ArrowColumn],
    reading: Reading | PlainReading,
    tells: AbstractSet[str] | None = None,
) -> NormalisedPage:
    """The page that the accepted records of `reading` make.

    `columns` has one value per record: the columns of an entry but `digest`, `campaign` and
    `records`, and beside them campaign_id, campaign_name and objective, and what else checks look
    at (transform.quality). `tells`: columns that every row should have; None: those that the
    source's manifest names.
    """
    refuse_unstorable(columns, reading)
    expected = _expected(columns, reading, tells)
    return _page(_chosen(pa.table(dict(columns)), reading), reading, expected)


def plain_pages(
    columns: Mapping[str, ArrowColumn], reading: PlainReading, rows: Sequence[int]
) -> Sequence[NormalisedPage]:
    """What `normalised_page` makes of each page of `reading`, which has `rows` of each in turn.

    Raises NotPlain where pages cannot be made together: they have an entry in common.
    """
    if len(rows) == 1:
        return [normalised_page(columns, reading)]
    refuse_unstorable(columns, reading)
    accepted = _identified(pa.table(dict(columns)))
    entries, _ = _entries(accepted, _expected(columns, reading, None))
    if len(entries) < len(accepted):
        raise NotPlain
    starts = np.cumsum([0, *rows[:-1]]).tolist()
    return [
        NormalisedPage(
            entries=entries.slice(start, count),
            campaigns=_campaigns(accepted.slice(start, count)),
            rejections=(),
            fetched=count,
        )
        for start, count in zip(starts, rows, strict=True)
    ]


def stacked_page(
    shared: Mapping[str, ArrowColumn],
    stacks: Sequence[Mapping[str, ArrowColumn]],
    reading: Reading | PlainReading,
) -> NormalisedPage:
    """The page of records that make several entries each: one for each of `stacks`.

    Columns are as in `normalised_page`: those in `shared` are alike for all entries of a record.
    A stack makes none of records of which its `value` is null. A record counts with its first.
    """
    for columns in (shared, *stacks):
        refuse_unstorable(columns, reading)
    tables = (_chosen(pa.table({**shared, **columns}), reading) for columns in stacks)
    entries = pa.concat_tables(table.filter(table["value"].is_valid()) for table in tables)
    # Stable, so that the entries of a record stand in the order of the stacks.
    order = np.argsort(entries["position"].to_numpy(), kind="stable")
    ordered = entries.take(_indices(order.tolist())).combine_chunks()
    is_first = np.diff(ordered["position"].to_numpy(), prepend=-1) > 0
    records = pa.array(is_first.astype(np.int64))
    expected = _expected(shared, reading, frozenset())
    return _page(ordered.append_column("records", records), reading, expected)


def _page(chosen: pa.Table, reading: Reading | PlainReading, expected: Expected) -> NormalisedPage:
    accepted = _identified(chosen)
    if reading.replay is not None:
        return _replayed(accepted, reading, reading.replay, expected)
    entries, media = _entries(accepted, expected)
    return NormalisedPage(
        entries=entries,
        campaigns=_campaigns(accepted),
        rejections=reading.rejections(expected.rules),
        fetched=reading.fetched,
        drift=reading.held.drift,
        is_frozen=reading.held.is_frozen,
        media=media,
    )


def _expected(
    columns: Mapping[str, ArrowColumn],
    reading: Reading | PlainReading,
    tells: AbstractSet[str] | None,
) -> Expected:
    if not reading.fetched:
        return Expected.of(QualityRules(), SourceKind.PULL, tells, None)
    manifest = MANIFESTS[columns["source"][0].as_py()]
    return Expected.of(manifest.quality, manifest.kind, tells, reading.latest)


def _entries(accepted: pa.Table, expected: Expected) -> tuple[pa.Table, ArrowColumn | None]:
    """The entries of identified rows, checked, and their media where the source says them."""
    merged, apart = _merged(accepted)
    entries = _under(ENTRY_SCHEMA, with_checks(merged, expected, apart))
    has_media = "medium" in merged.column_names
    return entries, merged["medium"].combine_chunks() if has_media else None


def _replayed(
    accepted: pa.Table, reading: Reading | PlainReading, replay: Replay, expected: Expected
) -> NormalisedPage:
    rows = rows_of_replay(accepted, replay)
    made, media = _entries(rows, expected)
    entries, owners = counted_by_replay(made, rows, replay)
    return NormalisedPage(
        entries,
        _campaigns(rows),
        reading.rejections(expected.rules),
        len(replay.positions),
        owners,
        media=media,
    )


def _chosen(table: pa.Table, reading: Reading | PlainReading) -> pa.Table:
    accepted = reading.accepted
    return table if accepted.all() else table.filter(pa.array(accepted)).combine_chunks()


def _identified(table: pa.Table) -> pa.Table:
    """The table with the digests of each row's entry and campaign."""
    identity = (table[name].combine_chunks() for name in IDENTITY)
    entries = digest_column(*identity, breakdowns=_breakdowns(table))
    campaigns = campaign_digest_column(*(table[n].combine_chunks() for n in CAMPAIGN_IDENTITY))
    return table.append_column("digest", entries).append_column("campaign", campaigns)


def _breakdowns(table: pa.Table) -> list[ArrowColumn]:
    """What rows are told apart by; an order is so by its id alone, wherever it goes."""
    names = set(table.column_names)
    nothing = pa.nulls(len(table), pa.string())
    if pc.any(pc.equal(table["level"], pa.scalar(Level.ORDER.value))).as_py():
        return [nothing] * len(BREAKDOWNS)
    return [table[name].combine_chunks() if name in names else nothing for name in BREAKDOWNS]


def _merged(table: pa.Table) -> tuple[pa.Table, Mask]:
    """One row per date and digest, in the order of first appearance.

    The later record of a key wins as a whole: a source that repeats itself has the more recent
    figures further on. `position` is the first record's, `records` counts them all. Marked are
    the keys whose records differ.
    """
    if "records" not in table.column_names:
        table = table.append_column("records", pa.repeat(_ONE, len(table)))
    if _are_apart(table):
        return table, np.zeros(len(table), dtype=bool)
    keys = list(zip(_days(table), table["digest"].to_pylist(), strict=True))
    first = {key: index for index, key in reversed(list(enumerate(keys)))}
    last = {key: index for index, key in enumerate(keys)}
    records: list[Any] = table["records"].to_pylist()
    counted: Counter[Any] = Counter()
    for key, count in zip(keys, records, strict=True):
        counted[key] += count
    order = sorted(first, key=first.__getitem__)
    positions = table["position"].take(_indices(first[key] for key in order))
    latest = table.take(_indices(last[key] for key in order))
    latest = latest.drop_columns(["position", "records"])
    counts = pa.array([counted[key] for key in order], pa.int64())
    merged = latest.append_column("position", positions).append_column("records", counts)
    return merged, _contradicted(table, keys, order)


def _contradicted(table: pa.Table, keys: Sequence[object], order: Sequence[object]) -> Mask:
    """Which keys of `order` have records that differ in anything."""
    marked = np.zeros(len(order), dtype=bool)
    times = Counter(keys)
    repeated = {key: place for place, key in enumerate(order) if times[key] > 1}
    places = [place for place, key in enumerate(keys) if key in repeated]
    rows = table.take(_indices(places)).drop_columns("position").to_pylist()
    said: dict[object, object] = {}
    for place, row in zip(places, rows, strict=True):
        if said.setdefault(keys[place], row) != row:
            marked[repeated[keys[place]]] = True
    return marked


def _are_apart(table: pa.Table) -> bool:
    """Whether no two rows have the same key."""
    days, count = numbered(table["date"])
    digests, _ = numbered(table["digest"])
    return np.unique(digests * count + days).size == len(table)


def _indices(indices: Iterable[int]) -> ArrowColumn:
    """Typed, for an empty list has no type of its own."""
    return pa.array(list(indices), pa.int64())


def _days(table: pa.Table) -> list[Any]:
    """Days since 1970, which hash faster than dates."""
    return table["date"].cast(pa.int32()).to_pylist()


def _campaigns(table: pa.Table) -> pa.Table:
    """One row per campaign, under its last name on the page."""
    codes, count = numbered(table["campaign"])
    last = np.empty(count, dtype=np.int64)
    last[codes] = np.arange(len(codes))
    there = set(table.column_names)
    kept = [name for name in CAMPAIGN_COLUMNS if name in there]
    found = table.select(kept).take(pa.array(last, pa.int64()))
    found = found.filter(found["campaign"].is_valid())
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
