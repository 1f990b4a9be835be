from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.redaction import Redactor
from core.jsonvalue import JSONObject

TOKEN = "EAAB-secret-token"
REDACTOR = Redactor((TOKEN, "ab"))


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://graph.example/v26.0/act_1?access_token={TOKEN}&limit=5",
        "GET https://graph.example/v26.0/act_1?ACCESS_TOKEN=EAAB-secret-other",
        "Authorization: Bearer EAAB-secret-other",
        "{'authorization': 'Bearer EAAB-secret-other'}",
        "authorization=Klaviyo-API-Key pk_EAAB-secret-other",
        "?appsecret_proof=EAAB-secret-other",
        '{"refresh_token": "EAAB-secret-other", "client_secret":"EAAB-secret-other"}',
        "%2F%3Faccess_token%3DEAAB-secret-other",
        f"Malformed access token {TOKEN}",
    ],
)
def test_no_form_of_a_secret_passes(text: str) -> None:
    assert "EAAB-secret" not in REDACTOR.text(text)
    assert "EAAB-secret" not in repr(REDACTOR.mapping({"message": text, "list": [{"x": text}]}))


def test_what_is_not_secret_stays() -> None:
    text = "act_1 has 3 tokens; able absence; next=2026-11-22&limit=500"
    assert REDACTOR.text(text) == text
    assert REDACTOR.body(text.encode()) == text.encode()


def test_onward_links_and_secret_keys_go_as_a_whole() -> None:
    paging: JSONObject = {"next": "https://graph.example/?x=1", "cursors": {"after": "MjQZD"}}
    assert REDACTOR.mapping({"paging": paging, "Authorization": "x"}) == {
        "paging": {"next": "REDACTED", "cursors": {"after": "MjQZD"}},
        "Authorization": "REDACTED",
    }


def test_redacting_twice_changes_nothing_more() -> None:
    once = REDACTOR.text(f"?access_token={TOKEN} Authorization: Bearer {TOKEN}")
    assert REDACTOR.text(once) == once


def test_the_redactor_does_not_show_what_it_knows() -> None:
    assert TOKEN not in repr(REDACTOR)


@given(st.text(), st.integers(0, 3))
def test_a_redacted_page_is_still_json_with_all_its_figures(name: str, copies: int) -> None:
    page = {
        "data": [{"campaign_name": name, "spend": "1.20"}],
        "paging": {"next": f"https://graph.example/?access_token={TOKEN}&after=x" * copies},
    }
    found = json.loads(REDACTOR.body(json.dumps(page).encode()))
    assert found["data"][0]["spend"] == "1.20"
    assert TOKEN not in json.dumps(found)
