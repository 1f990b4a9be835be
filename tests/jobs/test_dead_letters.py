"""What ended badly is held, queued again or laid aside, one or many."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from core.errors import BadInput, Conflict, ErrorKind, NotFound
from core.records.connections import ConnectionStatus
from core.records.dead_letters import DeadLetter, DeadLetterChoice, DeadLetterFilter
from core.records.pages import PageRequest
from core.records.runs import RunError, RunStatus
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, by_hand
from tests.support import Tenant

DAY = "2026-05-01"
ALL = DeadLetterFilter()


async def letters(at: ByHand, where: DeadLetterFilter = ALL) -> tuple[DeadLetter, ...]:
    return (await at.stores.dead_letters.page(at.scope, where, PageRequest(50))).items


async def failed(
    at: ByHand, kind: ErrorKind = ErrorKind.CONFIG, code: str = "CONFIGURATION"
) -> UUID:
    claimed = await at.begun(DAY, DAY)
    error = RunError(code, kind, "the token has expired", None, "rotate it")
    await at.work.runs.fail(at.scope, claimed, error)
    return claimed.run.id


async def parked(at: ByHand) -> UUID:
    claimed = await at.begun(DAY, DAY)
    for _ in range(2):
        await at.claimed(claimed.run.id)
    assert await at.work.runs.claim(at.scope, claimed.run.id) is None
    return claimed.run.id


async def test_what_failed_or_was_parked_is_listed_newest_first_by_kind_and_code(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    first, second = await failed(at), await parked(at)
    newest, oldest = await letters(at)
    assert (newest.run.id, newest.run.status, newest.run.claim) == (second, RunStatus.PARKED, 4)
    assert newest.last_message == "its worker died 3 times without a page between"
    assert (oldest.run.id, oldest.last_message) == (first, "the token has expired")
    for where, found in (
        (DeadLetterFilter(kinds=(ErrorKind.CONFIG,)), [first]),
        (DeadLetterFilter(kinds=(ErrorKind.BUG,)), [second]),
        (DeadLetterFilter(codes=("CONFIGURATION",)), [first]),
        (DeadLetterFilter(connections=(at.connection.id,)), [second, first]),
        (DeadLetterFilter(connections=(first,)), []),
    ):
        assert [letter.run.id for letter in await letters(at, where)] == found


async def test_many_are_queued_again_at_once_and_are_no_dead_letters_any_more(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    ids = {await failed(at), await failed(at)}
    few = DeadLetterChoice(1, where=ALL)
    with pytest.raises(BadInput, match="more than 1 dead letters match"):
        await stores.dead_letters.requeue(at.scope, few)
    every = DeadLetterChoice(10, where=ALL)
    attempts = await asyncio.gather(
        *(stores.dead_letters.requeue(at.scope, every) for _ in range(3)), return_exceptions=True
    )
    (runs,) = [attempt for attempt in attempts if isinstance(attempt, tuple)]
    assert {run.id for run in runs} == ids
    assert {run.status for run in runs} == {RunStatus.QUEUED}
    assert [type(each) for each in attempts if each is not runs] == [NotFound] * 2
    assert await letters(at) == ()
    for run_id in ids:
        await stores.runs.request_cancel(at.scope, run_id)


async def test_what_was_laid_aside_is_a_dead_letter_again_when_it_ends_badly_again(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    run_id = await failed(at)
    before = await stores.dead_letters.count()
    choice = DeadLetterChoice(1, (run_id,))
    assert await stores.dead_letters.dismiss(at.scope, choice, "the account is closed") == 1
    assert await letters(at) == ()
    assert await stores.dead_letters.count() == before - 1
    (laid,) = await letters(at, DeadLetterFilter(is_dismissed=True))
    assert (laid.why, laid.dismissed_by) == ("the account is closed", "user:test")
    with pytest.raises(Conflict, match="or was dismissed"):
        await stores.dead_letters.requeue(at.scope, choice)
    await stores.runs.retry(at.scope, run_id)
    claimed = await at.claimed(run_id)
    error = RunError("TRANSIENT", ErrorKind.TRANSIENT, "away", None, None)
    await at.work.runs.fail(at.scope, claimed, error)
    assert [letter.run.id for letter in await letters(at)] == [run_id]
    assert await letters(at, DeadLetterFilter(is_dismissed=True)) == ()


async def test_what_is_none_or_not_there_or_paused_is_told_so(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    dead = await failed(at)
    alive = (await at.begun(DAY, DAY)).run.id
    letter = stores.dead_letters
    with pytest.raises(Conflict, match="1 of these runs are no dead letters: the first is running"):
        await letter.requeue(at.scope, DeadLetterChoice(9, (dead, alive)))
    with pytest.raises(NotFound, match="no such run"):
        await letter.requeue(at.scope, DeadLetterChoice(9, (dead, UUID(int=1))))
    await stores.connections.set_status(at.scope, at.connection.id, ConnectionStatus.PAUSED)
    with pytest.raises(Conflict, match="is PAUSED"):
        await letter.requeue(at.scope, DeadLetterChoice(9, (dead,)))
    assert [each.run.id for each in await letters(at)] == [dead]
