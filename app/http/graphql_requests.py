"""What a GraphQL request asks: strict reading of bodies and query strings.

A document is sent, or named by the id under which it is registered (app/http/registered.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import orjson
from starlette.requests import Request

from app.http.errors import Refusal
from app.http.registered import named_document
from core.errors import BadInput


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation as it was sent."""

    query: str
    variables: dict[str, object] | None = None
    operation_name: str | None = None
    extensions: dict[str, object] | None = None


def require_json(request: Request) -> None:
    """Refuse a body that is not declared as JSON in UTF-8.

    A form or text body could be sent by any web page without asking first.
    """
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().replace('"', "").replace(" ", "")
    if media_type.strip().lower() != "application/json" or charset not in {"", "charset=utf-8"}:
        raise Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "the body must be JSON in UTF-8",
            mend="send Content-Type: application/json",
            headers={"Accept-Post": "application/json"},
        )


def asked_in_body(body: bytes) -> Asked:
    """The operation in a POST's body."""
    return asked_in(_json(body, "the body"))


def asked_in_url(request: Request) -> Asked:
    """The operation in a GET's query string."""
    sent = request.query_params
    fields: dict[str, object] = {
        name: sent[name] for name in ("query", "documentId", "operationName") if name in sent
    }
    for name in ("variables", "extensions"):
        if sent.get(name):
            fields[name] = _json(sent[name].encode("utf-8", "replace"), name)
    return asked_in(fields)


def asked_in(fields: object) -> Asked:
    """The operation in a JSON value, which must be an object of the right parts."""
    if not isinstance(fields, dict):
        raise BadInput("the request must be a JSON object", mend='send {"query": "…"}')
    extensions = _object(fields, "extensions")
    named = named_document(fields.get("query"), fields.get("documentId"), extensions)
    return Asked(
        query=_query(fields.get("query")) if named is None else named,
        variables=_object(fields, "variables"),
        operation_name=_text(fields, "operationName"),
        extensions=extensions,
    )


def _json(body: bytes, what: str) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadInput(f"{what} is not JSON in UTF-8") from None


def _query(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise BadInput("query must be a non-empty string", field="query")
    return value


def _text(fields: Mapping[str, object], name: str) -> str | None:
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value or None
    raise BadInput(f"{name} must be a string or null", field=name)


def _object(fields: Mapping[str, object], name: str) -> dict[str, object] | None:
    value = fields.get(name)
    if value is None or isinstance(value, dict):
        return value
    raise BadInput(f"{name} must be an object or null", field=name)
