"""The predecessor's envelope, of answers and of errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.http.answers import json_answer, note
from app.http.errors import STATUS_BY_CODE, Refusal, tell
from app.http.request_id import request_id_of
from core.errors import LiftosError
from core.jsonvalue import JSONObject


def answered(message: str, data: object, metadata: JSONObject) -> Response:
    """What was asked for."""
    content = {
        "success": True,
        "message": message,
        "data": data,
        "errors": [],
        "metadata": metadata,
    }
    return json_answer(200, content)


def refused(request: Request, error: LiftosError | Refusal) -> Response:
    """Why there is nothing."""
    told, request_id = tell(error), request_id_of(request)
    note(error, told)
    answer = _empty(told.status, [told.body(request_id)], request_id)
    answer.headers.update(told.headers)
    return answer


def failed(request: Request, errors: Sequence[Mapping[str, Any]]) -> Response:
    """Why an operation has no answer: its errors, as GraphQL tells them."""
    flat = [{"message": each["message"], **each.get("extensions", {})} for each in errors]
    status = STATUS_BY_CODE.get(str(flat[0].get("code")), HTTPStatus.INTERNAL_SERVER_ERROR)
    answer = _empty(status, flat, request_id_of(request))
    if "retryAfterSeconds" in flat[0]:
        answer.headers["Retry-After"] = str(flat[0]["retryAfterSeconds"])
    return answer


def _empty(status: int, errors: Sequence[Mapping[str, Any]], request_id: str) -> Response:
    content = {
        "success": False,
        "message": errors[0]["message"],
        "data": None,
        "errors": errors,
        "metadata": {"correlation_id": request_id},
    }
    return json_answer(status, content)
