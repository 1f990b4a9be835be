"""Credentials of Google Ads, from stdin or asked for: never from the command line."""

from __future__ import annotations

import sys

import orjson
import typer

from core.errors import BadInput

NAMES = {
    "refreshToken": "refresh_token",
    "clientId": "client_id",
    "clientSecret": "client_secret",
    "serviceAccountKey": "service_account_key",
    "loginCustomerId": "login_customer_id",
}
"""What the parts are called outside, and within."""


def google_parts(*, from_stdin: bool) -> dict[str, str]:
    """The parts by their names within; a key file alone is taken for what it is."""
    if not from_stdin and sys.stdin.isatty():
        return _asked()
    text = sys.stdin.read()
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _unreadable() from None
    if isinstance(given, dict) and "private_key" in given:
        return {"service_account_key": text}
    if not isinstance(given, dict) or not set(given) <= set(NAMES):
        raise _unreadable()
    return {NAMES[name]: _text(value) for name, value in given.items()}


def _text(value: object) -> str:
    """A key file may stand within as an object."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _asked() -> dict[str, str]:
    refresh = str(typer.prompt("Refresh token", hide_input=True, err=True))
    client = str(typer.prompt("OAuth client id", err=True))
    secret = str(typer.prompt("OAuth client secret", hide_input=True, err=True))
    manager = str(typer.prompt("Manager account, if any", default="", err=True))
    parts = {"refresh_token": refresh, "client_id": client, "client_secret": secret}
    return parts | {"login_customer_id": manager}


def _unreadable() -> BadInput:
    return BadInput(
        "stdin holds no JSON object of Google credentials",
        mend=f"pipe in an object with {', '.join(NAMES)}, or a service account's key file",
    )
