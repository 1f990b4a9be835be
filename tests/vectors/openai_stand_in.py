"""An endpoint that speaks OpenAI's protocol of embeddings, with its refusals."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from array import array
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEY = "sk-stand-in"


def numbers_of(text: str, dimension: int) -> array[float]:
    """Not of length 1, as some endpoints answer."""
    digest = hashlib.sha256(text.encode()).digest()
    return array("f", [1 + digest[at % 32] / 7 for at in range(dimension)])


@dataclass
class OpenAIStandIn:
    """`faults` are what is answered next; `lists`: it knows no base64, and tells no usage."""

    dimension: int = 8
    lists: bool = False
    faults: deque[Response] = field(default_factory=deque)
    asked: list[dict[str, Any]] = field(default_factory=list)
    released: asyncio.Event | None = None

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/embeddings", self.embeddings, methods=["POST"])])

    async def embeddings(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body)
        if self.released is not None:
            await self.released.wait()
        if self.faults:
            return self.faults.popleft()
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return refusal(401, "invalid_api_key")
        length = body.get("dimensions", self.dimension)
        data = [
            {"object": "embedding", "index": at, "embedding": self.written(text, length)}
            for at, text in enumerate(body["input"])
        ]
        tokens = sum(len(text.split()) for text in body["input"])
        usage = {} if self.lists else {"usage": {"prompt_tokens": tokens, "total_tokens": tokens}}
        return JSONResponse({"object": "list", "model": body["model"], "data": data[::-1], **usage})

    def written(self, text: str, length: int) -> str | list[float]:
        numbers = numbers_of(text, length)
        return list(numbers) if self.lists else base64.b64encode(numbers.tobytes()).decode()


def refusal(status: int, code: str, **headers: str) -> Response:
    body = {"error": {"message": f"refused: {KEY}", "type": "error", "code": code}}
    return JSONResponse(body, status_code=status, headers=headers)
