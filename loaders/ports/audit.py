"""Ports of the audit log, and of proofs that are used once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.records.audit import Act, AuditFilter, AuditRecord
from core.records.pages import Page, PageRequest
from core.scope import TenantScope


class SingleUses(Protocol):
    """Proofs that let somebody write but once."""

    async def take(self, scope: TenantScope) -> None:
        """Use the scope's proof; Conflict where somebody else did."""
        ...


class AuditStore(Protocol):
    """Lines of acts; those of acts that write are written by the stores that do them."""

    async def page(
        self, scope: TenantScope, request: PageRequest, wanted: AuditFilter
    ) -> Page[AuditRecord]:
        """One page, newest first; the cursor is (number,)."""
        ...

    async def note(
        self, scope: TenantScope, act: Act, subject: str | None = None, /, **details: object
    ) -> None:
        """Add a line for an act that writes nothing else; once a minute for what repeats."""
        ...

    async def note_all(self, scope: TenantScope, act: Act, subjects: Sequence[str]) -> None:
        """`note` of each subject, at once."""
        ...
