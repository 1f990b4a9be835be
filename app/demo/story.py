"""What the demo tells when it is up: where things are, and a first question with its answer."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.cli.progress import counted
from app.demo.client import CLIENT, ApiClient
from app.demo.sync import Synced
from persisted import document_of

QUESTION = "FirstQuestion"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything listens."""

    api: str
    sandbox: str

    def told(self) -> str:
        """One line each."""
        return "\n".join(
            (
                f"  GraphiQL  {self.api}/graphql   (open in a browser)",
                f"  GraphQL   {self.api}/graphql",
                f"  uploads   {self.api}/uploads",
                f"  health    {self.api}/readyz",
                f"  metrics   {self.api}/metrics",
                f"  sandbox   {self.sandbox}/_sandbox/health",
            )
        )


def tell_synced(synced: Sequence[Synced], say: Say) -> None:
    """What each reading found; a second one of the same days says that nothing changed."""
    for one in synced:
        manner = "first reading" if one.is_first else "read again"
        counters = counted(one.last.counters)
        say(f"  {one.shop.name}: {manner} of {one.since} to {one.until}: {counters}")


async def tell_question(places: Places, token: str, client: ApiClient, say: Say) -> None:
    """The token, a command to paste, and what it answers now."""
    answer = await client.ask(QUESTION)
    say(f"\nToken for northwind (admin, 12 hours):\n\n{token}\n")
    say(f"A first question:\n\n{curl(places, token)}\n")
    say(f"It answers:\n\n{json.dumps({'data': answer}, indent=2, ensure_ascii=False)}\n")


def curl(places: Places, token: str) -> str:
    """The question as a command."""
    return (
        f"curl -s {places.api}/graphql"
        f" -H {shlex.quote(f'Authorization: Bearer {token}')}"
        " -H 'Content-Type: application/json'"
        f" -d {shlex.quote(json.dumps({'query': _on_one_line()}))}"
    )


def _on_one_line() -> str:
    """The question as text, to be read and changed."""
    return " ".join(document_of(CLIENT, QUESTION).document.split())
