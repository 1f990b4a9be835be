"""Counts the calls that go through any Stores, real or stand-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from loaders.ports import Stores


class _Counted:
    def __init__(self, name: str, store: object, calls: list[str]) -> None:
        self._name, self._store, self._calls = name, store, calls

    def __getattr__(self, method: str) -> Callable[..., Any]:
        found = getattr(self._store, method)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._calls.append(f"{self._name}.{method}")
            return found(*args, **kwargs)

        return call


class CountingStores:
    """`calls` names every store call so far, as `entries.page`."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> _Counted:
        return _Counted(name, getattr(self._stores, name), self.calls)


def counted(stores: Stores) -> tuple[Stores, list[str]]:
    """`stores`, and the list their calls are named in."""
    counting = CountingStores(stores)
    return cast("Stores", counting), counting.calls
