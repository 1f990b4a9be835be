"""GraphiQL, from our own files: nothing is loaded from elsewhere, and nothing may be."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path

from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from core.errors import NotFound

FOLDER = Path(__file__).resolve().parents[1] / "static" / "graphiql"
NONCE = "NONCE-OF-THE-ANSWER"
"""What stands in the built page where each answer's nonce goes."""
A_YEAR = "public, max-age=31536000, immutable"


def policy(styles: str = "'self'") -> str:
    """A Content-Security-Policy under which only our own files run, with styles from `styles`."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src {styles}",
            # The editor lays its lines out by attributes, which name no script and load nothing.
            "style-src-attr 'unsafe-inline'",
            "font-src 'self' data:",
            "img-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def page() -> Response:
    """The page itself, served at the endpoint's own address."""
    nonce = secrets.token_urlsafe(16)
    headers = {
        "Content-Security-Policy": policy(f"'self' 'nonce-{nonce}'"),
        "Cache-Control": "no-store",
        "Vary": "Accept",
    }
    return HTMLResponse(_built_page().replace(NONCE, nonce), headers=headers)


@cache
def _built_page() -> str:
    path = FOLDER / "index.html"
    if not path.is_file():
        raise NotFound("GraphiQL is not part of this build", mend="query /graphql by POST")
    return path.read_text()


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
        response.headers["Content-Security-Policy"] = policy()
        response.headers["Cache-Control"] = A_YEAR
        return response
