"""The score of masks is the same in SQL as in Python, for one entry and for many together."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import asyncpg
import pytest

from core.quality import CHECKS, Counted, entry_vector, failed_checks, pooled_vector
from stores.postgres.quality import ENTRY_SCORE, POOLED_SCORE, WEIGHED, at_least, pooled_shares
from tests.support import Services

ALL = sum(check.mask for check in CHECKS)


def some_masks(count: int) -> list[tuple[int, int]]:
    source = random.Random(4)  # noqa: S311 -- no secret
    applied = [source.getrandbits(40) & ALL for _ in range(count)]
    failed = [mask & source.getrandbits(40) & source.getrandbits(40) for mask in applied]
    return [(0, 0), (ALL, 0), (ALL, ALL), *zip(applied, failed, strict=True)]


@pytest.fixture
async def relation(services: Services) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(services.logins.app)
    await connection.execute(
        "CREATE TEMPORARY TABLE e (n int, checks_applied bigint, checks_failed bigint)"
    )
    masks = some_masks(400)
    rows = [(n, *pair) for n, pair in enumerate(masks)]
    await connection.copy_records_to_table("e", records=[*rows, (-1, None, None)])
    yield connection
    await connection.close()


async def test_an_entry_scores_in_sql_as_in_python(relation: asyncpg.Connection) -> None:
    found = await relation.fetch(f"SELECT e.n, {ENTRY_SCORE} AS score FROM e ORDER BY n")
    expected = [None, *(entry_vector(*pair).score for pair in some_masks(400))]
    assert [row["score"] for row in found] == expected
    assert found[1]["score"] is None, "nothing applied: not assessed, never perfect"
    assert found[2]["score"] == 1
    assert found[3]["score"] == 0.01


async def test_entries_pooled_score_in_sql_as_in_python(relation: asyncpg.Connection) -> None:
    pooled_by = pooled_shares("sum({})".format)
    shares = ", ".join(f"{sql} AS {name}" for name, sql in pooled_by.items())
    weighed = ", ".join(f"{sql} AS {name}" for name, sql in WEIGHED.items())
    pooled = f"SELECT {POOLED_SCORE} AS score, {shares} FROM (SELECT {weighed} FROM e) e"
    row = await relation.fetchrow(pooled)
    expected = pooled_vector(Counted(*pair) for pair in some_masks(400))
    assert row is not None
    assert row["score"] == expected.score
    assert {name: row[name.lower()] for name in pooled_by} == expected.shares


async def test_a_bound_leaves_out_what_was_not_assessed(relation: asyncpg.Connection) -> None:
    sql = f"SELECT count(*) FROM e WHERE {at_least('$1')}"
    assessed = [entry_vector(*pair).score for pair in some_masks(400)]
    for bound in (0.0, 0.5, 0.9, 1.0):
        kept = [score for score in assessed if score is not None and score >= bound]
        assert await relation.fetchval(sql, bound) == len(kept)


def test_one_failed_check_lowers_its_own_dimension_alone() -> None:
    for check in CHECKS:
        whole, broken = entry_vector(ALL, 0), entry_vector(ALL, check.mask)
        assert set(whole.shares.values()) == {1.0}
        fallen = [each for each, share in broken.shares.items() if share < 1]
        assert fallen == [check.dimension]
        assert (broken.score or 0) < 1
        assert failed_checks(check.mask) == (check,)


def test_bits_and_ids_are_used_once_and_fit_a_mask() -> None:
    assert len({check.bit for check in CHECKS}) == len(CHECKS)
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    assert max(check.bit for check in CHECKS) < 63
    assert [check.bit for check in CHECKS] == sorted(check.bit for check in CHECKS)
