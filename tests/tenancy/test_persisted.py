"""A document that one tenant's client persisted is nobody else's."""

from __future__ import annotations

import hashlib

from tests.tenancy.door import Door, Json, bearer
from tests.tenancy.party import Parties, Party

QUERY = "{ viewer { tenant { slug } } } # persisted by one"
SHA256 = hashlib.sha256(QUERY.encode()).hexdigest()
NAMED: Json = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": SHA256}}}


async def asked(door: Door, party: Party, body: Json) -> Json:
    found: Json = (await door.post(bearer(party.token), body)).json()
    return found


async def test_a_persisted_document_is_its_tenants_alone(door: Door, parties: Parties) -> None:
    a, b = parties.a, parties.b
    persisted = await asked(door, b, NAMED | {"query": QUERY})
    assert persisted["data"]["viewer"]["tenant"]["slug"] == b.record.slug
    again = await asked(door, b, NAMED)
    assert again["data"]["viewer"]["tenant"]["slug"] == b.record.slug
    other = await asked(door, a, NAMED)
    assert [error["message"] for error in other["errors"]] == ["PersistedQueryNotFound"]
    assert "data" not in other
