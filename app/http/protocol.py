"""HTTP/1.1 as uvicorn speaks it, with a bound on what comes before a body.

Uvicorn waits for ever for the first headers of a connection, and takes as many bytes of them as
are sent. A body's own bounds stand in app/http/body.py.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 15.0
"""From a connection's opening, or a request's first byte, to the end of its headers."""
STATUS = b"HTTP/1.1 "
APART = 65_536
"""Bytes of a body that are not copied to stand behind their head."""
HEAD_BYTES = 65_536
"""Address and headers together, rounded up to what came with their end."""


class Joined:
    """The way out of one answer, on which its head and the first of its body go together.

    Uvicorn writes them apart, and each write may wake whoever reads. A head that no body follows
    at once goes out in the same turn of the loop.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

    def write(self, data: bytes) -> None:
        """Write, or keep a head for a moment."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, data) if len(data) > APART else (head + data,))
        elif data.startswith(STATUS):
            self._head = data
            self._loop.call_soon(self.flush)
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Write what is kept."""
        if self._head and not self._transport.is_closing():
            self._transport.write(self._head)
        self._head = b""

    def close(self) -> None:
        """Close once everything is written."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether nothing more can be written."""
        return self._transport.is_closing()


class BoundedHttp(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_bytes = 0
        self._is_between = True
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._end_of_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to no body.

        The parser passes over blank lines between requests in silence.
        """
        super().data_received(data)
        if self._patience is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._is_between and self._is_idle:
            self._await_head()

    def on_message_begin(self) -> None:
        """A request has begun."""
        super().on_message_begin()
        self._is_between = False
        if self._patience is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        """What comes now is the body's."""
        self._end_of_head()
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not None and self.cycle is not before:
            self.cycle.transport = Joined(self.transport, self.loop)  # type: ignore[assignment]  # what a cycle needs of one

    def on_message_complete(self) -> None:
        """What comes now is no body's any more."""
        self._is_between = True
        super().on_message_complete()

    def _should_upgrade(self) -> bool:
        # A socket that is asked for by anything else could not be opened.
        return self.scope["method"] == "GET" and super()._should_upgrade()

    @property
    def _is_idle(self) -> bool:
        return self.cycle is not None and self.cycle.response_complete

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._patience = self.loop.call_later(HEAD_SECONDS, self._overdue)

    def _end_of_head(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _overdue(self) -> None:
        if self.cycle is None or self._is_idle:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            # A request that follows before this one is answered has until then.
            self._patience = self.loop.call_later(HEAD_SECONDS, self._overdue)

    def _refuse(self, status: HTTPStatus) -> None:
        """Close the connection; with an answer if it has begun to ask and it is its turn."""
        self._end_of_head()
        if self.transport.is_closing():
            return
        if self._head_bytes and (self.cycle is None or self._is_idle):
            line = f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            self.transport.write(f"{line}content-length: 0\r\nconnection: close\r\n\r\n".encode())
        self.transport.close()
