from __future__ import annotations

from decimal import Decimal
from typing import Any

import jwt
import pytest

DAYS = "segments.date BETWEEN '2026-10-01' AND '2026-10-31'"
CATEGORY = "segments.conversion_action_category"
FACTS = "SELECT customer.id, customer.currency_code FROM customer"
METRICS = f"SELECT campaign.id, segments.date, metrics.cost_micros FROM campaign WHERE {DAYS}"
SEARCH_ONLY = f"{METRICS} AND campaign.advertising_channel_type = 'SEARCH'"


async def test_the_account_says_what_it_is(ads: Any) -> None:
    answer = await ads.search(FACTS)
    (batch,) = answer.json()
    assert batch["results"] == [{"customer": {"id": "1002002001", "currencyCode": "EUR"}}]
    assert batch["fieldMask"] == "customer.id,customer.currencyCode"
    assert batch["requestId"]


async def test_counts_are_texts_and_conversions_are_fractions(ads: Any) -> None:
    fields = "metrics.impressions, metrics.cost_micros, metrics.conversions"
    found = await ads.rows(f"SELECT {fields} FROM customer WHERE {DAYS}")
    (row,) = [row["metrics"] for row in found]
    assert row["impressions"].isdecimal()
    assert int(row["costMicros"]) % 10_000 == 0
    assert isinstance(row["conversions"], float)
    assert row["conversions"] % 1


@pytest.mark.parametrize(
    ("resource", "level"),
    [
        ("customer", "account"),
        ("campaign", "campaign"),
        ("ad_group", "adset"),
        ("ad_group_ad", "ad"),
    ],
)
async def test_each_level_adds_up_to_the_truth(ads: Any, resource: str, level: str) -> None:
    purchases = "segments.conversion_action_category = 'PURCHASE'"
    cost = await ads.rows(f"SELECT segments.date, metrics.cost_micros FROM {resource} WHERE {DAYS}")
    sold = await ads.rows(
        "SELECT segments.date, segments.conversion_action_category, metrics.conversions "
        f"FROM {resource} WHERE {DAYS} AND {purchases}"
    )
    answer = await ads.http.get(
        f"/_sandbox/truth?platform=google_ads&account=1002002001&level={level}"
        "&since=2026-10-01&until=2026-10-31"
    )
    totals = answer.json()["totals"]
    micros = sum(int(row["metrics"]["costMicros"]) for row in cost)
    assert Decimal(micros).scaleb(-6) == Decimal(totals["spend"])
    counted = sum(Decimal(str(row["metrics"]["conversions"])) for row in sold)
    assert counted == Decimal(totals["purchases"])
    assert not [row for row in cost if row["metrics"]["costMicros"] == "0"]


async def test_conditions_and_limits_narrow_the_answer(ads: Any) -> None:
    every, some = await ads.rows(METRICS), await ads.rows(SEARCH_ONLY)
    assert 0 < len(some) < len(every)
    campaign = some[0]["campaign"]["id"]
    one = await ads.rows(f"{METRICS} AND campaign.id IN ({campaign}, 7) LIMIT 3")
    assert [row["campaign"]["id"] for row in one] == [campaign] * 3


async def test_a_stream_comes_in_batches(ads: Any) -> None:
    await ads.http.post("/_sandbox/limits", json={"max_page": 50})
    answer = (await ads.search(METRICS)).json()
    assert len(answer) > 1
    assert {len(batch["results"]) for batch in answer[:-1]} == {50}


async def test_conversions_come_late(ads: Any) -> None:
    query = f"SELECT metrics.conversions FROM customer WHERE {DAYS}"
    await ads.http.post("/_sandbox/clock", json={"now": "2026-11-01T12:00:00+00:00"})
    early = (await ads.rows(query))[0]["metrics"]["conversions"]
    await ads.http.post("/_sandbox/clock", json={"now": "2026-12-10T12:00:00+00:00"})
    late = (await ads.rows(query))[0]["metrics"]["conversions"]
    assert late > early > 0


async def test_an_account_that_never_advertised_has_a_batch_without_rows(ads: Any) -> None:
    (batch,) = (await ads.search(METRICS, customer="1002002003")).json()
    assert "results" not in batch


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("hello", "QUERY_NOT_ENOUGH_TOKENS"),
        ("SELECT campaign.id FROM campaigns", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        ("SELECT campaign.nme FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT campaign.id FROM customer", "PROHIBITED_FIELD_COMBINATION_IN_SELECT_CLAUSE"),
        ("SELECT metrics.clicks FROM campaign", "EXPECTED_FILTERS_ON_DATE_RANGE"),
        (
            f"SELECT {CATEGORY}, metrics.clicks FROM campaign WHERE {DAYS}",
            "PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
        ),
        (
            f"{METRICS} AND segments.conversion_action_category = 'PURCHASE'",
            "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE",
        ),
        (f"{METRICS} AND campaign.name ~ 'x'", "INVALID_VALUE_WITH_OPERATOR"),
        (METRICS.replace("10-31", "02-30"), "MISALIGNED_DATE_FOR_FILTER"),
        (METRICS.replace("10-31", "09-30"), "INVALID_DATE_RANGE"),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused(ads: Any, query: str, code: str) -> None:
    assert await ads.refusal(query) == (400, "INVALID_ARGUMENT", code)


@pytest.mark.parametrize(
    ("customer", "user", "login", "status"),
    [
        ("1002002001", "1002002001", "", 200),
        ("1002002001", "1002002001", "1002002001", 200),
        ("1002002001", "1002002001", "1002009000", 403),
        ("1002002001", "1002002002", "", 403),
        ("1002002001", "manager", "", 403),
        ("1002002001", "nobody", "", 403),
        ("1002002004", "1002002004", "", 403),
        ("1002002004", "1002002005", "1002009000", 200),
        ("4242424242", "manager", "1002009000", 403),
        ("shop", "manager", "1002009000", 400),
    ],
)
async def test_who_may_read_what(
    ads: Any, customer: str, user: str, login: str, status: int
) -> None:
    answer = await ads.search(FACTS, customer=customer, user=user, login=login)
    assert answer.status_code == status


async def test_an_access_token_lives_for_an_hour(ads: Any) -> None:
    token = await ads.token()
    assert (await ads.search(FACTS, token=token)).status_code == 200
    await ads.http.post("/_sandbox/clock", json={"advance_hours": 1})
    for refused in (token, "ya29.of-another"):
        answer = await ads.search(FACTS, token=refused)
        assert (answer.status_code, answer.json()[0]["error"]["status"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "another"}, 401, "invalid_client"),
        ({"refresh_token": "sandbox-refresh-revoked"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
async def test_a_grant_that_is_none(
    ads: Any, changes: dict[str, str], status: int, error: str
) -> None:
    answer = await ads.grant(**changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"exp": 1}, 400),
        ({"aud": "x"}, 400),
        ({"iss": "a@b"}, 400),
        ({"scope": ""}, 400),
    ],
)
async def test_a_service_account_signs_for_itself(
    ads: Any, changes: dict[str, Any], status: int
) -> None:
    key = (await ads.http.get("/_sandbox/google_ads/service_account")).json()
    claims = {
        "iss": key["client_email"],
        "scope": "https://www.googleapis.com/auth/adwords",
        "aud": key["token_uri"],
        "iat": 1_700_000_000,
        "exp": 4_000_000_000,
    }
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": jwt.encode(claims | changes, key["private_key"], "RS256"),
    }
    assert (await ads.http.post("/token", data=form)).status_code == status


@pytest.mark.parametrize(("version", "status"), [("v23", 200), ("v26", 200), ("v27", 404)])
async def test_versions(ads: Any, version: str, status: int) -> None:
    assert (await ads.search(FACTS, version=version)).status_code == status
    refused = await ads.refusal(FACTS, version="v22")
    assert refused == (400, "INVALID_ARGUMENT", "UNSUPPORTED_VERSION")


async def test_a_spent_quota_and_the_faults_say_how_long(ads: Any) -> None:
    await ads.http.post("/_sandbox/limits", json={"calls_per_hour": 1})
    await ads.rows(FACTS)
    answer = await ads.search(FACTS)
    error = answer.json()[0]["error"]
    quota = error["details"][0]["errors"][0]["details"]["quotaErrorDetails"]
    assert (answer.status_code, quota["rateScope"]) == (429, "ACCOUNT")
    assert 3_500 < int(quota["retryDelay"].removesuffix("s")) <= 3_600


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        ("account_limit", (429, "RESOURCE_EXHAUSTED", "RESOURCE_EXHAUSTED")),
        ("app_limit", (429, "RESOURCE_EXHAUSTED", "RESOURCE_EXHAUSTED")),
        ("user_limit", (429, "RESOURCE_EXHAUSTED", "RESOURCE_TEMPORARILY_EXHAUSTED")),
        ("transient", (500, "INTERNAL", "INTERNAL_ERROR")),
        ("too_much_data", (500, "INTERNAL", "INTERNAL_ERROR")),
    ],
)
async def test_faults_in_google_s_words(
    ads: Any, fault: str, refusal: tuple[int, str, str]
) -> None:
    await ads.http.post("/_sandbox/faults", json={"next": ["none", fault]})
    assert await ads.refusal(FACTS) == refusal


async def test_google_s_accounts_are_none_of_meta_s(ads: Any) -> None:
    params = {"access_token": "sandbox-system-user", "limit": "100"}
    listed = (await ads.http.get("/v26.0/me/adaccounts", params=params)).json()["data"]
    assert not [each for each in listed if "1002002001" in each["id"]]
    asked = await ads.http.get("/v26.0/act_1002002001", params=params)
    assert asked.json()["error"]["error_subcode"] == 33
