"""Verifying the chain of an audit log, a line at a time."""

from __future__ import annotations

from core.records.audit import AuditHead, AuditRecord, Verdict
from core.scope import TenantId

_RECORDED, _KEPT = "the recorded head", "the kept head"


class ChainWalk:
    """Takes a chain's lines in order and remembers no more than the last one.

    `recorded` is the chain's head as the database had it before the first line was read; `kept`
    is one that an operator wrote down earlier. Without `kept` a log that was cut off together
    with its recorded head, or written anew from some line on, looks whole.
    """

    def __init__(
        self, tenant_id: TenantId, recorded: AuditHead, kept: AuditHead | None = None
    ) -> None:
        self._tenant_id = tenant_id
        self._heads = ((recorded, _RECORDED), (kept or AuditHead(), _KEPT))
        self._head = AuditHead()
        self._broken: tuple[int, str] | None = None

    @property
    def is_broken(self) -> bool:
        """Whether nothing after this changes the verdict."""
        return self._broken is not None

    def take(self, line: AuditRecord) -> None:
        """Check the next line; the first fault found is the one that is told."""
        if self.is_broken:
            return
        reason = self._fault(line)
        if reason is None:
            self._head = line.head
        else:
            self._broken = (self._head.number + 1, reason)

    def verdict(self) -> Verdict:
        """What was found, once every line was taken."""
        for head, name in self._heads:
            if not self.is_broken and self._head.number < head.number:
                cut = f"the log is cut off: {name} is line {head.number}"
                self._broken = (self._head.number + 1, cut)
        number, reason = self._broken or (None, None)
        return Verdict(self._tenant_id, self._head.number, self._head, number, reason)

    def _fault(self, line: AuditRecord) -> str | None:
        if line.number != self._head.number + 1:
            return f"the line is gone: {line.number} comes after {self._head.number}"
        if line.previous_hash != self._head.hash:
            return "the line does not follow the one before it"
        if line.hash != line.expected_hash:
            return "the line is not what was written"
        for head, name in self._heads:
            if head.number == line.number and head.hash != line.hash:
                return f"the line is another one than {name}"
        return None
