from __future__ import annotations

from typing import Any
from uuid import UUID

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.records.search import Concept
from transform.concepts import COHORT, COUNTED, MIN_PEERS, placed

PLAIN = {
    "kind": "CAMPAIGN", "channel": "Paid Social", "season": "2026-Q2", "currency": "EUR",
    "spend": 100.0, "impressions": 1000.0, "clicks": 50.0, "conversions": 5.0,
    "conversion_value": 200.0, "reach": 800.0, "reactions": None, "shares": None,
    "all_impressions": 2000.0, "all_conversions": 10.0,
}  # fmt: skip


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    made = [PLAIN | {"document_id": UUID(int=n)} | row for n, row in enumerate(rows, 1)]
    facts = pd.DataFrame(made, columns=["document_id", *COHORT, *COUNTED])
    return facts.astype(dict.fromkeys(COUNTED, "float64"))


def places(found: pd.DataFrame, concept: Concept) -> list[tuple[float | None, str | None, int]]:
    of = found[found["concept"] == concept.value]
    return [
        (None if pd.isna(share) else round(float(share), 6), unknown, int(peers))
        for share, unknown, peers in zip(of["percentile"], of["unknown"], of["peers"], strict=True)
    ]


def test_a_place_is_the_share_below_plus_half_of_what_is_level() -> None:
    found = placed(frame(*({"conversions": each} for each in (0.0, 5.0, 5.0, 8.0, 20.0))))
    expected = [(0.1, None, 5), (0.4, None, 5), (0.4, None, 5), (0.7, None, 5), (0.9, None, 5)]
    assert places(found, Concept.COST_EFFICIENCY) == expected
    assert places(found, Concept.CONVERSION_POTENTIAL) == expected
    assert places(found, Concept.TARGETING_PRECISION) == expected
    assert places(found, Concept.ENGAGEMENT) == [(0.5, None, 5)] * 5


def test_peers_are_of_one_kind_channel_season_and_currency() -> None:
    rows = [{"clicks": float(n)} for n in range(1, 6)] + [{"currency": "USD"}] * 4
    found = placed(frame(*rows))
    ctr = places(found, Concept.ENGAGEMENT)
    assert ctr[:5] == [(n, None, 5) for n in (0.1, 0.3, 0.5, 0.7, 0.9)]
    assert ctr[5:] == [(None, "TOO_FEW_PEERS", 4)] * 4


def test_what_nobody_can_say_is_never_invented() -> None:
    rows = [{"spend": None if n < 3 else 0.0, "reactions": None} for n in range(5)]
    found = placed(frame(*rows))
    assert places(found, Concept.COST_EFFICIENCY) == [(None, "NOT_REPORTED", 0)] * 5
    assert places(found, Concept.EMOTIONAL_IMPACT) == [(None, "NOT_REPORTED", 0)] * 5
    assert places(found, Concept.BRAND_ALIGNMENT) == [(None, "NOT_MEASURED", 0)] * 5
    assert places(found, Concept.COMPETITIVE_ADVANTAGE) == [(None, "NOT_MEASURED", 0)] * 5


def test_the_smallest_and_the_largest_ratios_are_told_apart() -> None:
    rows = [{"clicks": each, "impressions": 5e-300} for each in (1e-300, 2e-300, 1.0, 1e9, 1e300)]
    assert [share for share, *_ in places(placed(frame(*rows)), Concept.ENGAGEMENT)] == [
        0.1,
        0.3,
        0.5,
        0.8,
        0.8,
    ]


numbers = st.none() | st.floats(0, 1e9)


@given(
    st.lists(
        st.fixed_dictionaries(dict.fromkeys(COUNTED, numbers) | {"channel": st.sampled_from("AB")}),
        min_size=1,
        max_size=25,
    )
)
def test_percentiles_are_shares_and_every_document_has_each_dimension(
    rows: list[dict[str, Any]],
) -> None:
    found = placed(frame(*rows))
    assert found["concept"].tolist() == [each.value for each in Concept] * len(rows)
    assert (found["percentile"].isna() == found["unknown"].notna()).all()
    known = found["percentile"].dropna()
    assert ((known > 0) & (known < 1)).all()
    assert (found.loc[known.index, "peers"] >= MIN_PEERS).all()
