"""Digests of entries: those of numbers that are not broken down never change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transform.frames import BREAKDOWNS, IDENTITY, entry_digests

KEYS = {
    "source": ["META_ADS", "FILE"],
    "account_id": ["act_1", "shop"],
    "level": ["CAMPAIGN", "AD"],
    "entity_id": ["7", "8"],
    "date_basis": ["DELIVERY", "SEND"],
    "attribution_setting": ["7d_click", "UNKNOWN"],
}
FOREVER = ["0e8c6e6801358659e235bffd23a7fb09", "65dfa7d508c56e227393240089584893"]
"""BLAKE2b of 16 bytes over the parts of IDENTITY, each followed by U+001F but the last."""

BROKEN_DOWN = st.tuples(*(st.none() | st.sampled_from(["DE", "MOBILE"]) for _ in BREAKDOWNS))


def hexes(**breakdowns: list[str | None]) -> list[str]:
    return [digest.hex() for digest in entry_digests({**KEYS, **breakdowns})]


def test_what_is_not_broken_down_keeps_its_digest() -> None:
    assert hexes() == FOREVER
    assert hexes(country=[None, None], geo=[None, None], device=[None, None]) == FOREVER
    some = hexes(country=[None, "DE"])
    assert (some[0], some[1] != FOREVER[1]) == (FOREVER[0], True)


@given(rows=st.lists(BROKEN_DOWN, unique=True, min_size=1))
def test_every_breakdown_of_an_entity_is_an_entry_of_its_own(
    rows: list[tuple[str | None, ...]],
) -> None:
    columns = {name: [row[place] for row in rows] for place, name in enumerate(BREAKDOWNS)}
    same = {name: [KEYS[name][0]] * len(rows) for name in IDENTITY}
    assert len(set(entry_digests({**same, **columns}))) == len(rows)
