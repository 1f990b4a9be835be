"""What a caller is shown of an error: our own as they are, the unforeseen masked and logged.

What the caller sent is not repeated: the input of a field at fault may hold a credential in
another, and clients write errors into logs.
"""

from __future__ import annotations

import re
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError, StrawberryInputCoercionError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from core.errors import BadInput, Bug, LiftosError
from core.redaction import redact_credentials
from graph.codes import PARSE_FAILED, VALIDATION_FAILED
from graph.introspection import MEND, Tells

MASKED = "Internal error"
REQUEST_ERRORS = (
    StrawberryInputCoercionError,
    MissingQueryError,
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)
REPEATED = re.compile(r"(?:[,;.]? found|( cannot represent [^:]*)): .*", re.IGNORECASE | re.DOTALL)
OF_THE_EXECUTOR = frozenset({VALIDATION_FAILED.code, BadInput.code})
LOG: structlog.stdlib.BoundLogger = structlog.get_logger("graph")


def present(error: GraphQLError, request_id: str, tells: Tells = str) -> GraphQLError:
    """The error as the caller may see it, always with a stable `extensions.code`.

    `tells` is how what the executor says is told to this caller.
    """
    original = error.original_error
    if isinstance(original, LiftosError) and not isinstance(original, Bug):
        return _replaced(error, original.message, _extensions(original))
    code = _code(error)
    if code is None:
        LOG.error(
            "a resolver failed", request_id=request_id, path=error.path, exc_info=original or error
        )
        return _replaced(error, MASKED, {"code": Bug.code, "requestId": request_id})
    return _told(error, code, tells)


def _told(error: GraphQLError, code: str, tells: Tells) -> GraphQLError:
    said = _without_values(error.message)
    extensions = {**(error.extensions or {}), "code": code}
    told = tells(said) if code in OF_THE_EXECUTOR else said
    if told != said:
        extensions["mend"] = MEND
    return _replaced(error, told, extensions)


def _code(error: GraphQLError) -> str | None:
    """The code of an error that the executor or a rule raised; None for one to be masked."""
    given = (error.extensions or {}).get("code")
    if isinstance(given, str):
        return given
    if isinstance(error, GraphQLSyntaxError):
        return PARSE_FAILED.code
    return BadInput.code if _is_of_the_request(error) else None


def _without_values(message: str) -> str:
    """The executor's message without the input that it ends with."""
    return REPEATED.sub(r"\1.", message).replace("?.", "?")


def _is_of_the_request(error: GraphQLError) -> bool:
    original = error.original_error or error
    if isinstance(original, REQUEST_ERRORS):
        return True
    # Without a path it is about the document's variables; with one it is a resolver's.
    return error.path is None and isinstance(original, GraphQLError)


def _extensions(original: LiftosError) -> dict[str, Any]:
    told = {"code": original.code, "field": original.field, "mend": original.mend}
    return {name: value for name, value in told.items() if value is not None} | original.details


def _replaced(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        redact_credentials(message),
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
