"""Exports of features: every row is what is answered online at its moment."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.records.exports import ExportKind, ExportRecord, object_path
from core.records.runs import RunStatus
from graph.ids import CAMPAIGN, EXPORT
from graph.schema import LiftosSchema, build_schema
from stores.wiring import Stores
from tests.jobs.by_hand import by_hand
from tests.jobs.test_features import WINDOWS, Desk
from tests.support import NewTenant, RunningWorker, ended

START = """mutation($input: FeatureExportInput!) { exportFeatures(input: $input) { __typename
  ... on ExportFeaturesPayload { export { id kind } }
  ... on UserError { code field message mend } } }"""
NOWHERE = "http://127.0.0.1:1"
SPENDS = {(name, day): str(day + 1) for name in "AB" for day in range(12)}
CLICKS = {"name": "clicks_3d", "metric": "CLICKS", "aggregate": "SUM", "windowDays": 3}


@pytest.fixture(scope="module")
def schema() -> LiftosSchema:
    return build_schema()


@pytest.fixture
async def desk(schema: LiftosSchema, stores: Stores, new_tenant: NewTenant) -> Desk:
    tenant = await new_tenant(reporting_currency="EUR")
    return Desk(schema, await by_hand(stores, tenant.scope))


async def exported(desk: Desk, worker: RunningWorker, **given: Any) -> ExportRecord:
    """The export of this, once its run has ended well."""
    made = (await desk.ask(START, input=given))["exportFeatures"]
    assert made["__typename"] == "ExportFeaturesPayload", made
    assert made["export"]["kind"] == "FEATURES"
    export_id = EXPORT.decode(made["export"]["id"], "id")
    stores, scope = desk.hand.stores, desk.hand.scope
    record = (await stores.exports.by_ids(scope, [export_id]))[export_id]
    async with worker(NOWHERE):
        run = await ended(stores, scope, record.run_id)
    assert run.status is RunStatus.SUCCEEDED, run.error
    return (await stores.exports.by_ids(scope, [export_id]))[export_id]


async def content(desk: Desk, export: ExportRecord, name: str) -> bytes:
    place = object_path(export.id, name)
    async with desk.hand.stores.objects.open(desk.hand.scope, place) as found:
        return b"".join([block async for block in found.read()])


async def table(desk: Desk, export: ExportRecord, name: str) -> pa.Table:
    return pq.read_table(io.BytesIO(await content(desk, export, f"{name}.parquet")))


Told = dict[tuple[str, datetime, str], tuple[float | int | None, str | None]]


async def offline(desk: Desk, export: ExportRecord) -> Told:
    """Value and reason by entity, moment and feature, as the files tell them."""
    missing = {
        (each["entity"], each["at"], each["feature"]): each["reason"]
        for each in (await table(desk, export, "missing")).to_pylist()
    }
    told: Told = {}
    for row in (await table(desk, export, "features")).to_pylist():
        entity, at = row.pop("entity"), row.pop("at")
        told |= {
            (entity, at, name): (value, missing.pop((entity, at, name), None))
            for name, value in row.items()
        }
    assert missing == {}
    return told


async def online(desk: Desk, view: str, entities: Sequence[str], moments: Sequence[str]) -> Told:
    """The same, asked one moment after the other."""
    told: Told = {}
    for moment in moments:
        found = await desk.features(view, entities, moment)
        at = datetime.fromisoformat(moment)
        for column in found["columns"]:
            values = zip(entities, column["values"], column["missing"], strict=True)
            for entity, value, reason in values:
                number = None if value is None else float(Decimal(value))
                told[entity, at, column["feature"]] = number, reason
    return told


def every(moments: int) -> list[str]:
    """So many moments, the last of them just now, a day from each to the next."""
    now = datetime.now(UTC)
    return [(now - timedelta(days=each)).isoformat() for each in reversed(range(moments))]


async def test_every_row_is_what_is_answered_online_at_its_moment(
    desk: Desk, running_worker: RunningWorker
) -> None:
    await desk.reads(12, SPENDS)
    first = await desk.moment()
    await desk.reads(12, SPENDS | {("A", 1): "100", ("B", 4): "0"})
    view = await desk.created(ttlDays=300)
    entities = [await desk.campaign(name) for name in "AB"]
    # A moment a day of a past in which nothing was known yet, and the two that were lived through.
    moments = [*every(3), first]
    for span in (moments[:3], moments[3:]):
        export = await exported(
            desk, running_worker, view=view, since=span[0], until=span[-1], entities=entities
        )
        assert await offline(desk, export) == await online(desk, view, entities, span)
        assert export.rows == len(entities) * len(span)


async def test_a_bundle_says_what_it_is(desk: Desk, running_worker: RunningWorker) -> None:
    await desk.reads(12, SPENDS)
    moment = await desk.moment()
    view = await desk.created(features=[*WINDOWS[:2], CLICKS], description="for tests")
    formats = ["PARQUET", "CSV", "JSONL", "ARROW"]
    export = await exported(
        desk, running_worker, view=view, since=moment, until=moment, formats=formats
    )
    assert export.kind is ExportKind.FEATURES
    assert [file.name for file in export.files] == [
        *(f"features.{ending}" for ending in ("parquet", "csv", "jsonl", "arrow")),
        *(f"missing.{ending}" for ending in ("parquet", "csv", "jsonl", "arrow")),
        "manifest.json",
        "bundle.zip",
    ]
    told = json.loads(await content(desk, export, "manifest.json"))
    assert told == export.manifest
    assert told["row_hash"] == next(f.sha256 for f in export.files if f.name == "features.csv")
    assert (told["view"]["name"], told["view"]["version"]) == (view, 1)
    assert (told["entities"], told["moments"], told["rows"], told["currency"]) == (2, 1, 2, "EUR")
    assert told["missing"] == [{"feature": "clicks_3d", "reason": "NOT_MEASURED", "values": 2}]
    assert [(each["name"], each["dtype"]) for each in told["columns"]] == [
        ("entity", "string"),
        ("at", "timestamp[us, UTC]"),
        ("spend_3d", "float64"),
        ("mean_7d", "float64"),
        ("clicks_3d", "int64"),
    ]
    found = await table(desk, export, "features")
    assert [str(each.type) for each in found.schema] == [
        *("string", "timestamp[us, tz=UTC]", "double", "double", "int64"),
    ]
    metadata = found.schema.metadata or {}
    assert (metadata[b"view"], metadata[b"view_version"]) == (view.encode(), b"1")
    assert metadata[b"as_of"].decode() == export.as_of.isoformat()
    csv = (await content(desk, export, "features.csv")).decode()
    ids = [str(each) for each in found.column("entity").to_pylist()]
    assert ids == sorted(ids, key=lambda each: CAMPAIGN.decode(each, ""))
    at = datetime.fromisoformat(moment).isoformat()
    spend, mean = "9.0", repr(float(round(Decimal(2 + 3 + 4 + 5 + 6 + 7 + 8) / 7, 10)))
    assert csv.splitlines() == [
        "entity,at,spend_3d,mean_7d,clicks_3d",
        *(f"{entity},{at},{spend},{mean}," for entity in ids),
    ]


async def test_what_is_not_named_is_all_that_was_there_even_what_vanished(
    desk: Desk, running_worker: RunningWorker
) -> None:
    await desk.reads(5, {("A", 1): "10", ("B", 2): "5"})
    before = await desk.moment()
    await desk.reads(5, {("A", 1): "10"})
    view = await desk.created(features=WINDOWS[:1])
    after = await desk.moment()
    names = {await desk.campaign(name): name for name in "AB"}
    export = await exported(desk, running_worker, view=view, since=before, until=before)
    told = {names[entity]: value for (entity, _, _), value in (await offline(desk, export)).items()}
    assert told == {"A": (10.0, None), "B": (5.0, None)}
    export = await exported(desk, running_worker, view=view, since=after, until=after)
    told = {names[entity]: value for (entity, _, _), value in (await offline(desk, export)).items()}
    assert told == {"A": (10.0, None), "B": (None, "NO_ROWS")}


async def test_the_same_bytes_come_of_the_same_moment(
    desk: Desk, running_worker: RunningWorker
) -> None:
    await desk.reads(12, SPENDS)
    view = await desk.created(entity="CHANNEL")
    until = await desk.moment()
    since = (datetime.fromisoformat(until) - timedelta(days=2)).isoformat()
    asked = {"view": view, "since": since, "until": until, "everyHours": 12}
    first = await exported(desk, running_worker, **asked)
    await desk.reads(12, dict.fromkeys(SPENDS, "77"))
    again = await exported(desk, running_worker, **asked, asOf=first.as_of.isoformat())
    assert again.files == first.files
    assert first.rows == 5
    sha256 = hashlib.sha256(await content(desk, again, "features.parquet")).hexdigest()
    assert sha256 == first.files[0].sha256


REFUSED: list[tuple[Mapping[str, Any], str, str]] = [
    ({"view": "nothing"}, "NotFoundError", "view"),
    ({"until": "2999-01-01T00:00:00Z", "everyHours": 10_000}, "InvalidInput", "until"),
    ({"until": "2026-09-30T00:00:00Z"}, "InvalidInput", "until"),
    ({"since": "1990-01-01T00:00:00Z"}, "InvalidInput", "until"),
    ({"everyHours": 0}, "InvalidInput", "everyHours"),
    ({"formats": ["LEGACY"]}, "InvalidInput", "formats"),
    ({"formats": []}, "InvalidInput", "formats"),
    ({"entities": ["x"]}, "InvalidInput", "entities"),
    ({"asOf": "2026-10-02T00:00:00Z"}, "InvalidInput", "until"),
]


async def test_what_cannot_be_made_is_refused(desk: Desk) -> None:
    view = await desk.created()
    asked = {"view": view, "since": "2026-10-01T00:00:00Z", "until": "2026-10-03T00:00:00Z"}
    stranger = CAMPAIGN.encode(desk.hand.connection.id)
    cases = [*REFUSED, ({"entities": [stranger]}, "NotFoundError", "entities")]
    for changes, kind, field in cases:
        answer = (await desk.ask(START, input=asked | dict(changes)))["exportFeatures"]
        assert (answer["__typename"], answer["field"]) == (kind, field), changes
        assert answer["mend"]
    assert await desk.hand.count("export") == 0


amounts = st.integers(0, 10_000).map(str)
restated = st.dictionaries(st.tuples(st.sampled_from("AB"), st.integers(0, 7)), amounts, min_size=1)


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(readings=st.lists(restated, min_size=1, max_size=3))
async def test_whatever_was_restated_between_moments_rows_are_those_of_each(
    schema: LiftosSchema,
    stores: Stores,
    new_tenant: NewTenant,
    running_worker: RunningWorker,
    readings: Sequence[Mapping[tuple[str, int], str]],
) -> None:
    tenant = await new_tenant()
    desk = Desk(schema, await by_hand(stores, tenant.scope))
    view = await desk.created()
    moments = [await desk.reads(8, each) for each in readings]
    names = sorted({name for each in readings for name, _ in each})
    entities = [await desk.campaign(name) for name in names]
    exports = [
        await exported(desk, running_worker, view=view, since=each, until=each, entities=entities)
        for each in moments
    ]
    found = await asyncio.gather(*(offline(desk, each) for each in exports))
    told = [await online(desk, view, entities, [each]) for each in moments]
    assert found == told
