from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import SHARED_DATA
from transform.normalise.utm import site_kind, utm_channel

LISTED = SHARED_DATA / "ga4_channels" / "ga4_source_categories.csv"


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "channel"),
    [
        ("(direct)", "(none)", None, "Direct"),
        ("google", "cpc", "cross-network", "Cross-network"),
        ("google", "cpc", "summer shopping", "Paid Shopping"),
        ("google", "cpc", "workshop", "Paid Search"),
        ("amazon.com", "ppc", None, "Paid Shopping"),
        ("Google", "CPC", "brand", "Paid Search"),
        ("m.facebook.com", "paid_social", None, "Paid Social"),
        ("facebook ads", "cpm", None, "Paid Social"),
        ("youtube.com", "cpv", None, "Paid Video"),
        ("youtube.com", "cpc", None, "Paid Video"),
        ("nytimes.com", "cpm", None, "Display"),
        ("nytimes.com", "banner", None, "Display"),
        ("criteo", "retargeting", None, "Paid Other"),
        ("ebay", "referral", None, "Organic Shopping"),
        ("t.co", "referral", None, "Organic Social"),
        ("newsletter", "social-media", None, "Organic Social"),
        ("vimeo.com", "referral", None, "Organic Video"),
        ("bing", "organic", None, "Organic Search"),
        ("metager.de", "organic", None, "Organic Search"),
        ("example.com", "referral", None, "Referral"),
        ("klaviyo", "email", None, "Email"),
        ("e-mail", None, None, "Email"),
        ("awin", "affiliate", None, "Affiliates"),
        ("spotify", "audio", None, "Audio"),
        ("sms", "flow", None, "SMS"),
        ("app", "web_push", None, "Mobile Push Notifications"),
        ("firebase", "x", None, "Mobile Push Notifications"),
        ("somewhere", "something", None, "Unassigned"),
        (None, None, None, "Unassigned"),
    ],
)
def test_the_first_rule_that_holds_names_the_channel(
    source: str | None, medium: str | None, campaign: str | None, channel: str
) -> None:
    assert utm_channel(source, medium, campaign) == channel


@given(source=st.text(max_size=30), medium=st.text(max_size=30), campaign=st.text(max_size=30))
def test_case_and_blanks_change_nothing(source: str, medium: str, campaign: str) -> None:
    shouted = (f" {source.upper()} ", f"{medium.upper()} ", f" {campaign.upper()}")
    lowered = tuple(text.strip().lower() for text in shouted)
    assert utm_channel(*shouted) == utm_channel(*lowered)


def test_no_site_is_of_another_kind_than_google_lists_it() -> None:
    if not LISTED.exists():
        pytest.skip("the list of sites is not beside this checkout")
    with LISTED.open(encoding="utf-8") as opened:
        listed = {
            row["source"]: row["source_category"].rpartition("_")[2].lower()
            for row in csv.DictReader(opened)
        }
    found = {source: kind for source in listed if (kind := site_kind(source)) is not None}
    assert {source: kind for source, kind in found.items() if kind != listed[source]} == {}
    assert len(found) > len(listed) * 2 / 5
