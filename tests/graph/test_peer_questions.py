from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from graphql import build_schema as schema_of
from graphql import parse, validate

from benchmarks.peers.answers import Differs, compare, values
from benchmarks.peers.queries import KEYS, QUERIES, Asked, Query, asked_of, body, handwritten, ours
from benchmarks.peers.seed import Seeded, Shape
from benchmarks.peers.servers import SCRIPTS
from core.records.entries import EntryKey
from core.scope import TenantId, TenantScope
from graph.schema import build_schema

EVERY_KEY = [EntryKey(date(2026, 11, 1), UUID(int=number)) for number in range(2 * KEYS)]


def asked() -> Asked:
    scope = TenantScope(TenantId(UUID(int=1)), "benchmark", frozenset())
    return asked_of(Seeded(scope, "lok_", Shape()), EVERY_KEY, 1_000)


@pytest.mark.parametrize("query", QUERIES)
def test_what_is_measured_can_be_asked(query: Query) -> None:
    schema = build_schema().graphql
    peers = schema_of((SCRIPTS.path / "mercurius.graphql").read_text())
    assert validate(schema, parse(ours(query, asked())[0])) == []
    assert validate(peers, parse(handwritten(query, asked())[0])) == []


def test_the_same_keys_are_asked_for_every_time_and_by_id_where_that_is_measured() -> None:
    assert asked() == asked()
    assert [b'"documentId"' in body(query, asked(), ours) for query in QUERIES] == [
        query.is_persisted for query in QUERIES
    ]


def test_answers_are_the_same_however_their_values_are_written() -> None:
    one = b'{"data": {"a": [{"n": "12.50", "at": "2026-11-01T00:00:00Z", "ok": true}]}}'
    other = b'{"data": {"a": [{"ok": true, "at": "2026-11-01T01:00:00+01:00", "n": 12.5}]}}'
    compare(values(one), values(other))


@pytest.mark.parametrize(
    ("other", "place"),
    [
        (b'{"data": {"a": [{"n": 1}, {"n": 3}]}}', r"data\.a\[1\]\.n"),
        (b'{"data": {"a": [{"n": 1}]}}', "2 and 1 items"),
        (b'{"data": {"a": [{"n": 1}, {"m": 2}]}}', r"data\.a\[1\]"),
        (b'{"data": {"a": [{"n": true}, {"n": 2}]}}', r"data\.a\[0\]\.n"),
        (b'{"data": {"a": null}, "errors": [{"message": "no"}]}', "has errors"),
    ],
)
def test_an_answer_that_differs_is_told_with_its_place(other: bytes, place: str) -> None:
    with pytest.raises(Differs, match=place):
        compare(values(b'{"data": {"a": [{"n": 1}, {"n": 2}]}}'), values(other))
