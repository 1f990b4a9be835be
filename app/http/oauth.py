"""GET /oauth/callback/<source>: a user comes back from a source's consent page.

The answer sends them on with `authorization` and `ticket` in the fragment, which browsers show
to no server; without an address to go on to, a page of ours shows both.
"""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from app.http.errors import Refusal
from app.http.services import services_of
from app.identity.consents import Entered
from core.errors import BadInput
from graph.ids import AUTHORIZATION

LONGEST = 4_096


async def come_back(request: Request) -> Response:
    """Take the state, once, and go on."""
    door = services_of(request).consents
    if door is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "this server takes no consents")
    entered = await door.enter(
        request.path_params["source"],
        _parameter(request, "state") or "",
        _parameter(request, "code"),
        _parameter(request, "error"),
    )
    told = _told(entered)
    if entered.redirect_to is None:
        return _page(told)
    return RedirectResponse(f"{entered.redirect_to}#{urlencode(told)}", HTTPStatus.SEE_OTHER)


def consent_route() -> Route:
    """The route."""
    return Route("/oauth/callback/{source}", come_back)


def _parameter(request: Request, name: str) -> str | None:
    values = request.query_params.getlist(name)
    if len(values) > 1 or any(len(value) > LONGEST for value in values):
        raise BadInput(f"{name} is not what a source sends", field=name)
    return values[0] if values else None


def _told(entered: Entered) -> dict[str, str]:
    told = {"authorization": AUTHORIZATION.encode(entered.authorization_id)}
    if entered.ticket is not None:
        return {**told, "ticket": entered.ticket}
    return {**told, "error": entered.error.message if entered.error else "no consent"}


def _page(told: dict[str, str]) -> Response:
    items = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in told.items())
    body = "Go back to where you began, and give it these." if "ticket" in told else "Start again."
    page = f"<!DOCTYPE html><title>LiftOS</title><p>{body}</p><dl>{items}</dl>"
    return HTMLResponse(page)
