"""A step that runs ahead: what it makes arrives whole and in order, errors last, within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.ahead import ahead


async def numbers(count: int, made: list[int], *, fault: bool = False) -> AsyncGenerator[int, None]:
    try:
        for number in range(count):
            made.append(number)
            yield number
        if fault:
            raise LookupError("the source is away")
    finally:
        made.append(-1)


@given(st.integers(0, 40), st.integers(1, 50), st.integers(1, 9))
def test_all_items_come_once_and_in_order(count: int, most: int, weight: int) -> None:
    async def taken() -> list[list[int]]:
        async with ahead(numbers(count, []), lambda _: weight, most) as batches:
            return [batch async for batch in batches]

    found = asyncio.run(taken())
    assert [number for batch in found for number in batch] == list(range(count))
    assert all((len(batch) - 1) * weight < most for batch in found)


async def test_an_error_comes_after_what_was_made_before_it() -> None:
    found: list[int] = []

    async def take() -> None:
        async with ahead(numbers(5, [], fault=True), lambda _: 1, 2) as batches:
            async for batch in batches:
                found.extend(batch)

    with pytest.raises(LookupError):
        await take()
    assert found == [0, 1, 2, 3, 4]


async def test_a_step_waits_for_the_next_one_and_ends_with_it() -> None:
    made: list[int] = []
    async with ahead(numbers(100, made), lambda _: 1, 3) as batches:
        first = await anext(batches)
        for _ in range(20):
            await asyncio.sleep(0)
        assert first == [0, 1, 2]
        assert made == list(range(len(made)))
        assert len(made) <= 7
    assert made[-1] == -1
