"""The hooks of extensions around the stages of an operation, looked at once for each class.

Strawberry finds out anew for every operation of which kind each hook of each extension is, and
wraps each in a context manager; here the generators are driven as they are.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from types import AsyncGeneratorType, GeneratorType, TracebackType
from typing import Any, TypeAlias

from strawberry.extensions import SchemaExtension
from strawberry.extensions.context import (
    ExecutingContextManager,
    OperationContextManager,
    ParsingContextManager,
    StreamResultContextManager,
    ValidationContextManager,
)
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.types import ExecutionContext, StreamExecutionResult
from strawberry.utils.await_maybe import await_maybe

Running: TypeAlias = "GeneratorType[None, None, None] | AsyncGeneratorType[None, None]"
Hook: TypeAlias = Callable[..., Running]


@cache
def _known(kinds: tuple[type[SchemaExtension], ...], name: str) -> tuple[tuple[int, Hook], ...]:
    """Which of the extensions do something around a stage, and what."""
    hooks = ((place, getattr(kind, name)) for place, kind in enumerate(kinds))
    found = tuple(each for each in hooks if each[1] is not getattr(SchemaExtension, name))
    for place, hook in found:
        if not (inspect.isgeneratorfunction(hook) or inspect.isasyncgenfunction(hook)):
            raise TypeError(f"{kinds[place].__name__}.{name} is no generator")
    return found


class _Stage:
    """Begins the hooks of one stage in their order, and ends them in the reverse one."""

    HOOK_NAME: str

    def __init__(self, extensions: list[SchemaExtension], *told: object) -> None:
        self._extensions = extensions
        self._told = told
        self._begun: list[Running] = []

    def __enter__(self) -> None:
        raise RuntimeError("hooks that wait need an operation that is awaited")

    async def __aenter__(self) -> None:
        kinds = tuple(map(type, self._extensions))
        try:
            for place, hook in _known(kinds, self.HOOK_NAME):
                running = hook(self._extensions[place], *self._told)
                if isinstance(running, GeneratorType):
                    next(running)
                else:
                    await anext(running)
                self._begun.append(running)
        except BaseException as error:
            await self._end(error)
            raise

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self._end(error)

    async def _end(self, error: BaseException | None) -> None:
        """Each hook meets what was raised, or what one before it has raised instead."""
        raised = error
        while self._begun:
            running = self._begun.pop()
            try:
                await _ended(running, raised)
            except BaseException as met:  # noqa: BLE001 - it is raised once all have ended
                raised = met
        if raised is not None and raised is not error:
            raise raised


async def _ended(running: Running, error: BaseException | None) -> None:
    """Let a hook do what it does after its stage."""
    try:
        if isinstance(running, GeneratorType):
            if error is None:
                next(running)
            else:
                running.throw(error)
        elif error is None:
            await anext(running)
        else:
            await running.athrow(error)
    except (StopIteration, StopAsyncIteration):
        return
    raise RuntimeError("a hook has to yield once")


class _Operation(_Stage, OperationContextManager):
    pass


class _Parsing(_Stage, ParsingContextManager):
    pass


class _Validation(_Stage, ValidationContextManager):
    pass


class _Executing(_Stage, ExecutingContextManager):
    pass


class _StreamResult(_Stage, StreamResultContextManager):
    pass


class KnownHooks(SchemaExtensionsRunner):
    """Runs extensions whose hooks are generators, around operations that are awaited."""

    def operation(self) -> OperationContextManager:
        """Around the operation."""
        return _Operation(self.extensions)

    def parsing(self) -> ParsingContextManager:
        """Around reading the document."""
        return _Parsing(self.extensions)

    def validation(self) -> ValidationContextManager:
        """Around validating it."""
        return _Validation(self.extensions)

    def executing(self) -> ExecutingContextManager:
        """Around carrying it out."""
        return _Executing(self.extensions)

    def on_stream_result(self, result: StreamExecutionResult) -> StreamResultContextManager:
        """Around each result of a stream."""
        return _StreamResult(self.extensions, result)

    async def get_extensions_results(self, ctx: ExecutionContext) -> dict[str, Any]:
        """What extensions have to tell beside the answer; those without a word are not asked."""
        told: dict[str, Any] = {}
        for extension in self.extensions:
            if type(extension).get_results is not SchemaExtension.get_results:
                told.update(await await_maybe(extension.get_results()))
        return told | ctx.extensions_results
