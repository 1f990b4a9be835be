"""What Klaviyo's refusals mean, and what to do about each.

https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling (revision 2026-10-15).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from connectors.http import HttpResponse
from connectors.refusals import Refusals
from core.errors import ConfigError, LiftosError, Terminal, Transient
from core.jsonvalue import JSONValue

REFUSALS: Final = Refusals("Klaviyo", "LIFTOS_KLAVIYO_REVISION")

SCOPES: Final = "accounts:read, metrics:read, campaigns:read and flows:read"


class InvalidParameter(Terminal):
    """Klaviyo does not accept a part of the request; a cursor that has expired is one."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    """The first error object of an answer; `at` is the part of the request it is about."""

    detail: str
    at: str


def judge(response: HttpResponse) -> LiftosError | None:
    """The error that an answer means, None when it is no refusal."""
    if response.status < HTTPStatus.BAD_REQUEST:
        return None
    found = _refusal(response.content)
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        return _rate_limited(response.headers, found)
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return REFUSALS.by_status(response.status, found.detail)
    status = HTTPStatus.GONE if found.at == "revision" else response.status
    return _REFUSALS.get(status, _terminal)(found)


def _refusal(content: JSONValue) -> _Refusal:
    errors = content.get("errors") if isinstance(content, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return _Refusal("no message", "the request")
    source = first.get("source")
    places = source.values() if isinstance(source, dict) else ()
    at = next((str(place) for place in places if place), "the request")
    return _Refusal(str(first.get("detail") or first.get("title") or "no message"), at)


def _rate_limited(headers: Mapping[str, str], found: _Refusal) -> Transient:
    """Klaviyo says how long; hours mean that the day's quota is spent, and are not sat out."""
    asked = headers.get("retry-after", "")
    is_number = asked.isascii() and asked.isdecimal()
    return REFUSALS.rate_limited(found.detail, float(asked) if is_number else None)


def _key_refused(found: _Refusal) -> ConfigError:
    return ConfigError(
        f"the private API key is not valid: {found.detail}",
        field="apiKey",
        mend="rotate the connection's credentials: give a private key of the account",
    )


def _not_permitted(found: _Refusal) -> ConfigError:
    return ConfigError(
        f"the private API key lacks a scope: {found.detail}",
        field="apiKey",
        mend=f"give a private key with the scopes {SCOPES}",
    )


def _retired(found: _Refusal) -> ConfigError:
    return REFUSALS.retired(found.detail)


def _invalid(found: _Refusal) -> InvalidParameter:
    return InvalidParameter(f"Klaviyo does not accept {found.at}: {found.detail}")


def _terminal(found: _Refusal) -> Terminal:
    return Terminal(f"Klaviyo refused the request: {found.detail}")


_REFUSALS: Final[Mapping[int, Callable[[_Refusal], LiftosError]]] = MappingProxyType(
    {
        HTTPStatus.UNAUTHORIZED: _key_refused,
        HTTPStatus.FORBIDDEN: _not_permitted,
        HTTPStatus.GONE: _retired,
        HTTPStatus.BAD_REQUEST: _invalid,
    }
)
