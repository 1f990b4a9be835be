"""Tasks end when they are to, whatever they wait in."""

from __future__ import annotations

import asyncio

import pytest

from core.tasks import end, through


async def forgetful(heard: list[int]) -> None:
    """Goes on after the first cancelling, as what waits in `wait_for` of Python 3.11 may."""
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            heard.append(len(heard))
            if len(heard) > 1:
                raise


async def failing() -> None:
    try:
        await asyncio.Event().wait()
    finally:
        raise ValueError("at the end")


async def begun(*tasks: asyncio.Task[None]) -> tuple[asyncio.Task[None], ...]:
    await asyncio.sleep(0)
    return tasks


async def test_a_task_that_loses_a_cancelling_is_cancelled_again() -> None:
    heard: list[int] = []
    tasks = await begun(asyncio.create_task(forgetful(heard)), asyncio.create_task(forgetful([])))
    await end(*tasks, again_seconds=0.01)
    assert [task.cancelled() for task in tasks] == [True, True]
    assert heard == [0, 1]


async def test_what_a_task_ends_by_is_raised_once_all_have_ended() -> None:
    tasks = await begun(asyncio.create_task(failing()), asyncio.create_task(forgetful([])))
    with pytest.raises(ValueError, match="at the end"):
        await end(*tasks, again_seconds=0.01)
    assert tasks[1].cancelled()


async def test_who_waits_for_the_end_can_be_cancelled() -> None:
    tasks = await begun(asyncio.create_task(forgetful([])))
    waiting = asyncio.create_task(end(*tasks))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await end(*tasks)


async def test_what_has_ended_before_is_no_trouble() -> None:
    task = asyncio.create_task(asyncio.sleep(0))
    await task
    await end(task)
    await end()


async def test_who_is_cancelled_twice_leaves_when_the_work_has_ended() -> None:
    may_end, ended = asyncio.Event(), []

    async def work() -> None:
        await may_end.wait()
        ended.append(True)

    task = asyncio.create_task(through(work()))
    for _ in range(2):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [True]


async def test_what_is_seen_through_answers_and_fails_as_ever() -> None:
    async def seven() -> int:
        return 7

    assert await through(seven()) == 7
    with pytest.raises(ValueError, match="at the end"):
        await through(failing_at_once())


async def failing_at_once() -> None:
    raise ValueError("at the end")
