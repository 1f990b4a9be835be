"""What a GraphQL request asks: strict reading of bodies and query strings.

A document is sent, or named by the id under which it is registered; which one that is, is found
out where every operation passes (app/http/execution.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus

from starlette.requests import Request

from app.http.errors import Refusal
from app.http.graphql_media import JSON
from app.http.strict_json import strict_json
from core.errors import BadInput

PARAMETERS = ("query", "documentId", "operationName", "variables", "extensions")
OF_JSON = frozenset({"variables", "extensions"})
UTF_8 = frozenset({"utf-8", "utf8"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation as it was sent: a document, or the name of one."""

    query: str | None
    variables: dict[str, object] | None = None
    operation_name: str | None = None
    extensions: dict[str, object] | None = None
    document_id: str | None = None


def require_json(request: Request) -> None:
    """Refuse a body that is not declared as JSON in UTF-8.

    A form or text body could be sent by any web page without asking first.
    """
    declared = request.headers.get("content-type", "")
    if declared == JSON:
        return
    header = Message()
    header["Content-Type"] = declared
    charset = header.get_content_charset("utf-8")
    if header.get_content_type() != JSON or charset not in UTF_8:
        raise Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "the body must be JSON in UTF-8",
            mend=f"send Content-Type: {JSON}",
            headers={"Accept-Post": JSON},
        )


def asked_in_url(request: Request) -> Asked:
    """The operation in a GET's query string."""
    return asked_in(
        {
            name: strict_json(text.encode("utf-8", "replace"), name) if name in OF_JSON else text
            for name in PARAMETERS
            if (text := _parameter(request, name))
        }
    )


def asked_in(fields: object) -> Asked:
    """The operation in a JSON value, which must be an object of the right parts."""
    if not isinstance(fields, dict):
        raise BadInput("the request must be a JSON object", mend='send {"query": "…"}')
    extensions = _object(fields, "extensions")
    document_id = _text(fields, "documentId")
    is_named = document_id is not None or "persistedQuery" in (extensions or {})
    return Asked(
        query=None if is_named and fields.get("query") is None else _query(fields.get("query")),
        variables=_object(fields, "variables"),
        operation_name=_text(fields, "operationName"),
        extensions=extensions,
        document_id=document_id,
    )


def _parameter(request: Request, name: str) -> str | None:
    sent = request.query_params.getlist(name)
    if len(sent) > 1:
        raise BadInput(f"{name} was sent {len(sent)} times", field=name, mend="send it once")
    return sent[0] if sent else None


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
