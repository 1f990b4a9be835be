"""The small process that owns both servers of one home.

`python -m app.embedded.keeper HOME LOCK` is started by whoever attaches first. LOCK is a
descriptor of the keeper lock, already taken: a lock goes with its descriptor from process to
process, so at no moment can a second keeper start. The keeper leaves when the last user has left,
and while it stops it holds the users' lock alone, so that a newcomer waits and then starts afresh.
"""

import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from app.embedded import postgres, valkey
from app.embedded.bell import Bell
from app.embedded.binaries import locate
from app.embedded.errors import EmbeddedError
from app.embedded.home import Home, unusable
from app.embedded.locks import open_lock, try_exclusive
from app.embedded.ownership import service_account
from app.embedded.places import Places, leave, settle
from app.embedded.server import Server
from app.embedded.state import State, forget, write_failure, write_state

STARTING_STEP_SECONDS = 0.005
IDLE_STEP_SECONDS = 0.1

logger = logging.getLogger(__name__)


def main() -> None:
    """Detach from whoever started us, then keep the servers until the last user has left."""
    home, lock = Home(Path(sys.argv[1])), int(sys.argv[2])
    if os.fork():
        os._exit(0)
    os.set_inheritable(lock, False)  # noqa: FBT003 - positional in the standard library
    os.chdir("/")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(message)s")
    try:
        _keep(home, lock)
    except EmbeddedError as error:
        _give_up(home, error)
    except OSError as error:
        _give_up(home, unusable(home, error))


@dataclass(frozen=True, slots=True)
class _Household:
    home: Home
    lock: int
    places: Places
    database: Server
    cache: Server


def _keep(home: Home, lock: int) -> None:
    bell = Bell()
    account = service_account()
    binaries = locate(account)
    places = settle(home, account)
    log = home.logs / "postgres.log"
    database = Server(postgres.service(binaries, places, log, account))
    cache = Server(valkey.service(binaries, places, home.logs / "valkey.log", account))
    household = _Household(home, lock, places, database, cache)
    try:
        cache.tend()
        postgres.prepare(binaries, places, log, account)
        _serve(household, bell)
    finally:
        _close(household)


def _serve(household: _Household, bell: Bell) -> None:
    users = open_lock(household.home.users_lock)
    told: State | None = None
    while not (bell.stop_asked or _is_deleted(household.lock) or try_exclusive(users)):
        household.database.tend()
        household.cache.tend()
        state = _state(household)
        if state != told and _tell(household.home, state):
            told = state
        bell.wait(IDLE_STEP_SECONDS if state.ready else STARTING_STEP_SECONDS)


def _tell(home: Home, state: State) -> bool:
    """A full disk must not end servers that run: it is told again until it is written."""
    try:
        write_state(home, state)
    except OSError:
        return False
    return True


def _state(household: _Household) -> State:
    database, cache = household.database, household.cache
    ready = database.ready and cache.ready
    return State(os.getpid(), ready, str(household.places.sockets), database.pid, cache.pid)


def _close(household: _Household) -> None:
    forget(household.home)
    household.database.ask_to_stop()
    household.cache.stop()
    household.database.stop()
    leave(household.home, household.places)


def _is_deleted(lock: int) -> bool:
    return os.fstat(lock).st_nlink == 0


def _give_up(home: Home, error: EmbeddedError) -> None:
    logger.error("%s", error)
    write_failure(home, error)


if __name__ == "__main__":
    main()
