"""Registered operations: registering, finding and retiring them."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import BadInput, Conflict, NotFound
from core.operation_text import CLIENT
from core.records.operations import NewOperation, OperationKey, OperationRecord
from core.records.pages import Page
from persisted import built_in, built_in_records
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import clean, exact, text_part

MAX_PAGE = 100
MAX_AT_ONCE = 1_000
CLIENT_MEND = "use 1 to 64 letters, digits, dots, dashes and underscores"


def _sort_key(record: OperationRecord) -> tuple[str, str, str]:
    return (record.client, record.name, record.id)


OPERATIONS: Listing[OperationRecord] = Listing(
    "operations", MAX_PAGE, (text_part, text_part, text_part), _sort_key
)


async def page(
    session: Session, arguments: PageArguments, clients: Sequence[str], *, include_retired: bool
) -> Page[OperationRecord]:
    """One page of what the tenant has registered, by client and name."""
    request = session.request(OPERATIONS, arguments)
    for client in clients:
        exact(client, "clients")
    return await session.stores.operations.page(
        session.scope, request, clients, include_retired=include_retired
    )


async def operation(session: Session, key: OperationKey) -> OperationRecord | None:
    """One operation, the platform's own among them."""
    for built in built_in_records():
        if built.id == key.id and key.client in {None, built.client}:
            return built
    return await session.stores.operations.find(session.scope, key)


async def known(session: Session, key: OperationKey, field: str = "operationId") -> OperationRecord:
    """One operation, retired or not, or NotFound."""
    found = await operation(session, key)
    if found is None:
        raise NotFound("no such operation", field=field, mend="list the operations")
    return found


async def register(
    session: Session, operations: Sequence[NewOperation]
) -> tuple[OperationRecord, ...]:
    """All of them, or none; documents have been found good."""
    if not 0 < len(operations) <= MAX_AT_ONCE:
        raise BadInput(
            f"operations holds {len(operations):,}, but must hold 1 to {MAX_AT_ONCE:,}",
            field="operations",
            mend="register them in several steps",
        )
    for each in operations:
        _check(each)
    return await session.stores.operations.register(session.scope, operations)


async def retire(session: Session, key: OperationKey) -> OperationRecord:
    """Let an operation be asked for no more, within a second."""
    if key.id in built_in():
        raise Conflict(
            "the platform's own operations are not retired",
            field="operationId",
            mend="choose one of `operations`",
        )
    return await session.stores.operations.retire(session.scope, key)


def checked_client(client: str, field: str = "client") -> str:
    """`client`, or BadInput where it could not stand in an address."""
    if CLIENT.fullmatch(client):
        return client
    raise BadInput(f"{field} cannot be the name of a client", field=field, mend=CLIENT_MEND)


def _check(operation: NewOperation) -> None:
    checked_client(operation.client)
    if operation.owner is not None:
        clean(operation.owner, "owner")
    taken = {(built.client, built.name) for built in built_in().values()}
    if (operation.client, operation.name) in taken:
        raise BadInput(
            f"{operation.client}/{operation.name} is an operation of the platform's own",
            field="operations",
            mend="give the operation another name",
        )
