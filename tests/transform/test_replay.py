"""A record that is replayed makes the entry it would have made had it come right at first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.merge_patch import merge_patch
from tests.transform import google_records, meta_records
from transform.frames import NormalisedPage
from transform.normalise.replay import Replay

ENTRY_ONLY = {"position", "records"}


def values(page: NormalisedPage) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in entry.items() if name not in ENTRY_ONLY}
        for entry in page.entries.to_pylist()
    ]


def google(rows: list[Any], more: list[Any], replay: Replay | None = None) -> NormalisedPage:
    context = replace(google_records.CONTEXT, replay=replay)
    return google_records.normalised(google_records.page_body(rows, more), context)


def test_conversions_of_a_second_answer_are_joined_as_on_the_page() -> None:
    good = google_records.row()
    bad = google_records.row({"clicks": "many"}, campaign={"id": "78"})
    more = [google_records.segmented("PURCHASE", 2.25, 99.9, campaign={"id": "78"})]
    (refused,) = google([good, bad], more).rejections
    assert refused.position == 1
    corrected = merge_patch(refused.payload, {"metrics": {"clicks": "71"}})
    found = google([good, bad], more, Replay((1,), {1: corrected}))
    (entry,) = found.entries.to_pylist()
    assert (str(entry["conversions"]), entry["position"], entry["records"]) == ("2.250000", 0, 1)
    assert (found.fetched, found.owners, found.rejections) == (1, (0,), ())
    assert values(found) == values(google([good, corrected], more))[1:]


def test_a_record_that_is_still_wrong_has_no_entry() -> None:
    bad = google_records.row({"clicks": "many"})
    found = google([google_records.row(campaign={"id": "9"}), bad], [], Replay((1,), {}))
    assert (found.entries.num_rows, found.fetched, found.owners) == (0, 1, (None,))
    assert [rejection.position for rejection in found.rejections] == [1]


def meta(rows: list[Any], replay: Replay | None = None) -> NormalisedPage:
    return meta_records.normalised(*rows, context=replace(meta_records.CONTEXT, replay=replay))


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans(), st.booleans()), min_size=1))
def test_a_replay_makes_the_entries_of_its_records_and_no_other(
    rows: list[tuple[int, bool, bool]],
) -> None:
    right = [
        meta_records.record(campaign_id=str(campaign), spend=str(index))
        for index, (campaign, _, _) in enumerate(rows)
    ]
    came = [
        record | {"spend": "wrong"} if is_wrong else record
        for record, (_, is_wrong, _) in zip(right, rows, strict=True)
    ]
    tried = tuple(i for i, (_, is_wrong, is_tried) in enumerate(rows) if is_wrong and is_tried)
    replay = Replay(tried, {position: right[position] for position in tried})
    found = meta(came, replay)
    mended = [right[i] if i in tried else record for i, record in enumerate(came)]
    of_tried = {right[position]["campaign_id"] for position in tried}
    expected = [entry for entry in values(meta(mended)) if entry["entity_id"] in of_tried]
    assert sorted(values(found), key=str) == sorted(expected, key=str)
    counted = found.entries["records"].to_numpy().tolist()
    assert sum(counted) == found.fetched == len(tried)
    assert len(found.owners) == len(tried)
    for place, owner in enumerate(found.owners):
        assert owner is not None
        entity = found.entries["entity_id"][owner].as_py()
        assert entity == right[tried[place]]["campaign_id"]
