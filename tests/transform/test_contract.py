"""Records held to their contract: what is told, and what each policy does about it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.records.drift import Change, DriftKind, DriftPolicy, StreamContract
from transform.normalise.contract import Contract, hold

FIELDS = (("id", "string"), ("spend", "string|number"), ("metrics.clicks", "number"))
NEW, CHANGED, MISSING = DriftKind.NEW_FIELD, DriftKind.CHANGED_TYPE, DriftKind.MISSING_FIELD
GOOD: dict[str, Any] = {"id": "1", "spend": 2.5, "metrics": {"clicks": 3}}


def contract(policy: DriftPolicy = DriftPolicy.EVOLVE, **more: Any) -> Contract:
    return Contract(StreamContract(FIELDS, ("id",), policy, **more))


def told(rows: list[Any], **more: Any) -> set[tuple[Change, int]]:
    held = hold(rows, contract(DriftPolicy.DISCARD_ROW, **more))
    return {(each.change, each.records) for each in held.drift}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"spend": None}, set()),
        ({"spend": "2"}, set()),
        ({"colour": "red"}, {Change(NEW, "colour", "string")}),
        ({"colour": None}, {Change(NEW, "colour", "null")}),
        ({"spend": True}, {Change(CHANGED, "spend", "boolean")}),
        ({"id": 7}, {Change(CHANGED, "id", "number")}),
        ({"id": None}, {Change(MISSING, "id", "null")}),
        ({"metrics": {"clicks": "3"}}, {Change(CHANGED, "metrics.clicks", "string")}),
        ({"metrics": {"clicks": 3, "x": {}}}, {Change(NEW, "metrics.x", "object")}),
        ({"metrics": [1]}, {Change(NEW, "metrics", "array")}),
        ({"spend": {"amount": 1}}, {Change(CHANGED, "spend", "object")}),
    ],
)
def test_a_record_is_compared_by_names_and_json_types(
    changes: dict[str, Any], expected: set[Change]
) -> None:
    rows = [GOOD, GOOD | changes, GOOD | changes]
    assert told(rows) == {(change, 2) for change in expected}


def test_what_was_accepted_is_no_drift_and_a_known_new_field_is_not_told_again() -> None:
    rows = [GOOD | {"spend": True, "colour": 1}]
    accepted = (Change(CHANGED, "spend", "boolean"),)
    assert told(rows, accepted=accepted) == {(Change(NEW, "colour", "number"), 1)}
    assert told(rows, accepted=accepted, known=(Change(NEW, "colour", "number"),)) == set()
    assert told(rows, known=accepted) == {
        (Change(CHANGED, "spend", "boolean"), 1),
        (Change(NEW, "colour", "number"), 1),
    }


def test_a_discarded_field_leaves_the_rest_of_its_record() -> None:
    rows: list[Any] = [
        GOOD,
        {"id": "2", "spend": [], "metrics": {"clicks": "3", "views": 1}},
        "no object",
    ]
    held = hold(rows, contract(DriftPolicy.DISCARD_FIELD))
    assert held.records == [GOOD, {"id": "2", "metrics": {"views": 1}}, "no object"]
    assert (held.refused, held.is_frozen) == ({}, False)
    assert rows[1]["spend"] == []  # what came is left as it came


def test_a_discarded_row_is_named_with_the_first_thing_wrong() -> None:
    held = hold([GOOD, GOOD | {"spend": [], "x": 1}], contract(DriftPolicy.DISCARD_ROW))
    assert held.refused == {1: Change(CHANGED, "spend", "array")}
    assert held.records == [GOOD, GOOD | {"spend": [], "x": 1}]


def test_a_new_field_alone_freezes_and_refuses_nothing() -> None:
    for policy in DriftPolicy:
        held = hold([GOOD | {"x": 1}], contract(policy))
        assert (held.refused, held.is_frozen, len(held.drift)) == ({}, False, 1)


VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.just([])
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(st.sampled_from(["id", "spend", "new"]), VALUES), max_size=20))
def test_a_frozen_page_is_one_with_a_record_that_would_be_refused(
    rows: list[dict[str, Any]],
) -> None:
    strict = hold(rows, contract(DriftPolicy.DISCARD_ROW))
    assert hold(rows, contract(DriftPolicy.FREEZE)).is_frozen is bool(strict.refused)
    wrong = {
        position
        for position, row in enumerate(rows)
        if not isinstance(row.get("id"), str)
        or not isinstance(row.get("spend", ""), str | int | None)
        or isinstance(row.get("spend"), bool)
    }
    assert set(strict.refused) == wrong


def test_every_record_of_a_page_counts_wherever_the_odd_one_is() -> None:
    for policy in set(DriftPolicy) - {DriftPolicy.EVOLVE}:
        rows = [GOOD] * 499 + [GOOD | {"spend": []}]
        assert [each.records for each in hold(rows, contract(policy)).drift] == [1]
