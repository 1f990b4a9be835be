"""Labels of a page's entries by the tenant's own channel rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.channel_rules import are_dated, rule_of
from core.records.channels import ChannelFacts, ChannelRules
from core.records.connections import Level, Source
from transform.frames import Ints, NormalisedPage, numbered

NO_RULE: Final = -1
_ASKED: Final = ("source", "account_id", "channel", "platform_channel", "campaign", "entity_name")


def labelled(page: NormalisedPage, rules: ChannelRules) -> NormalisedPage:
    """`page` with its entries under the channels of the first rules that fit them.

    `channel_rules` of the answer has for each entry the place of its rule, or NO_RULE.
    """
    if not rules.channels or not len(page.entries):
        return page
    first, codes = _combined(page, by_day=are_dated(rules))
    found = [rule_of(rules, facts) for facts in _facts(page, first)]
    chosen = np.array([NO_RULE if place is None else place for place in found])[codes]
    names = pa.array([each.rule.channel for each in rules.channels], pa.string())
    by_rule = names.take(pa.array(np.where(chosen == NO_RULE, 0, chosen), pa.int64()))
    ruled = pa.array(chosen != NO_RULE)
    at = page.entries.schema.get_field_index("channel")
    channel: Any = pc.if_else(ruled, by_rule, page.entries["channel"])
    entries = page.entries.set_column(at, page.entries.schema.field(at), channel)
    return replace(page, entries=entries, channel_rules=chosen)


def renamed(page: NormalisedPage, names: Mapping[bytes, str]) -> NormalisedPage:
    """`page` with its campaigns, and the entries that are campaigns, under other `names`."""
    if not names:
        return page
    digests: list[Any] = page.campaigns["digest"].to_pylist()
    found = [names.get(digest) for digest in digests]
    campaigns = _replaced(page.campaigns, "name", found)
    levels: list[Any] = page.entries["level"].to_pylist()
    of: list[Any] = page.entries["campaign"].to_pylist()
    is_campaign = [level == Level.CAMPAIGN for level in levels]
    own = [names.get(one) if is_one else None for one, is_one in zip(of, is_campaign, strict=True)]
    entries = _replaced(page.entries, "entity_name", own)
    return replace(page, campaigns=campaigns, entries=entries)


def _replaced(table: pa.Table, name: str, values: Sequence[str | None]) -> pa.Table:
    """`table` with those of `values` in the column that are not None."""
    at = table.schema.get_field_index(name)
    column: Any = pc.coalesce(pa.array(values, pa.string()), table[name])
    return table.set_column(at, table.schema.field(at), column)


def _combined(page: NormalisedPage, *, by_day: bool) -> tuple[Ints, Ints]:
    """Which entries are the first that say what they say, and which of those each is like."""
    columns = [page.entries[name] for name in _ASKED]
    columns += [page.entries["date"]] if by_day else []
    columns += [] if page.media is None else [pa.chunked_array([page.media])]
    codes = np.zeros(len(page.entries), dtype=np.int64)
    for column in columns:
        numbers, count = numbered(column)
        _, codes = np.unique(codes * count + numbers, return_inverse=True)
    _, first, codes = np.unique(codes, return_index=True, return_inverse=True)
    return first, codes


def _facts(page: NormalisedPage, rows: Ints) -> Iterator[ChannelFacts]:
    names = dict(
        zip(page.campaigns["digest"].to_pylist(), page.campaigns["name"].to_pylist(), strict=True)
    )
    taken = page.entries.select([*_ASKED, "date"]).take(pa.array(rows, pa.int64()))
    media = (
        [None] * len(rows) if page.media is None else page.media.take(pa.array(rows)).to_pylist()
    )
    for row, medium in zip(taken.to_pylist(), media, strict=True):
        yield ChannelFacts(
            source=Source(row["source"]),
            account_id=row["account_id"],
            labelled=row["channel"],
            platform_channel=row["platform_channel"],
            medium=medium,
            campaign_name=names.get(row["campaign"]),
            entity_name=row["entity_name"],
            date=row["date"],
        )
