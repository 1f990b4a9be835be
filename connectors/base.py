"""What every connector promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol, runtime_checkable

from core.jsonvalue import JSONObject
from core.records.credentials import AccountFacts, CredentialFacts
from core.records.ingestion import RawPage
from core.units import DateRange

__all__ = ["AccountFacts", "Connector", "KnowsCredentials"]


class Connector(Protocol):
    """Reads one account of one source.

    Raises core.errors: Transient (worth retrying; the connector has already retried for a
    while), Terminal (refused for good), ConfigError (credentials), BadInput (the request).
    A secret never appears in a page's `request`, in an error or in a log line.
    """

    window_days: int
    """How many days one reading covers: a reading is completed or replaced as a whole."""

    async def check(self) -> AccountFacts:
        """Ask the source for the account; proves that the credentials work."""
        ...

    def pages(self, window: DateRange | None, resume: JSONObject | None) -> AsyncIterator[RawPage]:
        """Every page of `window`, oldest request first, from checkpoint `resume` on.

        `window` is None for sources whose content decides what it covers (files). At least
        one page is yielded, and exactly the last one has no checkpoint.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections and files."""
        ...


@runtime_checkable
class KnowsCredentials(Protocol):
    """A connector whose source can say what its credentials allow, and until when."""

    async def credential_facts(self) -> CredentialFacts | None:
        """Ask the source; None where this installation lacks what asking takes."""
        ...


@runtime_checkable
class TellsTotals(Protocol):
    """A connector whose source tells totals of the whole account, apart from its entities' rows.

    What it tells must be counted by the platform itself: a sum of rows that were read would
    always agree with them.
    """

    def account_totals(self, dates: DateRange, resume: JSONObject | None) -> AsyncIterator[RawPage]:
        """Pages with a row per day of `dates` on which something happened, from `resume` on.

        The source's normaliser reads them at level ACCOUNT. Checkpoints are as in `pages`.
        """
        ...
