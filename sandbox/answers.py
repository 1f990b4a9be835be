"""JSON answers."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response


def json_answer(
    content: object,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A JSON response; keys keep their order."""
    return Response(
        orjson.dumps(content),
        status_code=status,
        headers=dict(headers or {}),
        media_type="application/json",
    )
