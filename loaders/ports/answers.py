"""Ports of what kept answers need: tokens of what they are made of, and a place all share."""

from __future__ import annotations

from typing import Protocol

from core.records.answers import AnswerBounds, DataVersions, KeptAnswer
from core.scope import TenantScope


class VersionStore(Protocol):
    """Tokens of what answers are made of."""

    async def current(self, scope: TenantScope) -> DataVersions | None:
        """Of everything that was committed before the call; None while they say nothing."""
        ...


class AnswerCache(Protocol):
    """Answers that all processes keep together. It may forget, and never fails."""

    async def find(self, scope: TenantScope, key: str) -> KeptAnswer | None:
        """The answer under `key`, whole as it was kept."""
        ...

    async def keep(
        self, scope: TenantScope, key: str, answer: KeptAnswer, bounds: AnswerBounds
    ) -> None:
        """Keep it, within the bounds of its tenant."""
        ...
