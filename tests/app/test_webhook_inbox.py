"""How much may wait while the database stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.http.webhook_inbox import MOST_TOGETHER_BYTES, MOST_WAITING_BYTES, WebhookInbox
from core.errors import Transient
from core.records.webhooks import Acceptance, WebhookMessage
from core.scope import TenantId, TenantScope

SCOPE = TenantScope(TenantId(UUID(int=1)), actor="webhook:test")


class Stalled:
    """A store that keeps nothing until it is let go; remembers what each transaction held."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.transactions: list[list[str]] = []

    async def accept(
        self, scope: TenantScope, messages: Sequence[WebhookMessage], /
    ) -> tuple[Acceptance, ...]:
        del scope
        await self.gate.wait()
        self.transactions.append([message.id for message in messages])
        return (Acceptance.KEPT,) * len(messages)


def message(name: str, body: bytes) -> WebhookMessage:
    return WebhookMessage(UUID(int=2), "v", name, datetime.now(UTC), body)


async def test_messages_that_wait_are_bounded_by_their_bytes() -> None:
    store = Stalled()
    inbox = WebhookInbox(store)
    large = bytes(MOST_WAITING_BYTES // 2)
    waiting = [asyncio.create_task(inbox.keep(SCOPE, message(name, large))) for name in ("a", "b")]
    await asyncio.sleep(0)
    with pytest.raises(Transient, match="too many messages wait") as refused:
        await inbox.keep(SCOPE, message("c", b"{}"))
    assert refused.value.retry_after_seconds == 1
    store.gate.set()
    assert await asyncio.gather(*waiting) == [Acceptance.KEPT] * 2
    assert await inbox.keep(SCOPE, message("c", b"{}")) is Acceptance.KEPT
    assert store.transactions == [["a"], ["b"], ["c"]]


async def test_a_transaction_holds_no_more_than_it_should() -> None:
    store = Stalled()
    store.gate.set()
    inbox = WebhookInbox(store)
    third = bytes(MOST_TOGETHER_BYTES // 3)
    names = [str(number) for number in range(5)]
    await asyncio.gather(*(inbox.keep(SCOPE, message(name, third)) for name in names))
    assert store.transactions == [["0", "1", "2"], ["3", "4"]]
