"""The audits of npm's graphql-http against the deployed API, each a test of its own."""

from __future__ import annotations

import json

import pytest

from tests.conformance.conftest import NpmFolder
from tests.conformance.deployed import Deployed

AUDITS = [
    "0220", "0221", "0222", "03D4", "13EE", "1B7A", "22EB", "28B9", "2C94", "2EA1", "34A2",
    "3E3A", "423L", "428F", "4655", "4760", "4761", "4762", "4763", "47DE", "51FE", "556A",
    "572B", "58B0", "58B1", "58B2", "58B3", "5A70", "5E5B", "6A70", "6C00", "6C01", "6C02",
    "6C03", "74FF", "78D5", "7B9B", "80D8", "8161", "82A3", "865D", "86EE", "8764", "94B0",
    "94B1", "94B2", "9ABE", "9C48", "A5BF", "B6DC", "B7N8", "B8B3", "BCF8", "BF61", "D586",
    "D6D5", "FDE2", "LKJ0", "LKJ1", "LKJ2", "LKJ3",
]  # fmt: skip


@pytest.fixture(scope="module")
async def results(deployed: Deployed, npm_folder: NpmFolder) -> dict[str, dict[str, str]]:
    """By id of the audit: its name, its status and, where it is not "ok", the reason."""
    told = await npm_folder("http").run("audits.mjs", **deployed.environment())
    return {each["id"]: each for each in json.loads(told)}


def test_these_are_all_audits(results: dict[str, dict[str, str]]) -> None:
    assert sorted(results) == AUDITS
    assert len(AUDITS) == 61


@pytest.mark.parametrize("audit", AUDITS)
def test_an_audit_passes(results: dict[str, dict[str, str]], audit: str) -> None:
    found = results[audit]
    assert found["status"] == "ok", f"{found['name']}: {found['reason']}"
