"""No credential comes out where it was not put in: answers, rows, logs, metrics."""

from __future__ import annotations

import io
import json

import pytest
from redis.asyncio import Redis

from stores.postgres.tables import METADATA
from tests.tenancy.door import META_TOKENS, Door, Json, bearer, leaves
from tests.tenancy.given import META
from tests.tenancy.party import Ground, Parties
from tests.tenancy.rows import opened_rows
from tests.tenancy.walking import Walk

CONNECT = """mutation($input: ConnectSourceInput!) { connectSource(input: $input) {
  __typename ... on UserError { code message field mend } } }"""
ROTATE = """mutation($input: RotateCredentialsInput!) { rotateCredentials(input: $input) {
  __typename ... on UserError { code message field mend } } }"""
PLANTED = "EAABplanted0123456789mistyped"


def opened(token: object) -> Json:
    return {"credentials": {"metaAds": {"accessToken": token}}}


def written(value: str) -> str:
    return f"{{credentials: {{metaAds: {{accessToken: {value}}}}}}}"


INPUT: Json = META | {"name": "n", **opened(PLANTED)}


def without(name: str) -> Json:
    return {key: value for key, value in INPUT.items() if key != name}


MISTAKES: dict[str, Json] = {
    "a field is missing": {"query": CONNECT, "variables": {"input": without("name")}},
    "a field is unknown": {"query": CONNECT, "variables": {"input": INPUT | {"nmae": "n"}}},
    "a field has another type": {"query": CONNECT, "variables": {"input": INPUT | {"source": "X"}}},
    "the secret stands in a list": {
        "query": CONNECT,
        "variables": {"input": INPUT | opened([PLANTED])},
    },
    "the secret stands in an object": {
        "query": CONNECT,
        "variables": {"input": INPUT | opened({"value": PLANTED})},
    },
    "the input is a text": {"query": CONNECT, "variables": {"input": PLANTED}},
    "the secret stands in another field": {
        "query": CONNECT,
        "variables": {"input": INPUT | {"lookBackDays": PLANTED}},
    },
    "the secret stands where an enum is": {
        "query": CONNECT,
        "variables": {"input": INPUT | {"source": PLANTED}},
    },
    "the secret stands where a day is": {
        "query": "query($d: DateRangeInput!) { calendar(dates: $d) { id } }",
        "variables": {"d": {"since": PLANTED, "until": PLANTED}},
    },
    "the secret stands where a moment is": {
        "query": "query($m: DateTime) { marketingEntries(asOf: $m) { totalCount } }",
        "variables": {"m": PLANTED},
    },
    "the secret is written without quotes": {
        "query": f"mutation {{ connectSource(input: {written(PLANTED)}) {{ __typename }} }}"
    },
    "the secret is written into the document": {
        "query": f"mutation {{ connectSource(input: {written(json.dumps(PLANTED))}) {{ code }} }}"
    },
    "the document breaks off": {
        "query": f'mutation {{ connectSource(input: {{name: "{PLANTED}}}) {{ code }} }}'
    },
    "the document goes on": {"query": f"{{ viewer {{ actor }} }} {PLANTED}"},
    "the secret is a field": {"query": f"{{ viewer {{ {PLANTED} }} }}"},
    "the secret is an id": {"query": f'{{ node(id: "{PLANTED}") {{ id }} }}'},
    "the secret is a cursor": {"query": f'{{ runs(after: "{PLANTED}") {{ nodes {{ id }} }} }}'},
    "the new secret names no connection": {
        "query": ROTATE,
        "variables": {"input": {"connectionId": "x", **opened(PLANTED)}},
    },
    "the new secret is the connection": {
        "query": ROTATE,
        "variables": {"input": {"connectionId": PLANTED, **opened(PLANTED)}},
    },
    "the new secret stands in a list": {
        "query": ROTATE,
        "variables": {"input": {"connectionId": "x", **opened([PLANTED, 1])}},
    },
    "the secret stands in several fields": {
        "query": CONNECT,
        "variables": {"input": INPUT | opened(f"{PLANTED}\n") | {"currency": PLANTED}},
    },
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_an_error_never_repeats_a_secret(
    door: Door, parties: Parties, log: io.StringIO, mistake: str
) -> None:
    answer = await door.post(bearer(parties.a.token), MISTAKES[mistake])
    found = answer.json()
    typed = [value["__typename"] for value in (found.get("data") or {}).values() if value]
    assert found.get("errors") or typed == ["InvalidInput"]
    assert PLANTED not in answer.text
    assert PLANTED not in log.getvalue()


async def test_a_walk_as_administrator_shows_no_secret(
    door: Door, walk_a: Walk, walk_b: Walk
) -> None:
    texts = "\n".join({text for w in (walk_a, walk_b) for _, a in w.answers for text in leaves(a)})
    assert [secret for secret in door.secrets if secret in texts] == []
    requests = [text for text in texts.splitlines() if "time_increment" in text]
    assert "access_token" not in texts
    assert "appsecret_proof" not in " ".join(requests)


async def test_a_refused_token_is_told_without_it(door: Door, parties: Parties) -> None:
    answer = await door.ask(parties.a.token, "Query.run", {"id": parties.a.runs["broken"]})
    run = answer["data"]["run"]
    assert (run["status"], run["error"]["kind"]) == ("FAILED", "CONFIG")
    assert META_TOKENS[2] not in json.dumps(answer)


async def test_no_row_of_any_table_holds_a_secret(ground: Ground, parties: Parties) -> None:
    ours = {parties.a.id, parties.b.id}
    secrets = sorted(ground.door.secrets)
    async with opened_rows(ground.services) as rows:
        named = await rows.tables()
        tables = [(table, ours) for table in named]
        for table, of in (*tables, *((t, None) for t in await rows.tables(of_tenants=False))):
            text = json.dumps(await rows.json_of(table, of), ensure_ascii=False)
            held = [secret for secret in secrets if secret in text or secret.encode().hex() in text]
            assert held == [], table
        bodies = [body async for body in rows.bodies(ours)]
        sealed = await rows.column("connection", "sealed_credentials", parties.a.id)
    assert named == sorted(
        table.name for table in METADATA.tables.values() if "tenant_id" in table.columns
    )
    assert len(bodies) >= 8
    assert any(b"act_1001" in body or b'"account_id":"1001"' in body for body in bodies)
    assert [secret for secret in secrets for body in bodies if secret.encode() in body] == []
    assert sorted(value is not None for value in sealed) == [False, False, True, True, True]


async def test_nothing_in_redis_holds_a_secret(ground: Ground, parties: Parties) -> None:
    """Every key, what is behind it whatever its type, and every message that went by."""
    redis: Redis = Redis.from_url(ground.services.redis_url)
    held = [repr(message) for message in parties.published]
    streams = 0
    async for key in redis.scan_iter("*"):
        is_stream = await redis.type(key) == b"stream"
        streams += is_stream
        held.append(repr((key, await (redis.xrange(key) if is_stream else redis.dump(key)))))
    await redis.aclose()
    assert (streams > 0, len(parties.published) > 0) == (True, True)
    secrets = sorted(ground.door.secrets)
    assert [secret for secret in secrets if any(secret in part for part in held)] == []


async def test_metrics_and_logs_hold_no_secret(
    door: Door, parties: Parties, log: io.StringIO
) -> None:
    named = {"query": "query Named { viewer { actor } }", "operationName": "Named"}
    await door.post(bearer(parties.b.token), named)
    async with door.socket(bearer(parties.b.token), X_Api_Key=parties.a.keys["good"]):
        pass
    await door.http.get(f"/graphql?query={{viewer{{actor}}}}&access_token={parties.a.token}")
    await door.http.get(f"/nowhere/{parties.a.keys['good']}")
    metrics = (await door.http.get("/metrics")).text
    written = log.getvalue()
    assert 'operation="Named"' in metrics
    assert '"operation": "Named"' in written
    assert "sec-websocket" not in written.lower()
    assert "connection_init" not in written
    for place in (metrics, written):
        assert [secret for secret in sorted(door.secrets) if secret in place] == []


def test_every_line_of_the_log_is_json_that_names_its_tenant(
    log: io.StringIO, parties: Parties
) -> None:
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    runs = [line for line in lines if line["event"] == "run succeeded"]
    assert {line["tenant_id"] for line in runs} >= {str(parties.a.id), str(parties.b.id)}
    for party, other in ((parties.a, parties.b), (parties.b, parties.a)):
        theirs = [line for line in lines if line.get("tenant_id") == str(party.id)]
        assert len(theirs) > 5
        assert [line for line in theirs if str(other.id) in json.dumps(line)] == []
