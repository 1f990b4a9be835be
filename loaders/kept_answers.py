"""Answers that one process keeps: as many bytes as it may, none of them a tenant's alone."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from core.records.answers import KeptAnswer, Place
from core.scope import TenantId

SHARE: Final = 4
"""One part in so many is the most that a tenant may hold."""
OF_SHARE: Final = 2
"""One part in so many of that is the most that one answer may be."""
OVERHEAD: Final = 800
"""Bytes of the objects around a body."""
HEAP: Final = 8
"""For so many bytes of bodies that come and go the heap needs one more (measured)."""


class KeptAnswers:
    """By tenant and key, those that were asked for last; what is too large is not kept."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._share = most_bytes // SHARE
        self._tenants: dict[TenantId, _OfTenant] = {}
        self.held = 0

    def find(self, tenant: TenantId, key: str) -> KeptAnswer | None:
        """The answer, which is let go of last from now on."""
        of_tenant = self._tenants.get(tenant)
        return None if of_tenant is None else of_tenant.find(key)

    def keep(self, tenant: TenantId, place: Place, answer: KeptAnswer) -> None:
        """Keep an answer; first the tenant's own make room, then those of whoever holds most."""
        if _size(answer) > self._share // OF_SHARE:
            return
        of_tenant = self._tenants.setdefault(tenant, _OfTenant())
        self.held += of_tenant.keep(place, answer)
        while of_tenant.held > self._share:
            self._drop_one(tenant)
        while self.held > self._most:
            self._drop_one(max(self._tenants, key=lambda each: self._tenants[each].held))

    def drop(self, tenant: TenantId, tokens: frozenset[str]) -> int:
        """Let go of what is kept until one of `tokens` is drawn; how many answers that are."""
        of_tenant = self._tenants.get(tenant)
        if of_tenant is None:
            return 0
        before, count = of_tenant.held, of_tenant.drop(tokens)
        self.held -= before - of_tenant.held
        if not of_tenant.held:
            del self._tenants[tenant]
        return count

    def _drop_one(self, tenant: TenantId) -> None:
        of_tenant = self._tenants[tenant]
        self.held -= of_tenant.drop_oldest()
        if not of_tenant.held:
            del self._tenants[tenant]


class _OfTenant:
    """What one tenant holds, and how many bytes that is."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, tuple[KeptAnswer, frozenset[str]]] = OrderedDict()
        self.held = 0

    def find(self, key: str) -> KeptAnswer | None:
        kept = self._answers.get(key)
        if kept is None:
            return None
        self._answers.move_to_end(key)
        return kept[0]

    def keep(self, place: Place, answer: KeptAnswer) -> int:
        """How many bytes more are held now."""
        more = _size(answer) - self._let_go(place.key)
        self._answers[place.key] = answer, place.tokens
        self.held += _size(answer)
        return more

    def drop(self, tokens: frozenset[str]) -> int:
        """How many answers fewer are held now."""
        gone = [key for key, (_, made_of) in self._answers.items() if made_of & tokens]
        for key in gone:
            self._let_go(key)
        return len(gone)

    def drop_oldest(self) -> int:
        """How many bytes fewer are held now."""
        return self._let_go(next(iter(self._answers)))

    def _let_go(self, key: str) -> int:
        kept = self._answers.pop(key, None)
        size = 0 if kept is None else _size(kept[0])
        self.held -= size
        return size


def _size(answer: KeptAnswer) -> int:
    """What the process grows by."""
    return len(answer.body) * (HEAP + 1) // HEAP + OVERHEAD
