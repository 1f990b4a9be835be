"""Reading a request's body with a limit on its size and on the sender's slowness."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

from starlette.requests import Request

from app.http.errors import Refusal

WHOLE_SECONDS = 30.0
IDLE_SECONDS = 60.0
CHUNK_BYTES = 1_000_000
LINGER_SECONDS = 1.0
LINGER_BYTES = 4_000_000


async def whole_body(request: Request, limit: int) -> bytes:
    """The body, at most `limit` bytes; the limit holds for chunked bodies too."""
    await refuse_declared(request, limit)
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            return b"".join([part async for part in _limited(request, limit)])
    except TimeoutError:
        raise too_slow() from None


async def chunks(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The body in chunks of `CHUNK_BYTES` (the last one shorter), one in memory at a time."""
    pending = bytearray()
    stream = aiter(_limited(request, limit))
    while (part := await _next_part(stream)) is not None:
        pending += part
        while len(pending) >= CHUNK_BYTES:
            yield bytes(pending[:CHUNK_BYTES])
            del pending[:CHUNK_BYTES]
    if pending:
        yield bytes(pending)


async def _limited(request: Request, limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            await linger(request)
            raise too_large(limit)
        yield part


async def linger(request: Request) -> None:
    """Read on for a moment: a sender that is cut off at once never gets to see the refusal."""
    size = 0
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while size < LINGER_BYTES:
                message = await request.receive()
                size += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return


async def _next_part(stream: AsyncIterator[bytes]) -> bytes | None:
    try:
        async with asyncio.timeout(IDLE_SECONDS):
            return await anext(stream, None)
    except TimeoutError:
        raise too_slow() from None


async def refuse_declared(request: Request, limit: int) -> None:
    """Refuse a body by the length or the compression it declares, before it is read.

    What is small here may be large once it is inflated, and signatures are of what was sent.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        await linger(request)
        raise Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "the body is compressed",
            mend="send it as it is, without Content-Encoding",
            headers={"Accept-Encoding": "identity"},
        )
    if declared_length(request) > limit:
        await linger(request)
        raise too_large(limit)


def declared_length(request: Request) -> int:
    """How long the body is said to be; 0 where nothing is said."""
    declared = request.headers.get("content-length", "")
    return int(declared[:20]) if declared.isascii() and declared.isdigit() else 0


def too_large(limit: int) -> Refusal:
    """The refusal of a body over `limit` bytes."""
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the body is larger than {limit} bytes",
        mend="send less at once",
        headers={"Connection": "close"},
    )


def too_slow() -> Refusal:
    """The refusal of a sender that does not get on."""
    return Refusal(
        HTTPStatus.REQUEST_TIMEOUT,
        "the body did not arrive in time",
        headers={"Connection": "close"},
    )
