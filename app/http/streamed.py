"""Answers that tell results as they come, over plain HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing, suppress
from typing import Any, Protocol

from starlette.types import Message, Receive, Scope, Send

from app.http.errors import tell
from app.http.execution import Call, Execution
from app.http.graphql_answers import content_of
from app.http.services import services_of
from app.http.stream_bounds import STALLED, StreamBounds
from app.identity.standing import Ending, has_expired
from core.errors import LiftosError, Transient, Unauthenticated

MEND = "sign in again, and resume after the last sequence you saw"
COMPLETE, GONE = "complete", "gone"


class Framing(Protocol):
    """How results are put on the wire."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Of the answer."""
        ...

    @property
    def opening(self) -> bytes:
        """What is sent at once, so that the reader knows that it is heard."""
        ...

    @property
    def heartbeat(self) -> bytes:
        """What is sent when there is nothing to tell."""
        ...

    def result(self, content: Mapping[str, Any], sequence: int | None) -> bytes:
        """One result, and the sequence of the event that it tells of."""
        ...

    def end(self, refusal: Mapping[str, Any] | None) -> bytes:
        """The last bytes; `refusal` says why it ends before its time."""
        ...


class StreamedAnswer:
    """One operation's results.

    Ends when they do, when the reader leaves or reads too slowly, and with the credentials.
    """

    def __init__(
        self, call: Call, execution: Execution, framing: Framing, bounds: StreamBounds
    ) -> None:
        self._call = call
        self._execution = execution
        self._framing = framing
        self._bounds = bounds
        self._ended: asyncio.Future[Ending | LiftosError | str] = asyncio.Future()
        self._told_at = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        del scope
        await send(self._start())
        work = (self._tell(send), self._beat(send), self._wait(receive))
        with services_of(self._call.connection).standing.watch(self._call.scope, self._end):
            tasks = tuple(asyncio.create_task(each) for each in work)
            try:
                why = await self._ended
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        if why != GONE:
            await self._finish(why, send)

    def _start(self) -> Message:
        told = {
            "Cache-Control": "no-store",
            "Vary": "Accept",
            # Proxies that buffer would keep events back.
            "X-Accel-Buffering": "no",
            **self._framing.headers,
        }
        headers = [(name.lower().encode(), value.encode()) for name, value in told.items()]
        return {"type": "http.response.start", "status": 200, "headers": headers}

    async def _tell(self, send: Send) -> None:
        await self._send(send, self._framing.opening)
        async with aclosing(self._execution.stream(self._call)) as results:
            async for result in results:
                sequence = self._call.cursor.reached
                await self._send(send, self._framing.result(content_of(result), sequence))
        self._end(Ending.EXPIRED if has_expired(self._call.scope) else COMPLETE)

    async def _beat(self, send: Send) -> None:
        interval, clock = self._bounds.heartbeat_seconds, asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(interval)
            if clock() - self._told_at >= interval:
                await self._send(send, self._framing.heartbeat)

    async def _wait(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._end(GONE)

    async def _send(self, send: Send, body: bytes) -> None:
        try:
            async with asyncio.timeout(self._bounds.stall_seconds):
                await send({"type": "http.response.body", "body": body, "more_body": True})
        except TimeoutError:
            self._end(Transient(STALLED))
        except OSError:
            self._end(GONE)
        self._told_at = asyncio.get_running_loop().time()

    async def _finish(self, why: Ending | LiftosError | str, send: Send) -> None:
        body = self._framing.end(self._refusal(why))
        with suppress(TimeoutError, OSError):
            # It waits behind what a slow reader has not taken yet; not for ever.
            async with asyncio.timeout(self._bounds.stall_seconds):
                await send({"type": "http.response.body", "body": body})

    def _refusal(self, why: Ending | LiftosError | str) -> Mapping[str, Any] | None:
        if why == COMPLETE:
            return None
        return tell(_error(why)).graphql_body(self._call.request_id)

    def _end(self, why: Ending | LiftosError | str) -> None:
        if not self._ended.done():
            self._ended.set_result(why)


def _error(why: Ending | LiftosError | str) -> LiftosError:
    if isinstance(why, LiftosError):
        return why
    kind = Transient if why is Ending.UNCHECKED else Unauthenticated
    return kind(str(why), mend=MEND)
