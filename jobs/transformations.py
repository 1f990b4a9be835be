"""One transformation: page by page, entries are made anew from what their source once sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from connectors.registry import normalise_page
from core.records.channels import ChannelRules
from core.records.connections import ConnectionRecord
from core.records.runs import Receipt
from core.records.transformations import Diff, Names, RuleEffect, Transformation
from core.sources import SourceKind
from jobs.assignments import Assignment, GaveWay
from jobs.drift import contracts_of
from jobs.sources import channel_rules, page_context
from jobs.webhooks import with_orders
from stores.postgres.diff_records import diff_of
from stores.postgres.run_work import RunStep
from stores.postgres.stage import page_rows
from stores.postgres.transformations import RenewedPage, Standing, StoredPage
from transform.frames import NormalisedPage
from transform.normalise.channel_labels import NO_RULE
from transform.normalise.context import PageContext
from transform.normalise.contract import Contract
from transform.normalise.replay import Replay


@dataclass(frozen=True, slots=True)
class _Told:
    """What holds for every page of a run; `names` are None where those of then are kept."""

    connection: ConnectionRecord
    channels: ChannelRules
    names: Mapping[bytes, str] | None
    contracts: Mapping[str, Contract]


async def transform(at: Assignment) -> Receipt:
    """Make the run's entries anew, from its checkpoint on, and end it with its receipt."""
    connection = await at.stores.connections.one(at.scope, at.run.of_connection)
    told = await _told(at, connection)
    standing = await _begun(at)
    pages, _ = await at.work.transformations.pages(at.scope, at.claimed, standing.after)
    for page_id in pages:
        page = await at.work.transformations.page(at.scope, page_id)
        context = await _context(at, page, told)
        made = await asyncio.to_thread(_renewed, connection, page, context)
        standing = await at.work.transformations.renew(at.scope, at.claimed, made, standing)
        if standing.done < standing.pages and await at.gives_way():
            raise GaveWay
    return await at.work.readings.finish(at.scope, at.claimed)


async def _begun(at: Assignment) -> Standing:
    """Where the run stands; pages are counted when it first begins."""
    kept = at.run.checkpoint
    if kept is not None:
        after = kept["after"]
        done, pages = int(str(kept["windows_done"])), int(str(kept["windows"]))
        return Standing(UUID(str(after)) if after else None, done, pages, diff_of(kept["diff"]))
    listed, gone = await at.work.transformations.pages(at.scope, at.claimed, None)
    what = Transformation.from_json(at.run.options)
    standing = Standing(None, 0, len(listed), Diff(what.is_preview))
    told = f"{len(listed)} pages to make entries from"
    if gone:
        told += f"; entries of {gone} whose bodies are no longer kept stay as they are"
    step = RunStep(standing.to_json(), 0, told)
    await at.work.runs.advance(at.scope, at.claimed, step)
    return standing


async def _told(at: Assignment, connection: ConnectionRecord) -> _Told:
    what = Transformation.from_json(at.run.options)
    names = None
    if what.names is Names.PRESENT:
        known = await at.stores.campaigns.names(at.scope)
        names = {each.digest.bytes: each.name for each in known if each.until is None}
    is_held = connection.source.manifest.kind is SourceKind.PULL
    contracts = await contracts_of(at.stores, at.scope, connection) if is_held else {}
    return _Told(connection, await channel_rules(at.stores, at.scope), names, contracts)


async def _context(at: Assignment, page: StoredPage, told: _Told) -> PageContext:
    replay = None
    if page.positions is not None:
        replay = Replay(page.positions, page.corrections or {})
    context = replace(
        page_context(told.connection, page.request),
        channels=told.channels,
        names=page.names if told.names is None else told.names,
        contract=told.contracts.get(page.stream),
        replay=replay,
    )
    anew = not Transformation.from_json(at.run.options).is_preview
    return await with_orders(at.stores, at.scope, told.connection, page.body, context, anew=anew)


def _renewed(connection: ConnectionRecord, page: StoredPage, context: PageContext) -> RenewedPage:
    made = normalise_page(connection.source, page.stream, page.media_type, page.body, context)
    return RenewedPage(page.id, page_rows(page.id, made.entries), _rules(made, context.channels))


def _rules(made: NormalisedPage, rules: ChannelRules) -> Mapping[tuple[date, UUID], RuleEffect]:
    if made.channel_rules is None:
        return {}
    effects = [
        RuleEffect(each.id, each.rule.name, each.version, entries=1) for each in rules.channels
    ]
    days: list[Any] = made.entries["date"].to_pylist()
    digests: list[Any] = made.entries["digest"].to_pylist()
    rows = zip(days, digests, made.channel_rules.tolist(), strict=True)
    return {
        (day, UUID(bytes=digest)): effects[place] for day, digest, place in rows if place != NO_RULE
    }
