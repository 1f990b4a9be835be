"""The suites that touch Postgres and Valkey, over TCP with passwords, as in production.

Starts both by themselves, the database with an owner that is no superuser, and hands their
addresses to pytest through LIFTOS_DATABASE_URL and LIFTOS_REDIS_URL.
"""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from app.embedded.binaries import Binaries, locate
from app.embedded.ownership import give_to, service_account
from tests.support import MASTER_KEY

SUITES = ("tests/tenancy", "tests/jobs", "tests/graph", "tests/app", "-m", "not long")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"{process.args!r} did not answer on port {port}")


@contextmanager
def served(command: list[str], port: int) -> Iterator[None]:
    account = service_account()
    switch = {} if account is None else {"user": account.uid, "group": account.gid}
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **switch
    ) as process:  # type: ignore[call-overload]
        try:
            wait_for(port, process)
            yield
        finally:
            process.terminate()


@contextmanager
def postgres(binaries: Binaries, folder: Path, password: str) -> Iterator[str]:
    data, secret = folder / "data", folder / "password"
    secret.write_text(password)
    data.mkdir(mode=0o700)
    account = service_account()
    for path in (data, secret):
        give_to(account, path)
    switch = {} if account is None else {"user": account.uid, "group": account.gid}
    subprocess.run(  # type: ignore[call-overload]
        [
            binaries.initdb,
            "--pgdata",
            data,
            "--username=admin",
            "--encoding=UTF8",
            "--no-locale",
            "--auth=scram-sha-256",
            f"--pwfile={secret}",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        **switch,
    )
    port = free_port()
    command = [str(binaries.postgres), "-D", str(data), "-p", str(port), "-k", ""]
    with served(command, port):
        yield f"postgresql://admin:{password}@127.0.0.1:{port}"


async def plain_owner(admin: str, password: str) -> str:
    """An owner as managed services give it: it may make roles and its schema, nothing more.

    Nor may it make the extension of vectors, which is there before.
    """
    connection = await asyncpg.connect(f"{admin}/postgres")
    await connection.execute(f"CREATE ROLE liftos LOGIN CREATEROLE PASSWORD '{password}'")
    await connection.execute("CREATE DATABASE liftos OWNER liftos")
    await connection.close()
    connection = await asyncpg.connect(f"{admin}/liftos")
    await connection.execute("CREATE EXTENSION vector")
    await connection.close()
    return admin.replace("admin:", "liftos:") + "/liftos"


def valkey_command(binaries: Binaries, folder: Path, port: int, password: str) -> list[str]:
    return [
        str(binaries.valkey),
        *("--bind", "127.0.0.1", "--port", str(port), "--requirepass", password),
        *("--save", "", "--dir", str(folder)),
    ]


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="liftos-external-"))
    folder.chmod(0o755)
    binaries, password, port = locate(service_account()), secrets.token_hex(16), free_port()
    try:
        with (
            postgres(binaries, folder, password) as admin,
            served(valkey_command(binaries, folder, port, password), port),
        ):
            owner = asyncio.run(plain_owner(admin, password))
            environment = os.environ | {
                "LIFTOS_DATABASE_URL": owner,
                "LIFTOS_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
                "LIFTOS_REDIS_URL": f"redis://:{password}@127.0.0.1:{port}/0",
            }
            command = [sys.executable, "-m", "pytest", *SUITES, *sys.argv[1:]]
            return subprocess.run(command, env=environment, check=False).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
