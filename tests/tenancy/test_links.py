"""Links to files of exports: each opens its own tenant's, and leaves no trace of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from app.identity.links import links_of
from app.identity.secrets import secrets_of
from app.wiring import home_of
from graph.ids import EXPORT
from tests.tenancy.door import Door, bearer
from tests.tenancy.party import Ground, Parties, Party, checksums

QUERY = "query($id: ID!) { export(id: $id) { files { name url(expiresIn: 777) } } }"


async def path_of(door: Door, party: Party) -> str:
    """The path of the one file's link; its token counts among the secrets from here on."""
    answer = await door.say(party.token, QUERY, {"id": party.export})
    [file] = answer["data"]["export"]["files"]
    path = str(urlsplit(file["url"]).path)
    door.secrets.add(path.split("/")[2])
    return path


async def test_a_link_opens_the_file_of_its_tenant(door: Door, parties: Parties) -> None:
    for party in (parties.a, parties.b):
        answer = await door.http.get(await path_of(door, party))
        assert (answer.status_code, answer.text) == (200, f"for {party.record.slug}")


async def test_no_link_of_a_opens_anything_of_b(
    ground: Ground, door: Door, parties: Parties
) -> None:
    a, b = parties.a, parties.b
    before = await checksums(ground, a, b)
    mine, theirs = await path_of(door, a), await path_of(door, b)
    (_, _, token_a, file), (_, _, token_b, _) = mine.split("/"), theirs.split("/")
    # Claims end within the 51st character of base64, behind the prefix.
    spliced = token_b[:55] + token_a[55:]
    for path in (f"/exports/{spliced}/{file}", f"/exports/{token_b[:30]}{token_a[30:]}/{file}"):
        answer = await door.http.get(path, headers=bearer(a.token))
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        assert b.record.slug not in answer.text
    # Even under our own signature, an id of B's is nothing to A.
    links = links_of(ground.settings, secrets_of(ground.settings, home_of(ground.settings)))
    until = datetime.now(UTC) + timedelta(minutes=5)
    crossed = links.url(a.scope, EXPORT.decode(b.export, "id"), file, until)
    answer = await door.http.get(urlsplit(crossed).path)
    assert (answer.status_code, answer.json()["code"]) == (410, "GONE")
    assert await checksums(ground, a, b) == before


async def test_a_link_needs_no_credentials_and_heeds_none(door: Door, parties: Parties) -> None:
    path = await path_of(door, parties.a)
    for headers in ({}, bearer(parties.b.token), {"Authorization": "Bearer nonsense"}):
        answer = await door.http.get(path, headers=headers)
        assert (answer.status_code, answer.text) == (200, f"for {parties.a.record.slug}")
