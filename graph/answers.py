"""Queries whose answers are kept: found instead of carried out, or carried out and kept.

Everything around carrying out stays: documents are checked, callers pay, what is refused is
refused, and the answer's bytes are the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLSchema
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext, ExecutionResult

from core.errors import Transient
from core.records.answers import Footing, KeptAnswer, Place
from core.scope import TenantScope
from graph.areas import read_by
from graph.asked_days import asked_days
from graph.context import Context
from graph.executor.rendered import Rendered, encoded
from loaders.answers import Answers, Question


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question whose answer is kept, and under what."""

    answers: Answers
    scope: TenantScope
    place: Place


class KeptAnswers(SchemaExtension):
    """Answers from what was kept, where every field of the operation says what it is made of."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Around `Charged`: what was made is known with what it cost."""
        asked = await _asked(self.execution_context)
        if asked is None:
            yield
            return
        async with asked.answers.turn(asked.scope, asked.place) as turn:
            if turn.answer is not None:
                data = Rendered(turn.answer.body, turn.answer.points)
                self.execution_context.result = ExecutionResult(data=data, errors=None)  # type: ignore[arg-type]  # it is written as the object it is
            yield
            if turn.answer is None:
                turn.made = _made(self.execution_context)


async def _asked(context: ExecutionContext) -> _Asked | None:
    """None where the answer is to be made whatever is kept."""
    own: Context = context.context
    session = own.session
    if own.answers is None or not own.renders or session.has_expired:
        return None
    schema = context.schema._schema  # noqa: SLF001 - graphql-core's own
    text, document = context.query, context.graphql_document
    if text is None or document is None:
        return None
    question = question_in(schema, text, document, context.operation_name, context.variables or {})
    if question is None:
        return None
    try:
        place = await own.answers.place(session.scope, question)
    except Transient:
        # Whatever can be answered without the database still is.
        return None
    return None if place is None else _Asked(own.answers, session.scope, place)


def question_in(
    schema: GraphQLSchema,
    text: str,
    document: DocumentNode,
    operation_name: str | None,
    variables: Mapping[str, object],
) -> Question | None:
    """What is asked, if every field says what it is made of."""
    read = read_by(schema, text, document, operation_name)
    if read is None:
        return None
    given = {**read.defaults, **variables}
    footing = Footing(read.areas, asked_days(read.dated, given))
    return Question(read.digest, given, footing, read.permissions)


def _made(context: ExecutionContext) -> KeptAnswer | None:
    """What was answered, once it is bytes; an answer with errors may be another next time."""
    result: Any = context.result
    if result is None or result.errors or result.data is None:
        return None
    points = context.context.points
    answer = KeptAnswer(encoded(result.data), points)
    # The bytes are written once, here; whoever sends the answer copies them.
    result.data = Rendered(answer.body, points)
    return answer
