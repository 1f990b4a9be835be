"""After every act, answers that were kept before it are the answers of now.

Behind it nothing of the folder finds what it needs: it runs among the long ones, by itself.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from core.records.answers import AnswerBounds
from core.scope import TenantScope
from graph.context import Context
from graph.executor.rendered import encoded
from graph.schema import LiftosSchema, build_schema
from loaders.answers import Answers
from resolvers.session import Session
from tests.support import scope_of
from tests.tenancy.party import Ground, Parties
from tests.tenancy.role_table import questions
from tests.tenancy.test_writing_leaves_lines import ACTS

KEPT: Final = (
    """{ marketingEntries(first: 60) { totalCount nodes { id spend isMature channel entityName
      campaignName naming { rule { id } } converted(to: "GBP") { spend } quality { score }
      calendar { date isHoliday events { name } } campaign { id name } learnedAt vintageCount
      connection { id name status lookBackDays } } } }""",
    """{ attributionRows(dates: {since: "2026-09-01", until: "2026-11-30"}, first: 500) {
      nodes { date channel source spend isMature isPartial quality learnedAt isHoliday events }
      } }""",
    "{ campaigns(first: 50) { nodes { id name entries(first: 2) { nodes { id spend } } } } }",
    "{ connections(first: 20) { nodes { id name status lookBackDays timeZone } } }",
    "{ namingRules { id } channelRules { id } }",
    """{ calendar(dates: {since: "2026-10-01", until: "2026-12-31"}) {
      date isHoliday events { name } fiscalYear } }""",
    "{ calendarSettings { weekStart countries } }",
    "{ insights(first: 20) { nodes { id title } } }",
    """{ exchangeRate(base: "USD", quote: "EUR", on: "2026-10-05") { value date }
      exchangeRates { id } }""",
)


class NoCache:
    """Where all processes keep nothing together."""

    async def find(self, *_: Any) -> None:
        """Nothing."""

    async def keep(self, *_: Any) -> None:
        """Nothing."""


async def answered(
    ground: Ground, schema: LiftosSchema, scope: TenantScope, query: str, kept: Answers | None
) -> bytes:
    """The answer as bytes; it has to have no errors, for one with errors is not kept."""
    context = Context(Session.open(scope, ground.stores), "request-1")
    context.renders, context.answers = True, kept
    result = await schema.execute(query, {}, context)
    context.close()
    assert result.errors is None, (query, result.errors)
    return encoded(result.data)


@pytest.mark.long
async def test_no_act_leaves_an_answer_of_before(ground: Ground, parties: Parties) -> None:
    schema, party = build_schema(), parties.b
    scope = scope_of(party.record)
    answers = Answers(ground.stores.versions, NoCache(), 50_000_000, AnswerBounds(0, 60), "build")
    stale = []
    for act in ACTS:
        await ground.door.ask(party.token, f"Mutation.{act}", questions(party)[f"Mutation.{act}"])
        for query in KEPT:
            told = [
                await answered(ground, schema, scope, query, kept)
                for kept in (None, answers, answers, None)
            ]
            # A run under way may land between two of them.
            if not {told[1], told[2]} <= {told[0], told[3]}:
                stale.append((act, query))
    assert stale == []
    assert answers.tally.own.found > len(ACTS) * len(KEPT)
