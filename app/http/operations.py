"""GET and POST /operations/<client>/<Name>: a registered operation, as a resource of its own.

Variables are the parameters of the query string, or the JSON object of a POST's body. The rest is
as at /graphql: the same path, the same answers.
"""

from __future__ import annotations

import hashlib
from typing import cast

from graphql import GraphQLSchema, parse
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.schema import BaseSchema

from app.http.body import whole_body
from app.http.execution import BY_GET, BY_POST, Call, Execution
from app.http.graphql_answers import refusal
from app.http.graphql_media import JSON, media_type_for
from app.http.graphql_requests import Asked, require_json
from app.http.knocks import admit
from app.http.leaving import while_present
from app.http.operation_variables import in_url
from app.http.revalidation import answer_again
from app.http.services import services_of
from app.http.strict_json import strict_json
from core.errors import BadInput
from core.settings import Settings
from graph.operation_variables import checked, told_to, variables_of
from graph.schema import LiftosSchema

PATH = "/operations/{client}/{name}"


def operations_route(schema: BaseSchema, execution: Execution, settings: Settings) -> Route:
    """The route."""

    async def carry_out(request: Request) -> Response:
        """The answer of the operation that the address names."""
        media_type = JSON
        try:
            media_type = media_type_for(request.headers.get("accept"))
            body = await _body(request, settings.request_max_bytes)
            async with while_present(request):
                call = await _call(request, cast("LiftosSchema", schema).graphql, body)
                return answer_again(call, await execution.answer(call), media_type)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is GraphQL's
            return refusal(request, error, media_type)

    return Route(PATH, carry_out, methods=["GET", "POST"])


async def _body(request: Request, most_bytes: int) -> bytes:
    if request.method == "POST":
        require_json(request)
    return await whole_body(request, most_bytes)


async def _call(request: Request, schema: GraphQLSchema, body: bytes) -> Call:
    is_post = request.method == "POST"
    scope = await admit(request, hashlib.sha256(body).hexdigest())
    client, name = request.path_params["client"], request.path_params["name"]
    operation = await services_of(request).operations.named(scope, client, name)
    request.state.operation = operation.name
    with told_to(scope):
        variables = _variables(request, schema, operation.document, body if is_post else None)
    asked = Asked(query=None, variables=variables, document_id=operation.id)
    return Call(request, scope, asked, BY_POST if is_post else BY_GET)


def _variables(
    request: Request, schema: GraphQLSchema, document: str, body: bytes | None
) -> dict[str, object]:
    variables = variables_of(schema, parse(document))
    if body is None:
        return in_url(variables, request.query_params.multi_items())
    if request.query_params:
        raise BadInput("a POST takes its variables from its body", mend="send them as JSON")
    given = strict_json(body, "the body") if body else {}
    if not isinstance(given, dict):
        raise BadInput("the body must be the JSON object of the variables", mend="send {…}")
    return checked(variables, given)
