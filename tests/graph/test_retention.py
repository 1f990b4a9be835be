from __future__ import annotations

from core.records.retention import Retention
from tests.graph.world import World

SET = """mutation ($input: RetentionInput!, $preview: Boolean! = false) {
    setRetention(input: $input, preview: $preview) {
        ... on SetRetentionPayload {
            retention { verbatimDays versionDays logDays due { rawPages rawBytes } }
        }
        ... on UserError { code field mend }
    }
}"""
ERASE = """mutation ($names: [String!]!) {
    eraseSubject(identifiers: $names) {
        ... on EraseSubjectPayload { erasure { isPreview gone { rawPages } finishedAt } }
        ... on UserError { code field }
    }
}"""


async def test_what_is_left_out_stays_and_null_is_for_ever(world: World) -> None:
    kept = world.stand_ins.retention.kept
    kept[world.north.tenant_id] = Retention(verbatim_days=400, version_days=90)
    changed = await world.ask(SET, input={"versionDays": None, "logDays": 30})
    assert changed["data"]["setRetention"]["retention"] == {
        "verbatimDays": 400,
        "versionDays": None,
        "logDays": 30,
        "due": {"rawPages": 400, "rawBytes": 5_000_000_000},
    }
    assert kept == {world.north.tenant_id: Retention(verbatim_days=400, log_days=30)}


async def test_a_preview_sets_nothing(world: World) -> None:
    told = await world.ask(SET, input={"verbatimDays": 7}, preview=True)
    assert told["data"]["setRetention"]["retention"]["verbatimDays"] == 7
    assert world.stand_ins.retention.kept == {}


async def test_days_that_are_none_are_refused(world: World) -> None:
    for days in (0, -1, 36_501):
        told = await world.ask(SET, input={"versionDays": days})
        assert told["data"]["setRetention"] == {
            "code": "BAD_USER_INPUT",
            "field": "versionDays",
            "mend": "give 1 to 36,500, or null to keep for ever",
        }


async def test_names_that_might_be_many_persons_are_refused_before_a_run(world: World) -> None:
    for names in ([], ["a@b"], ["jane@example.com\x00"], ["name"] * 51):
        told = await world.ask(ERASE, names=names)
        assert told["data"]["eraseSubject"] == {"code": "BAD_USER_INPUT", "field": "identifiers"}
    assert world.stand_ins.subject_erasures.named == []
    told = await world.ask(ERASE, names=["jane@example.com"])
    assert told["data"]["eraseSubject"] == {
        "erasure": {"isPreview": False, "gone": None, "finishedAt": None}
    }
    assert world.stand_ins.subject_erasures.named == [["jane@example.com"]]
