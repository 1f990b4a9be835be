"""One request of a module of the predecessor, and the registered operations that answer it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import orjson
from starlette.requests import Request
from starlette.responses import Response

from app.http.body import whole_body
from app.http.errors import Refusal
from app.http.execution import BY_GET, BY_POST, Call, Execution
from app.http.graphql_answers import content_of
from app.http.graphql_requests import Asked
from app.http.knocks import admit
from app.http.legacy_envelope import failed, refused
from app.http.request_id import request_id_of
from core.errors import BadInput, LiftosError
from core.scope import TenantScope
from graph.executor.rendered import encoded
from persisted import document_of

CLIENT: Final = "legacy"
Json: TypeAlias = dict[str, Any]


class Failed(Exception):
    """An operation had errors, as GraphQL tells them."""

    def __init__(self, errors: list[Json]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Caller:
    """One request, and whose it is."""

    request: Request
    scope: TenantScope
    execution: Execution

    async def ask(self, name: str, variables: Json) -> Json:
        """The data of one of our queries; Failed where it has errors."""
        return await self._carried_out(name, variables, is_change=False)

    async def each(self, name: str, field: str, pages: int) -> AsyncIterator[Json]:
        """The nodes of a list; BadInput where it has more than so many pages."""
        after = None
        for _ in range(pages):
            page = (await self.ask(name, {"after": after}))[field]
            for node in page["nodes"]:
                yield node
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]
        raise BadInput(
            f"there are too many {field} to look for one by its source's name",
            mend=f"ask /graphql, which takes ids of {field}",
        )

    async def change(self, name: str, variables: Json) -> Json:
        """The payload of one of our mutations; Failed where it is refused."""
        [told] = (await self._carried_out(name, variables, is_change=True)).values()
        if "code" in told:
            said = {key: told[key] for key in ("code", "field", "mend") if told[key] is not None}
            raise Failed([{"message": told["message"], "extensions": said}])
        payload: Json = told
        return payload

    async def _carried_out(self, name: str, variables: Json, *, is_change: bool) -> Json:
        asked = Asked(None, variables, document_id=document_of(CLIENT, name).id)
        kinds = BY_POST if is_change else BY_GET
        result = await self.execution.answer(Call(self.request, self.scope, asked, kinds))
        content = orjson.loads(encoded(content_of(result)))
        if content.get("errors"):
            raise Failed(content["errors"])
        data: Json = content["data"]
        return data

    @property
    def metadata(self) -> Json:
        """What every envelope tells of its request."""
        return {
            "correlation_id": request_id_of(self.request),
            "org_id": str(self.scope.tenant_id),
        }


View: TypeAlias = Callable[[Caller, bytes], Awaitable[Response]]


async def enveloped(request: Request, execution: Execution, view: View, limit: int) -> Response:
    """What `view` answers to a request of at most `limit` bytes, or why it does not."""
    try:
        body = await whole_body(request, limit)
        scope = await admit(request, hashlib.sha256(body).hexdigest())
        return await view(Caller(request, scope, execution), body)
    except Failed as error:
        return failed(request, error.errors)
    except (LiftosError, Refusal) as error:
        return refused(request, error)
