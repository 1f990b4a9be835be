"""A pooler as PgBouncer is in transaction mode, with server_reset_query_always."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from struct import pack, unpack

SOCKET = ".s.PGSQL.5432"
SERVERS = 2
"""Servers behind each client; each of its transactions is carried out by the next one."""

IDLE = b"Z\x00\x00\x00\x05I"
RESET = b"DISCARD ALL\x00"


@dataclass(slots=True)
class Server:
    """A connection to Postgres that several clients' transactions may pass through."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def message(self) -> bytes:
        """The next message, whole."""
        head = await self.reader.readexactly(5)
        return head + await self.reader.readexactly(unpack("!I", head[1:])[0] - 4)

    async def until_idle(self) -> bytes:
        """Everything up to the end of a transaction."""
        told = b""
        while not told.endswith(IDLE):
            told += await self.message()
        return told

    async def reset(self) -> None:
        """Forget what the last client left, its prepared statements too."""
        self.writer.write(b"Q" + pack("!I", len(RESET) + 4) + RESET)
        await self.until_idle()


@dataclass(slots=True)
class Client:
    """A client, and the servers that take turns at its transactions."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    servers: list[Server]
    turn: int = 0
    transactions: int = 0

    async def ask(self) -> None:
        """Pass on what the client says, to the server whose turn it is."""
        while said := await self.reader.read(1 << 16):
            self.servers[self.turn].writer.write(said)

    async def answer(self) -> None:
        """Pass on what the servers say; at the end of a transaction it is the next one's turn."""
        while True:
            server = self.servers[self.turn]
            told = await server.message()
            if told == IDLE:
                await server.reset()
                self.turn = (self.turn + 1) % len(self.servers)
                self.transactions += 1
            self.writer.write(told)


@asynccontextmanager
async def pooling(sockets: Path, folder: Path) -> AsyncIterator[list[Client]]:
    """A pooler in `folder` before the Postgres in `sockets`, which trusts whoever comes."""
    clients: list[Client] = []

    async def come(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(4)
        startup = head + await reader.readexactly(unpack("!I", head)[0] - 4)
        servers = [
            Server(*await asyncio.open_unix_connection(sockets / SOCKET)) for _ in range(SERVERS)
        ]
        for server in servers:
            server.writer.write(startup)
            greeting = await server.until_idle()
        writer.write(greeting)
        client = Client(reader, writer, servers)
        clients.append(client)
        sides = [asyncio.create_task(side) for side in (client.ask(), client.answer())]
        await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
        for stream in (writer, *(server.writer for server in servers)):
            stream.close()
        for side in sides:
            side.cancel()
        await asyncio.gather(*sides, return_exceptions=True)

    async with await asyncio.start_unix_server(come, folder / SOCKET):
        yield clients
