"""GraphiQL, from our own files: nothing is loaded from elsewhere, and nothing may be."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from core.errors import NotFound

FOLDER = Path(__file__).resolve().parents[1] / "static" / "graphiql"
DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)
HEADERS = {"Content-Security-Policy": "; ".join(DIRECTIVES)}
A_YEAR = "public, max-age=31536000, immutable"


def page() -> Response:
    """The page itself, served at the endpoint's own address."""
    path = FOLDER / "index.html"
    if not path.is_file():
        raise NotFound("GraphiQL is not part of this build", mend="query /graphql by POST")
    return FileResponse(path, headers={**HEADERS, "Cache-Control": "no-cache", "Vary": "Accept"})


class Assets(StaticFiles):
    """The page's scripts and styles; their names carry a hash, so they may be kept for ever."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER, check_dir=False)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """A file with the page's policy (workers take theirs from their own script)."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS)
        response.headers["Cache-Control"] = A_YEAR
        return response
