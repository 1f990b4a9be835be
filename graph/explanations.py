"""Explaining an operation: from its document, its variables and what there is."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import GraphQLSchema

from core.errors import BadInput
from core.records.operations import CacheTier, OperationKey
from graph.answers import question_in
from graph.bounds.cost import cost_of
from graph.documents import opened
from graph.operation_variables import checked, told_to, variables_of
from graph.reaching import is_summed, reach_of
from graph.scalars import BigInt
from graph.types.dates import DateRange
from graph.types.explanations import EntryFooting, OperationExplanation
from graph.types.operations import Operation
from loaders.answers import Answers
from resolvers import explanations, operations
from resolvers.explanations import Reach
from resolvers.session import Session


async def explained(
    schema: GraphQLSchema,
    session: Session,
    key: OperationKey,
    given: object,
    answers: Answers | None = None,
) -> OperationExplanation:
    """What an operation would cost and find with the variables `given`, or BadInput naming one."""
    record = await operations.known(session, key)
    document = opened(record.document)
    with told_to(session.scope):
        variables = checked(variables_of(schema, document), sent := _object(given))
    cost = cost_of(schema, document, None, variables)
    reach = reach_of(document, variables)
    is_read_from_sums = (
        reach is not None
        and is_summed(document, variables)
        and await explanations.has_sums(session, reach)
    )
    question = question_in(schema, record.document, document, None, sent)
    kept = None
    if answers is not None and question is not None:
        kept = await answers.tier(session.scope, question)
    return OperationExplanation(
        operation=Operation.from_record(record),
        stage=await explanations.stage(session),
        is_allowed=record.retired_at is None,
        cost=BigInt(cost.points),
        dearest=cost.dearest,
        rows=BigInt(cost.rows),
        footing=None if reach is None else await _footing(session, reach),
        cache_tier=kept or (CacheTier.AGGREGATE if is_read_from_sums else CacheTier.NONE),
    )


async def _footing(session: Session, reach: Reach) -> EntryFooting:
    found = await explanations.footing(session, reach)
    return EntryFooting(
        dates=None if reach.dates is None else DateRange.from_record(reach.dates),
        entries=BigInt(found.entries),
        mature_share=found.mature_share,
        newest_day=found.newest_day,
        last_read_at=found.last_read_at,
    )


def _object(given: object) -> Mapping[str, object]:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return given
    raise BadInput("variables must be an object", field="variables", mend='give {"name": value}')
