"""Just enough of both servers' protocols to ask whether they answer.

The keeper starts before anything else and must stay small, so it loads no driver.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROTOCOL_3_0 = 196608


class PostgresRefused(Exception):
    """Postgres answered with an error; `sqlstate` is its five-character code."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(f"{message} ({sqlstate})")
        self.sqlstate = sqlstate


def postgres(path: Path, user: str, database: str, sql: str = "", seconds: float = 5) -> None:
    """Log in through a Unix socket that asks for no password, and run one statement if given.

    Raises PostgresRefused when the server says no, OSError when nothing answers.
    """
    with _connected(path, seconds) as server:
        names = f"user\0{user}\0database\0{database}\0\0".encode()
        server.sendall(struct.pack("!ii", len(names) + 8, _PROTOCOL_3_0) + names)
        _until_idle(server)
        if sql:
            statement = sql.encode() + b"\0"
            server.sendall(b"Q" + struct.pack("!i", len(statement) + 4) + statement)
            _until_idle(server)
        server.sendall(b"X" + struct.pack("!i", 4))


def valkey_answers(path: Path, seconds: float = 2) -> bool:
    """Whether a Valkey answers PING on the socket; one that is still loading does not count."""
    try:
        with _connected(path, seconds) as server:
            server.sendall(b"PING\r\n")
            return server.recv(64).startswith(b"+PONG")
    except OSError:
        return False


@contextmanager
def _connected(path: Path, seconds: float) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.settimeout(seconds)
        server.connect(str(path))
        yield server


def _until_idle(server: socket.socket) -> None:
    while True:
        kind, size = struct.unpack("!ci", _exactly(server, 5))
        body = _exactly(server, size - 4)
        if kind == b"E":
            raise _refusal(body)
        if kind == b"Z":
            return


def _refusal(body: bytes) -> PostgresRefused:
    fields = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
    return PostgresRefused(fields.get(b"C", "?????"), fields.get(b"M", ""))


def _exactly(server: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        chunk = server.recv(size - len(received))
        if not chunk:
            raise ConnectionResetError("the server closed the connection")
        received += chunk
    return received
