"""The first pass over a file: everything that can only be decided over all of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from connectors.file.day_order import DayOrder
from connectors.file.decimal_mark import DecimalMark
from connectors.file.mapping import first_layout
from connectors.file.natural_keys import KeyMaker, RepeatFinder, key_maker
from connectors.file.rows import Row, Table
from connectors.file.serial_days import with_days
from connectors.file.series import WideEvidence
from core.commands import FileOptions
from core.errors import BadInput
from core.file_fields import NODE_FIELDS
from core.file_layout import FileLayout, number_columns
from core.records.connections import Level

BATCH_ROWS = 2000
"""Rows looked at together: few, since the collector visits all that are held."""

DIGESTS_LIMIT = 8_000_000
BUCKET_ROWS = 10_000
BUCKETS_LIMIT = 1024
PAGE_CELLS = 400_000
PAGE_ROWS = range(1000, 20_001)
"""Fewest and most rows of a page, between which its cells decide."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read a file: its layout, and into how many buckets rows go so that a key is whole.

    0 buckets: rows are read in the order of the file, `page_rows` at a time.
    """

    table: Table
    layout: FileLayout
    keys: KeyMaker
    page_rows: int
    buckets: int

    def rows(self) -> Iterator[Row]:
        """Every record from the top; refused ones too."""
        return with_days(self.table, self.layout)


def probe(table: Table, options: FileOptions, level: Level) -> Plan:
    """Read the file once and decide; the same bytes and options always give the same plan.

    BadInput when it has no records or when its days or decimals can be read in two ways.
    """
    first = next((row for row in table.read() if row.refusal is None), None)
    if first is None and next(table.read(), None) is None:
        raise BadInput(
            "the file holds a header and no rows", field="file", mend="upload a file that has rows"
        )
    record = dict(zip(table.headers.keys, first.cells, strict=True)) if first else {}
    layout = first_layout(table.headers, record, options, level)
    keys = key_maker(layout, table.headers.keys, level)
    evidence = _Evidence(table, layout, keys)
    for rows in _batches(with_days(table, layout)):
        evidence.see(rows)
    return evidence.plan(options)


class _Evidence:
    """What the rows seen so far say about a file."""

    def __init__(self, table: Table, layout: FileLayout, keys: KeyMaker) -> None:
        self._table, self._layout, self._keys = table, layout, keys
        self._place = {key: place for place, key in enumerate(table.headers.keys)}
        self._order, self._mark = DayOrder(), DecimalMark()
        self._repeats = RepeatFinder(DIGESTS_LIMIT)
        self._wide = WideEvidence(layout, table.headers.keys) if layout.is_wide else None
        self._count = 0
        self._nodes: set[str | None] = set()

    def see(self, rows: Sequence[Row]) -> None:
        """Take in more rows."""
        self._count += len(rows)
        whole = [row for row in rows if row.refusal is None]
        columns = self._layout.columns
        self._order.see({cell for cell in self._column(whole, columns["date"]) if cell})
        for key, are_whole in number_columns(self._layout):
            self._mark.see(self._column(whole, key), are_whole=are_whole)
        if self._wide is not None:
            self._wide.see(whole)
        if "parent_id" in columns.values() and "fb_graph_node" in self._place:
            self._nodes.update(self._column(whole, "fb_graph_node"))
        if whole and not self._layout.is_long and not self._repeats.is_settled:
            self._repeats.see(self._keys.exact(whole))

    def _column(self, rows: Sequence[Row], key: str) -> list[str | None]:
        place = self._place[key]
        return [row.cells[place] for row in rows]

    def plan(self, options: FileOptions) -> Plan:
        """The decision. What was asked for in `options` needs no evidence."""
        self._refuse_mixed_nodes(options)
        layout = replace(
            self._layout,
            date_order=None if options.date_format else self._order.decide(),
            decimal_separator=options.decimal_separator or self._mark.decide(),
        )
        if self._wide is not None:
            layout = self._wide.decided(layout, options.period)
        page_rows = _page_rows(layout, len(self._table.headers.keys))
        may_repeat = layout.is_long or self._repeats.found() or len(self._keys.orders_known) > 1
        is_whole = self._count <= page_rows or not may_repeat
        buckets = 0 if is_whole else min(-(-self._count // BUCKET_ROWS), BUCKETS_LIMIT)
        return Plan(self._table, layout, self._keys, page_rows, buckets)

    def _refuse_mixed_nodes(self, options: FileOptions) -> None:
        fields = {NODE_FIELDS.get(node or "", "") for node in self._nodes}
        if len(fields) > 1 and "parent_id" not in options.columns.values():
            raise BadInput(
                f"parent_id names different things: {', '.join(sorted(map(str, self._nodes)))}",
                field="columns",
                mend="upload one kind of node at a time, or map parent_id in columns",
            )


def _page_rows(layout: FileLayout, width: int) -> int:
    if layout.is_wide:
        entries = sum(len(each.values) or 1 for each in layout.series.values())
        return max(PAGE_ROWS[-1] // entries, 1)
    return min(max(PAGE_CELLS // width, PAGE_ROWS[0]), PAGE_ROWS[-1])


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch
