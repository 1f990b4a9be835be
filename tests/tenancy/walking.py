"""A tenant's whole schema, walked: every root field, every page, everything below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from core.records.attribution import AttributionDefinition
from core.records.performance import Trace
from core.traces import written
from core.units import DateRange
from persisted import document_of
from resolvers.llm_context import LEAST_TOKENS
from tests.tenancy.documents import is_paged, node_types, root
from tests.tenancy.door import Door, Json
from tests.tenancy.party import Party
from tests.tenancy.rows import unpacked

DAYS = {"since": "2026-10-01", "until": "2026-12-31"}
RULE = {"name": "tried", "pattern": "{theme}_{rest*}"}
CHANNEL_RULE = {"name": "tried", "channel": "Tried", "campaign": "."}
PAGE = 100
LESS = {"Query.search": 15}
"""Whose items cost more, with everything below them."""
SOME = 20
Ids: TypeAlias = "Mapping[str, set[str]]"
Question: TypeAlias = "tuple[Json, str | None]"
"""Arguments, and the type selected where the answer is of an abstract one."""


def _plain(_: Ids) -> Iterator[Question]:
    yield {}, None


def _days(_: Ids) -> Iterator[Question]:
    yield {"dates": DAYS}, None


def a_trace() -> str:
    """Of all that was known just now."""
    facts = AttributionDefinition(DateRange(date(2026, 10, 1), date(2026, 12, 31)))
    return written(Trace(facts, datetime.now(UTC) - timedelta(seconds=1)))


def _groups(_: Ids) -> Iterator[Question]:
    yield {"dates": DAYS, "groupBy": ["CAMPAIGN", "CONNECTION", "ACCOUNT"], "grain": "DAY"}, None


def _a_trace(_: Ids) -> Iterator[Question]:
    yield {"trace": a_trace()}, None


def _a_rate(_: Ids) -> Iterator[Question]:
    yield {"base": "USD", "quote": "GBP", "on": "2026-10-01"}, None


def _metrics(_: Ids) -> Iterator[Question]:
    for metric in ("SPEND", "REVENUE", "SERIES"):
        yield {"metric": metric}, None


def _a_rule(_: Ids) -> Iterator[Question]:
    yield {"rule": RULE}, None
    yield {"rule": RULE | {"pattern": "{nothing}|{of}|{that}"}}, None


def _a_channel_rule(_: Ids) -> Iterator[Question]:
    yield {"rule": CHANNEL_RULE, "dates": DAYS}, None


def _a_node(ids: Ids) -> Iterator[Question]:
    return (({"id": min(ids[kind])}, kind) for kind in sorted(node_types()))


def _some_nodes(ids: Ids) -> Iterator[Question]:
    return (({"ids": sorted(ids[kind])[:SOME]}, kind) for kind in sorted(node_types()))


def _some_entities(ids: Ids) -> Iterator[Question]:
    for kind in sorted(node_types()):
        keys = [{"__typename": kind, "id": id_} for id_ in sorted(ids[kind])[-SOME:]]
        yield {"representations": keys}, kind


def _search(ids: Ids) -> Iterator[Question]:
    del ids
    return (({"text": text}, None) for text in ("wasted spend on facebook", "restated", "sale"))


def _surfaced(_: Ids) -> Iterator[Question]:
    yield {"windowDays": 400, "until": DAYS["until"], "minConfidence": 0}, None


def _llm_context(ids: Ids) -> Iterator[Question]:
    del ids
    yield {"question": "wasted spend on facebook"}, None
    yield {"question": "restated"}, None
    yield {"question": "wasted spend on facebook", "tokenBudget": LEAST_TOKENS}, None


def _an_authorization(ids: Ids) -> Iterator[Question]:
    return (({"id": id_}, None) for id_ in sorted(ids["Authorization"]))


def _an_export(ids: Ids) -> Iterator[Question]:
    return (({"id": id_}, None) for id_ in sorted(ids["Export"]))


def _an_incident(ids: Ids) -> Iterator[Question]:
    return (({"id": id_}, None) for id_ in sorted(ids["Incident"]))


def _features(ids: Ids) -> Iterator[Question]:
    connections = sorted(ids["ConnectedSource"])
    yield {"view": "pulse", "entities": connections}, None


def _a_view(ids: Ids) -> Iterator[Question]:
    del ids
    yield {"name": "pulse"}, None


def _operations(ids: Ids) -> Iterator[Question]:
    return (({"id": id_}, None) for id_ in sorted(ids["Operation"]))


def _explanations(ids: Ids) -> Iterator[Question]:
    own = document_of("graphiql", "AttributionRows")
    yield {"operationId": own.id, "variables": {"dates": DAYS}}, None
    for id_ in sorted(ids["Operation"]):
        if "console/" in unpacked(id_):
            yield {"operationId": id_}, None


def _each_run(name: str) -> Callable[[Ids], Iterator[Question]]:
    return lambda ids: (({name: run_id}, None) for run_id in sorted(ids["Run"]))


def _quotes(ids: Ids) -> Iterator[Question]:
    past = {"since": "2026-09-01", "until": "2026-10-31"}
    return (({"connectionId": id_, "dates": past}, None) for id_ in sorted(ids["ConnectedSource"]))


QUESTIONS: Mapping[str, Callable[[Ids], Iterator[Question]]] = {
    "Query.viewer": _plain,
    "Query.marketingEntries": _plain,
    "Query.campaigns": _plain,
    "Query.calendar": _days,
    "Query.calendarSettings": _plain,
    "Query.calendarEvents": _plain,
    "Query.seasonalityPrior": _plain,
    "Query.attributionRows": _days,
    "Query.marketingSummary": _days,
    "Query.metrics": _plain,
    "Query.performance": _groups,
    "Query.performanceEntries": _a_trace,
    "Query.exchangeRate": _a_rate,
    "Query.seasonality": _metrics,
    "Query.seasonalityEstimation": _plain,
    "Query.namingRules": _plain,
    "Query.namingPreview": _a_rule,
    "Query.channelRules": _plain,
    "Query.exchangeRates": _plain,
    "Query.budgets": _plain,
    "Query.channelPreview": _a_channel_rule,
    "Query.dataHealth": _days,
    "Query.insights": _plain,
    "Query.insightLedger": _plain,
    "Query.surfacingInsights": _surfaced,
    "Query.incidents": _plain,
    "Query.incident": _an_incident,
    "Query.search": _search,
    "Query.searchIndex": _plain,
    "Query.llmContext": _llm_context,
    "Query.connections": _plain,
    "Query.runs": _plain,
    "Query.schedules": _plain,
    "Query.events": _plain,
    "Query.exports": _plain,
    "Query.featureViews": _plain,
    "Query.featureView": _a_view,
    "Query.operations": _plain,
    "Query.builtInOperations": _plain,
    "Query.operationStages": _plain,
    "Query.operationsSeen": _plain,
    "Query.auditLog": _plain,
    "Query.retention": _plain,
    "Query.erasures": _plain,
    "Query._service": _plain,
    # Below: by ids that the fields above have answered.
    "Query.rejectedRecords": _each_run("runId"),
    "Query.rejectedRecordSummary": _plain,
    "Query.backfillQuote": _quotes,
    "Query.deadLetters": _plain,
    "Query.schemaChanges": _plain,
    "Query.run": _each_run("id"),
    "Query.export": _an_export,
    "Query.features": _features,
    "Query.operation": _operations,
    "Query.explain": _explanations,
    "Query.authorization": _an_authorization,
    "Query.node": _a_node,
    "Query.nodes": _some_nodes,
    "Query._entities": _some_entities,
}
"""What is asked of each root field of Query; a new one must find its place here."""


@dataclass
class Walk:
    """Every answer, the ids in them by type, the types met, the cursors of each list."""

    answers: list[tuple[str, Json]] = field(default_factory=list)
    ids: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    types: set[str] = field(default_factory=set)
    cursors: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    entries: dict[str, Json] = field(default_factory=dict)
    not_asked: set[str] = field(default_factory=set)
    """Connections that send by themselves, or are read by upload."""

    def take(self, coordinate: str, answer: Json) -> None:
        assert "errors" not in answer, (coordinate, answer["errors"])
        self.answers.append((coordinate, answer))
        for found in objects(answer):
            kind = found.get("__typename")
            if kind is None:
                continue
            self.types.add(kind)
            if "id" in found:
                self.ids[kind].add(found["id"])
            if kind == "ConnectedSource" and found.get("source") in {"FILE", "WEBHOOK"}:
                self.not_asked.add(found["id"])
        if is_paged(coordinate):
            edges = answer["data"][coordinate.split(".")[1]]["edges"]
            self.cursors[coordinate] += [edge["cursor"] for edge in edges]


def objects(value: object) -> Iterator[Json]:
    """Every object in a JSON value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from objects(item)


async def walked(door: Door, party: Party) -> Walk:
    walk = Walk()
    # No list tells of authorizations: only who began one knows its id.
    walk.ids["Authorization"].add(party.authorization)
    for coordinate, questions in QUESTIONS.items():
        for asked, on in list(questions(walk.ids)):
            if asked.get("connectionId") in walk.not_asked:
                continue
            for moment in (None, party.as_of) if "asOf" in root(coordinate).args else (None,):
                given = asked if moment is None else asked | {"asOf": moment}
                for answer in await pages(door, party.token, coordinate, given, on):
                    walk.take(coordinate, answer)
                    if coordinate == "Query.marketingEntries" and moment is None:
                        nodes = answer["data"]["marketingEntries"]["nodes"]
                        walk.entries |= {node["id"]: node for node in nodes}
    return walk


async def pages(
    door: Door, token: str, coordinate: str, given: Json, on: str | None = None
) -> list[Json]:
    """Every page of a list; the one answer of anything else."""
    if not is_paged(coordinate):
        return [await door.ask(token, coordinate, given, on)]
    found: list[Json] = []
    place: Json = {}
    while True:
        size = {"first": LESS.get(coordinate, PAGE)}
        answer = await door.ask(token, coordinate, given | size | place, on)
        found.append(answer)
        listed = (answer.get("data") or {}).get(coordinate.split(".")[1])
        if not listed or not listed["pageInfo"]["hasNextPage"]:
            return found
        place = {"after": listed["pageInfo"]["endCursor"]}
