"""Kept answers over the stores, for processes of the same code."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import structlog

from core.records.answers import AnswerBounds
from core.settings import Settings
from core.tasks import end
from loaders.answers import Answers
from stores.wiring import Stores

log = structlog.get_logger(__name__)

MAKES_ANSWERS = ("core", "graph", "loaders", "resolvers", "stores")
"""Packages whose code decides what an answer says."""
AGAIN_SECONDS = 2.0
"""After which somebody who could not be heard is listened to again."""


def answers_of(settings: Settings, stores: Stores) -> Answers:
    """The answers of one process; to be closed."""
    answers = Answers(
        stores.versions,
        stores.answers,
        settings.answers_process_bytes,
        AnswerBounds(settings.answers_shared_bytes, settings.answers_shared_seconds),
        build_digest(),
    )
    answers.tally.sums = stores.attribution.sums
    return answers


@asynccontextmanager
async def dropping(settings: Settings, stores: Stores, answers: Answers) -> AsyncIterator[None]:
    """Within, `answers` lets go of what has changed as soon as that is told.

    Behind a pooler that has no sessions nobody can be told anything.
    """
    if not settings.answers_process_bytes or not settings.database_statements_kept:
        yield
        return
    task = asyncio.create_task(_drop(stores, answers))
    try:
        yield
    finally:
        await end(task)


async def _drop(stores: Stores, answers: Answers) -> None:
    while True:
        # What is missed while nobody can be heard is only let go later, as the oldest.
        try:
            async with stores.versions.changes() as changes:
                async for tenant, tokens in changes:
                    answers.drop(tenant, tokens)
        except Exception as error:  # noqa: BLE001 - whoever lets go must not end
            log.warning("changes of data were not heard", error=repr(error))
        await asyncio.sleep(AGAIN_SECONDS)


@cache
def build_digest() -> str:
    """SHA-256 of the code that makes answers: other code finds none of ours."""
    root, digest = Path(__file__).resolve().parents[1], hashlib.sha256()
    for package in MAKES_ANSWERS:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
