"""Which entries: filters and keys as conditions on the relation `e` of stores.postgres.entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from core.records.entries import EntryFilter, EntryKey
from core.records.naming import CampaignSpan
from core.records.performance import Trace
from stores.postgres.attribution_filters import restrict as restrict_to_facts
from stores.postgres.conditions import Conditions
from stores.postgres.key_columns import in_group
from stores.postgres.quality import at_least


def restrict(conditions: Conditions, where: EntryFilter, is_mature: str) -> None:
    """Let through what `where` does; `is_mature` is SQL that tells whether an entry is."""
    if where.dates is not None:
        conditions.add("e.date BETWEEN {} AND {}", where.dates.since, where.dates.until)
    conditions.among("e.source", where.sources)
    conditions.among("e.channel", where.channels)
    conditions.among("e.account_id", where.accounts)
    conditions.among("e.connection_id", where.connections)
    conditions.among("e.campaign", where.campaigns)
    conditions.among("e.level", where.levels)
    conditions.among("e.entity_id", where.entities)
    conditions.among("e.country", where.countries)
    conditions.among("e.geo", where.geos)
    conditions.among("e.device", where.devices)
    conditions.among("e.series_role", where.series_roles)
    if where.spans is not None:
        conditions.add(_IN_SPANS, *_columns(where.spans))
    if where.min_quality is not None:
        conditions.add(at_least("{}"), where.min_quality)
    if where.behind is not None:
        _restrict_to_figure(conditions, where.behind)
    if where.is_mature is not None:
        conditions.add(f"{is_mature} = {{}}", where.is_mature)


def _restrict_to_figure(conditions: Conditions, trace: Trace) -> None:
    dates = trace.facts.dates
    conditions.add("e.date BETWEEN {} AND {}", dates.since, dates.until)
    if trace.days:
        conditions.add("e.date = ANY({}::date[])", list(trace.days))
    restrict_to_facts(conditions, trace.facts)
    in_group(conditions, trace.group)


_IN_SPANS = (
    "EXISTS (SELECT FROM unnest("
    "{}::uuid[], {}::date[], {}::date[], {}::timestamptz[], {}::timestamptz[]"
    ") s (campaign, since, until, named_from, named_until) "
    "WHERE s.campaign = e.campaign AND e.date BETWEEN s.since AND s.until "
    "AND coalesce(e.named_at >= s.named_from, true) AND coalesce(e.named_at < s.named_until, true))"
)


def _columns(spans: Sequence[CampaignSpan]) -> tuple[list[Any], ...]:
    return tuple([getattr(span, field.name) for span in spans] for field in fields(CampaignSpan))


def restrict_to_keys(conditions: Conditions, alias: str, keys: Sequence[EntryKey]) -> None:
    """Let through the entries of `keys`, or their versions."""
    # The bare dates let Postgres leave out the partitions that hold none of the keys; the bare
    # digests let it find them in the index, where the pairs alone have it read whole days.
    dates, digests = [key.date for key in keys], [key.digest for key in keys]
    conditions.add(f"{alias}.date = ANY({{}}::date[])", sorted(set(dates)))
    conditions.add(f"{alias}.digest = ANY({{}}::uuid[])", digests)
    conditions.add(
        f"({alias}.date, {alias}.digest) IN (SELECT * FROM unnest({{}}::date[], {{}}::uuid[]))",
        dates,
        digests,
    )
