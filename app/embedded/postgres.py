"""The embedded Postgres: its cluster, its settings, and when it counts as up."""

import os
import pwd
import shutil
import signal
import tempfile
from pathlib import Path
from urllib.parse import quote

from app.embedded import wire
from app.embedded.binaries import POSTGRES_MAJOR, Binaries
from app.embedded.errors import EmbeddedError
from app.embedded.ownership import Account, give_to
from app.embedded.places import POSTGRES_SOCKET, Places
from app.embedded.process import ON_LINUX, command_line, open_log, send, spawn, working_in
from app.embedded.server import Service, log_since, start_failure

OWNER = "liftos_owner"
DATABASE = "liftos"
_NO_SUCH_DATABASE = "3D000"
_DRAFT_PREFIX = "postgres.new-"
# Fast shutdown (a checkpoint), then immediate (recovery at the next start), then the axe. A fast
# shutdown that arrives during crash recovery was seen to hang, so patience with it is short.
_STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
# Backends of a killed postmaster need a moment to notice and let go of these.
_PASSING = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def url(sockets: Path) -> str:
    """The owner's login. Access is by reach: the socket folder is closed to other accounts."""
    return f"postgresql://{OWNER}@/{DATABASE}?host={quote(str(sockets), safe='/')}&port=5432"


def answers(sockets: Path) -> bool:
    """Whether the server accepts a login to the database."""
    try:
        wire.postgres(sockets / POSTGRES_SOCKET, OWNER, DATABASE)
    except (OSError, wire.PostgresRefused):
        return False
    return True


def service(binaries: Binaries, places: Places, log: Path, account: Account | None) -> Service:
    """How to run Postgres on these folders."""
    quoted = str(places.sockets).replace('"', '""')
    settings = {**_SETTINGS, "unix_socket_directories": f'"{quoted}"'}
    if ON_LINUX:
        # /dev/shm holds only 64 MB in a container by default, less than one parallel index build.
        settings["dynamic_shared_memory_type"] = "sysv"
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Service(
        name="Postgres",
        command=(str(binaries.postgres), "-D", str(places.postgres), *options),
        marker=f"postgres -D {places.postgres} ",
        pid_file=places.postgres / "postmaster.pid",
        log=log,
        account=account,
        death_signal=signal.SIGQUIT,
        stop_steps=_STOP_STEPS,
        answers=lambda: _is_up(places),
        clear_leftovers=lambda: _clear_leftovers(places),
        passing=_PASSING,
    )


def prepare(binaries: Binaries, places: Places, log: Path, account: Account | None) -> None:
    """Create the cluster where there is none; a creation cut short leaves nothing behind."""
    data = places.postgres
    for draft in data.parent.glob(f"{_DRAFT_PREFIX}*"):
        shutil.rmtree(draft, ignore_errors=True)
    if data.is_dir() and any(data.iterdir()):
        _require_usable(data, account)
        return
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT_PREFIX, dir=data.parent))
    give_to(account, draft)
    _initdb(binaries, draft, log, account)
    draft.replace(data)


def _initdb(binaries: Binaries, draft: Path, log: Path, account: Account | None) -> None:
    _require_entry(account.uid if account else os.geteuid())
    with open_log(log) as output:
        start = output.tell()
    locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    command = (str(binaries.initdb), "-D", str(draft), f"--username={OWNER}", "--auth=trust")
    child = spawn((*command, "--encoding=UTF8", *locale), log, account, signal.SIGKILL)
    if child.wait() != 0:
        shutil.rmtree(draft, ignore_errors=True)
        raise start_failure("The database cluster", log_since(log, start), log)


def _require_entry(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError as error:
        raise EmbeddedError(
            "The database cluster cannot be created",
            f"user {uid} has no entry in the password file, which Postgres demands",
            "Add one, run as another user, or set LIFTOS_DATABASE_URL and LIFTOS_REDIS_URL.",
        ) from error


def _require_usable(data: Path, account: Account | None) -> None:
    owner = account.uid if account else os.geteuid()
    if data.stat().st_uid != owner:
        raise EmbeddedError(
            f"The database in {data} cannot be opened",
            f"it belongs to user {data.stat().st_uid}, and the server runs as user {owner}",
            f"Run as its owner, or hand it over: chown -R {owner} {data}",
        )
    found = (data / "PG_VERSION").read_text().strip()
    if found != str(POSTGRES_MAJOR):
        raise EmbeddedError(
            f"The database in {data} cannot be opened",
            f"Postgres {found} wrote it and this install has Postgres {POSTGRES_MAJOR}",
            "Export it with the release that wrote it, and import it here.",
        )


def _is_up(places: Places) -> bool:
    # Asking before the postmaster says so would fill the log with "starting up" refusals.
    if not _says_ready(places.postgres / "postmaster.pid"):
        return False
    try:
        wire.postgres(places.sockets / POSTGRES_SOCKET, OWNER, DATABASE)
    except wire.PostgresRefused as refusal:
        return refusal.sqlstate == _NO_SUCH_DATABASE and _create_database(places)
    except OSError:
        return False
    return True


def _create_database(places: Places) -> bool:
    statement = f"CREATE DATABASE {DATABASE}"
    wire.postgres(places.sockets / POSTGRES_SOCKET, OWNER, "postgres", statement, seconds=60)
    return True


def _says_ready(pid_file: Path) -> bool:
    try:
        return pid_file.read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False


def _clear_leftovers(places: Places) -> None:
    """Remove what a killed server leaves; the caller knows that it is not running.

    Postgres itself would refuse to start when the number in its pid file has gone to another
    process of the same account.
    """
    for pid in working_in(places.postgres):
        if command_line(pid).startswith("postgres: "):
            send(pid, signal.SIGKILL)
    (places.postgres / "postmaster.pid").unlink(missing_ok=True)
    for name in (POSTGRES_SOCKET, f"{POSTGRES_SOCKET}.lock"):
        (places.sockets / name).unlink(missing_ok=True)
