"""A client of graphql-transport-ws that says and hears one frame at a time."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

MakeToken = Callable[..., str]
TRANSPORT = Subprotocol("graphql-transport-ws")


@asynccontextmanager
async def opened(stand: Any, **headers: str) -> AsyncIterator[ClientConnection]:
    async with connect(
        f"ws://127.0.0.1:{stand.port}/graphql",
        subprotocols=[TRANSPORT],
        additional_headers={name.replace("_", "-"): value for name, value in headers.items()},
    ) as socket:
        yield socket


async def say(socket: ClientConnection, **message: object) -> None:
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection) -> dict[str, Any]:
    heard: dict[str, Any] = json.loads(await socket.recv())
    return heard


async def begin(socket: ClientConnection, token: str) -> None:
    await say(socket, type="connection_init", payload={"Authorization": f"Bearer {token}"})
    assert (await hear(socket))["type"] == "connection_ack"


async def closing(socket: ClientConnection) -> tuple[int, str]:
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as closed:
        return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
