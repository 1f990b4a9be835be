"""Hooks of extensions begin in their order, end in the reverse one, and meet what was raised."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from strawberry.extensions import SchemaExtension

from graph.hooks import KnownHooks


class Told(SchemaExtension):
    """Notes what happens to it."""

    name = "told"

    def __init__(self, heard: list[str], name: str) -> None:
        self.heard, self.name = heard, name

    def on_operation(self) -> Iterator[None]:
        """Around the operation."""
        self.heard.append(f"{self.name} begins")
        try:
            yield
        except ValueError as error:
            self.heard.append(f"{self.name} meets {error}")
            raise
        self.heard.append(f"{self.name} ends")

    def get_results(self) -> dict[str, Any]:
        """What it adds to the answer."""
        return {self.name: len(self.heard)}


class Waiting(Told):
    """The same, for hooks that wait."""

    async def on_operation(self) -> AsyncIterator[None]:  # type: ignore[override]  # hooks may be either
        """Around the operation."""
        self.heard.append(f"{self.name} begins")
        try:
            yield
        except ValueError as error:
            self.heard.append(f"{self.name} meets {error}")
            raise KeyError("another") from error
        self.heard.append(f"{self.name} ends")


class Failing(Told):
    """One that does not begin."""

    def on_operation(self) -> Iterator[None]:
        """Around the operation."""
        if self.name:
            raise ValueError(self.name)
        yield


class Twice(Told):
    """One that yields once too often."""

    def on_operation(self) -> Iterator[None]:
        """Around the operation."""
        yield
        yield


class NoGenerator(Told):
    """One whose hook is none."""

    def on_operation(self) -> None:  # type: ignore[override]  # that is what is wrong with it
        """Not around anything."""


def runner(*kinds: Callable[[list[str], str], SchemaExtension]) -> tuple[KnownHooks, list[str]]:
    heard: list[str] = []
    names = "abc"
    extensions = [kind(heard, name) for kind, name in zip(kinds, names, strict=False)]
    return KnownHooks(None, extensions), heard  # type: ignore[arg-type]  # asked for nothing here


async def test_the_first_to_begin_is_the_last_to_end() -> None:
    hooks, heard = runner(Told, Waiting, Told)
    async with hooks.operation():
        heard.append("now")
    begins, ends = [f"{name} begins" for name in "abc"], [f"{name} ends" for name in "cba"]
    assert heard == [*begins, "now", *ends]


async def test_what_is_raised_is_met_by_each_and_may_become_something_else() -> None:
    hooks, heard = runner(Told, Waiting, Told)
    with pytest.raises(KeyError, match="another"):
        async with hooks.operation():
            raise ValueError("this")
    # What the second raised instead is none of those that the first is interested in.
    assert heard[3:] == ["c meets this", "b meets this"]


async def test_hooks_that_have_begun_end_where_another_does_not_begin() -> None:
    hooks, heard = runner(Told, Failing, Told)
    with pytest.raises(ValueError, match=r"^b$"):
        async with hooks.operation():
            pytest.fail("it has begun")
    assert heard == ["a begins", "a meets b"]


async def test_a_hook_yields_once() -> None:
    hooks, _ = runner(Twice)
    with pytest.raises(RuntimeError, match="yield once"):
        async with hooks.operation():
            pass
    with pytest.raises(TypeError, match="on_operation is no generator"):
        async with runner(NoGenerator)[0].operation():
            pass


def test_operations_that_are_not_awaited_are_not_begun() -> None:
    hooks, heard = runner(Told)
    with pytest.raises(RuntimeError, match="awaited"), hooks.operation():
        pass
    assert heard == []
