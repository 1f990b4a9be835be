"""What searches need beside documents, renewed at the end of an index run that changed some."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pandas as pd

from core.naming import read
from core.records.graph import NodeKind, Thing
from core.records.naming import NamedCampaign, NamingRuleRecord
from core.records.rules import RulesAt
from core.records.search import Concept, Coordinate, DocumentPlaces, WhyUnknown
from core.scope import TenantScope
from stores.wiring import Stores
from transform.concepts import COHORT, COUNTED, placed
from transform.graph import Graph, drawn


async def renew_search(stores: Stores, scope: TenantScope, *, has_moved: bool) -> None:
    """Words, places and the graph as they follow from the documents that there are now.

    Places follow from figures alone: they stand unless a month of these `has_moved`. Each is
    written at once and whole, so that a run that is killed between them leaves the old or the new
    one, and another run makes up for it.
    """
    await stores.search_steps.count_words(scope)
    if has_moved:
        await _renew_places(stores, scope)
    graph = await _graph(stores, scope)
    await stores.search_steps.write_graph(scope, graph.nodes, graph.edges)


async def _renew_places(stores: Stores, scope: TenantScope) -> None:
    facts = pd.DataFrame(
        await stores.search_steps.place_facts(scope), columns=["document_id", *COHORT, *COUNTED]
    )
    await stores.search_steps.write_places(scope, await asyncio.to_thread(_places, facts))


def _places(facts: pd.DataFrame) -> list[DocumentPlaces]:
    if facts.empty:
        return []
    found = placed(facts.astype(dict.fromkeys(COUNTED, "float64")))
    rows = zip(
        found["document_id"], found["percentile"], found["unknown"], found["peers"], strict=True
    )
    every = tuple(Concept)
    coordinates = [
        (document_id, Coordinate(
            every[place % len(every)],
            None if pd.isna(percentile) else float(percentile),
            WhyUnknown(unknown) if unknown else None,
            int(peers),
        ))
        for place, (document_id, percentile, unknown, peers) in enumerate(rows)
    ]  # fmt: skip
    return [
        DocumentPlaces(document_id, tuple(each for _, each in coordinates[at : at + len(every)]))
        for at, (document_id, _) in list(enumerate(coordinates))[:: len(every)]
    ]


async def _graph(stores: Stores, scope: TenantScope) -> Graph:
    things = await stores.search_steps.things(scope)
    rules = (await stores.naming.rules(scope, [RulesAt()]))[RulesAt()]
    today = datetime.now(UTC).date()
    return await asyncio.to_thread(
        lambda: drawn(tuple(_named(each, rules, today) for each in things))
    )


def _named(thing: Thing, rules: tuple[NamingRuleRecord, ...], today: date) -> Thing:
    """With what the campaign's name says by the tenant's rules, as they are in force."""
    if thing.kind is not NodeKind.CAMPAIGN or thing.source is None or thing.parent is None:
        return thing
    account = thing.parent.partition("/")[2]
    said = read(rules, NamedCampaign(UUID(thing.id), thing.source, account, thing.label), today)
    return thing if said is None else replace(thing, fields=said.fields)
