"""Registered operations as tools: their names, descriptions and variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLSchema, parse

from core.records.operations import OperationKind, OperationRecord
from graph.variable_schema import variable_schema
from persisted import built_in_records
from resolvers import operations
from resolvers.paging import PageArguments
from resolvers.session import Session

CLIENT: Final = "assistant"
"""Operations that are registered for this client are tools: the platform's own and the tenant's."""


@dataclass(frozen=True, slots=True)
class Tool:
    """An operation that an assistant may have carried out."""

    operation_id: str
    name: str
    description: str
    arguments: Mapping[str, Any]
    is_mutation: bool


async def tools_of(
    session: Session, schema: GraphQLSchema, *, takes_mutations: bool
) -> tuple[Tool, ...]:
    """The platform's own, then the tenant's, at most 100; mutations only where they are taken."""
    kinds = {OperationKind.QUERY} | ({OperationKind.MUTATION} if takes_mutations else set())
    own = [record for record in built_in_records() if record.client == CLIENT]
    arguments = PageArguments(first=operations.MAX_PAGE)
    page = await operations.page(session, arguments, [CLIENT], include_retired=False)
    newest = sorted(page.items, key=lambda record: str(record.registered_at), reverse=True)
    found: dict[str, Tool] = {}
    for record in (*own, *newest):
        if record.kind in kinds and record.name not in found:
            found[record.name] = _tool(schema, record)
    return tuple(found.values())


def _tool(schema: GraphQLSchema, record: OperationRecord) -> Tool:
    return Tool(
        record.id,
        record.name,
        record.description or f"{record.name}, registered by {record.owner or 'nobody named'}.",
        variable_schema(schema, parse(record.document)),
        record.kind is OperationKind.MUTATION,
    )
