"""What is known to hurt GraphQL servers, each entry once."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from tests.conformance.attack.shots import send, whole_corpus
from tests.conformance.attack.watch import Watched
from tests.conformance.deployed import Deployed

BUSY_SECONDS = 1.0
"""That the event loop may be kept from others; the worst entry takes a fifth of it."""


@pytest.mark.timeout(200)
async def test_every_entry_is_answered_soon_and_cleanly(target: Deployed, watched: Watched) -> None:
    token, faults, slow = target.a.token(), [], []
    for name, shot in whole_corpus():
        began = watched.busy_seconds()
        status = await send(target.url, token, shot)
        spent = watched.busy_seconds() - began
        if status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            faults.append((name, status))
        if spent > BUSY_SECONDS:
            slow.append((name, spent))
    assert (faults, slow) == ([], [])
    assert watched.errors() == []
