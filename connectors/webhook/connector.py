"""Reads the inbox: what was sent since the last run, in pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from connectors.base import AccountFacts
from connectors.webhook.page import MEDIA_TYPE, STREAM, InboxMessage, composed
from core.errors import BadInput
from core.jsonvalue import JSONObject
from core.records.ingestion import RawPage
from core.units import DateRange

MOST_PAGES = 100
"""Pages of one run: what comes while it works waits for the next."""


class Inbox(Protocol):
    """The messages that wait for one run."""

    async def take(self, page: int) -> tuple[Sequence[InboxMessage], bool]:
        """The messages of page `page`, the same ones whenever it is asked; whether more wait."""
        ...

    async def discard(self) -> None:
        """Forget what is in a raw page."""
        ...


class WebhookConnector:
    """One run's reading of a connection's inbox."""

    window_days = 1

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def check(self) -> AccountFacts:
        """A sender cannot be asked."""
        raise BadInput("a webhook cannot be asked for its account", mend="send it a test event")

    async def pages(
        self, window: DateRange | None, resume: JSONObject | None
    ) -> AsyncIterator[RawPage]:
        """Pages of messages until none waits."""
        del window
        await self._inbox.discard()
        number, goes_on = int(str(resume["page"])) if resume else 0, True
        while goes_on:
            number += 1
            messages, more = await self._inbox.take(number)
            goes_on = more and number % MOST_PAGES > 0
            yield RawPage(
                stream=STREAM,
                media_type=MEDIA_TYPE,
                body=composed(messages),
                request={"page": number, "messages": len(messages)},
                checkpoint={"page": number} if goes_on else None,
            )

    async def aclose(self) -> None:
        """Forget what is in a raw page; what is left is forgotten by the next run."""
        await self._inbox.discard()
