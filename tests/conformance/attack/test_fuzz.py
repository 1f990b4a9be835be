"""Requests and frames made up at random from the corpus, for a minute or as long as one likes.

FUZZ_SECONDS says how long, FUZZ_SEED from where: the same seed makes the same requests.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from contextlib import suppress
from http import HTTPStatus
from itertools import count
from random import Random

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.conformance.attack.corpus import FRAMES
from tests.conformance.attack.mutating import Mutator
from tests.conformance.attack.shots import send, shots
from tests.conformance.attack.watch import Watched
from tests.conformance.deployed import Deployed

SECONDS = float(os.environ.get("FUZZ_SECONDS", "60"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
BUSY_SECONDS = 1.0
GROWTH_BYTES = 100_000_000
WARM_REQUESTS = 100
HONEST = {HTTPStatus.SERVICE_UNAVAILABLE}
CRASHED = 1011
REQUESTS_SHARE = 0.75
PROTOCOL = Subprotocol("graphql-transport-ws")


@pytest.mark.timeout(SECONDS + 120)
async def test_no_request_breaks_it(target: Deployed, watched: Watched) -> None:
    token, statuses = target.a.token(), Counter[int | None]()
    ends, resident = time.monotonic() + SECONDS * REQUESTS_SHARE, 0
    for number, shot in zip(count(), shots(Random(SEED)), strict=False):
        if time.monotonic() > ends and number > WARM_REQUESTS:
            break
        if number == WARM_REQUESTS:
            resident = watched.resident_bytes()
        began = watched.busy_seconds()
        status = await send(target.url, token, shot)
        statuses[status] += 1
        assert status is not None, shot
        assert status < HTTPStatus.INTERNAL_SERVER_ERROR or status in HONEST, shot
        assert watched.busy_seconds() - began < BUSY_SECONDS, shot
        assert watched.errors() == [], shot
    assert statuses[HTTPStatus.OK] > 0
    assert watched.resident_bytes() - resident < GROWTH_BYTES


@pytest.mark.timeout(SECONDS + 120)
async def test_no_frame_breaks_it(target: Deployed, watched: Watched) -> None:
    random, token, codes = Random(SEED), target.a.token(), Counter[int | None]()
    ends = time.monotonic() + SECONDS * (1 - REQUESTS_SHARE)
    while time.monotonic() < ends:
        async with connect(target.socket, subprotocols=[PROTOCOL], max_size=None) as socket:
            frames = await _shout(socket, random, token)
        codes[socket.close_code] += 1
        assert socket.close_code != CRASHED, frames
        assert watched.errors() == [], frames
    assert codes.total() > 0


async def _shout(socket: ClientConnection, random: Random, token: str) -> list[str | bytes]:
    """Send frames until the socket ends; most sockets are let in first."""
    mutator, sent = Mutator(random), list[str | bytes]()
    frames = [random.choice(FRAMES) for _ in range(random.randint(1, 12))]
    with suppress(ConnectionClosed):
        if random.random() < 0.8:
            await socket.send(
                f'{{"type": "connection_init", "payload": {{"Authorization": "Bearer {token}"}}}}'
            )
        for chosen in frames:
            frame = chosen
            if random.random() < 0.2:
                frame = mutator.text(chosen) if isinstance(chosen, str) else mutator.data(chosen)
            sent.append(frame)
            await socket.send(frame)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.1):
                while True:
                    await socket.recv()
    return sent
