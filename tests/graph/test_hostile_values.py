"""Values that no database could hold, at every place of every argument of the schema.

Made from schema.graphql: a new argument is tried without a word about it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
)

from graph import ids
from graph.context import Context
from graph.schema import LiftosSchema
from resolvers.session import Session
from stores.wiring import Stores
from tests.support import NewTenant, Tenant, meta_account
from tests.tenancy.documents import document, root, root_fields
from tests.webhook_sender import webhook_connection

Json = dict[str, Any]
HOSTILE: Final[Mapping[str, tuple[object, ...]]] = {
    "String": ("a\x00b", "a\ud800b", "²"),
    "ID": ("a\x00b", "a\ud800b"),
    "JSON": ({"a": 10**25}, {"a": "\ud800"}, {"\ud800": 1}, {"a": "\x00"}),
    "Int": (2**31 - 1, -(2**31)),
    "Date": ("0001-01-01", "9999-12-31"),
    "DateTime": ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    "Decimal": ("NaN", "1e400", "1e-400"),
}
USUAL: Final[Json] = {
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "Date": "2026-10-01",
    "DateTime": "2026-10-01T00:00:00Z",
    "JSON": {"a": 1},
    "Decimal": "0.5",
}
NAMED: Final[Json] = {
    "timeZone": "Europe/Berlin",
    "currency": "EUR",
    "pattern": "{a}_{b}",
    "cron": "0 0 * * *",
}


def usual(of: GraphQLInputType, name: str, connection: str) -> Any:
    """A value that may well be taken, without what is optional."""
    inner = of.of_type if isinstance(of, GraphQLNonNull) else of
    if isinstance(inner, GraphQLList):
        return [usual(inner.of_type, name, connection)]
    if isinstance(inner, GraphQLEnumType):
        return next(iter(inner.values))
    if isinstance(inner, GraphQLInputObjectType):
        needed = {k: f.type for k, f in inner.fields.items() if isinstance(f.type, GraphQLNonNull)}
        return {key: usual(type_, key, connection) for key, type_ in needed.items()}
    scalar = get_named_type(inner).name
    return connection if scalar == "ID" else USUAL.get(scalar, NAMED.get(name, "abc"))


def hostile(
    of: GraphQLInputType, name: str, connection: str, inside: tuple[str, ...] = ()
) -> Iterator[Any]:
    """Values that are as `usual` ones, but for one place."""
    inner = of.of_type if isinstance(of, GraphQLNonNull) else of
    if isinstance(inner, GraphQLList):
        for value in hostile(inner.of_type, name, connection, inside):
            yield [value]
    elif isinstance(inner, GraphQLInputObjectType):
        fields = inner.fields.items() if inner.name not in inside else ()
        for key, field in fields:
            for value in hostile(field.type, key, connection, (*inside, inner.name)):
                yield {**usual(inner, name, connection), key: value}
    else:
        yield from HOSTILE.get(get_named_type(inner).name, ())


@pytest.fixture(scope="module")
async def owner(new_tenant: NewTenant) -> Tenant:
    return await new_tenant()


@pytest.fixture(scope="module")
async def connections(stores: Stores, owner: Tenant) -> tuple[str, str]:
    read = await stores.connections.create(owner.scope, meta_account())
    sent, _ = await webhook_connection(stores, owner.scope)
    return ids.CONNECTION.encode(read.id), ids.CONNECTION.encode(sent.id)


@pytest.mark.parametrize(
    "coordinate", [each for each in root_fields() if not each.startswith("Subscription")]
)
async def test_no_value_is_an_internal_error(
    schema: LiftosSchema,
    stores: Stores,
    owner: Tenant,
    connections: tuple[str, str],
    coordinate: str,
) -> None:
    arguments = root(coordinate).args
    connection = connections["ebhook" in coordinate]
    for name, argument in arguments.items():
        for value in hostile(argument.type, name, connection):
            given = {
                key: usual(other.type, key, connection)
                for key, other in arguments.items()
                if isinstance(other.type, GraphQLNonNull)
            } | {name: value}
            context = Context(Session.open(owner.scope, stores), "request-1")
            result = await schema.execute(document(coordinate, given), given, context)
            codes = {(error.extensions or {}).get("code") for error in result.errors or ()}
            assert "INTERNAL" not in codes, (name, value)
