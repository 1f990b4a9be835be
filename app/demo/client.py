"""A client of the public API, as any module is one: HTTP for queries, a socket for progress.

It sends ids of the operations in `persisted/demo`, so that it works at every stage.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import httpx2
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from core.errors import Terminal
from persisted import document_of

CLIENT = "demo"
TRANSPORT = Subprotocol("graphql-transport-ws")


class ApiClient:
    """One tenant's access to one API."""

    def __init__(self, url: str, token: str, http: httpx2.AsyncClient) -> None:
        self._url = url
        self._authorization = f"Bearer {token}"
        self._http = http

    async def ask(self, operation: str, variables: Mapping[str, object] | None = None) -> Any:
        """The data that answers an operation, by its name."""
        response = await self._http.post(
            self._url,
            json={"documentId": document_of(CLIENT, operation).id, "variables": variables or {}},
            headers={"Authorization": self._authorization},
        )
        return _data(response.json())

    async def listen(
        self, operation: str, variables: Mapping[str, object]
    ) -> AsyncGenerator[Any, None]:
        """The data of each answer to a subscription, by its name."""
        url = self._url.replace("http", "ws", 1)
        payload = {"documentId": document_of(CLIENT, operation).id, "variables": variables}
        async with connect(url, subprotocols=[TRANSPORT], proxy=None) as socket:
            init = {"type": "connection_init", "payload": {"Authorization": self._authorization}}
            await socket.send(json.dumps(init))
            await socket.recv()
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            async for frame in socket:
                message = json.loads(frame)
                if message["type"] == "next":
                    yield _data(message["payload"])
                elif message["type"] == "error":
                    _data({"errors": message["payload"]})
                elif message["type"] == "complete":
                    return


def _data(answer: Mapping[str, Any]) -> Any:
    if answer.get("errors"):
        message = answer["errors"][0]["message"]
        raise Terminal(f"the API refused: {message}", mend="read logs/api.log in the home folder")
    return answer["data"]
