"""What the refusals of the Google Ads API and of Google's token endpoint mean.

Codes: https://developers.google.com/google-ads/api/reference/rpc/v26/errors; a stream's error
stands in an array of one. Token endpoint: RFC 6749, section 5.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from connectors.http import HttpResponse
from connectors.refusals import RATE_LIMIT_PAUSE_SECONDS, Refusals
from core.errors import Bug, ConfigError, LiftosError, Terminal, Transient
from core.jsonvalue import JSONValue

REFUSALS: Final = Refusals("Google", "LIFTOS_GOOGLE_ADS_API_VERSION")

TRANSIENT_CODES: Final = frozenset({"INTERNAL_ERROR", "TRANSIENT_ERROR", "DEADLINE_EXCEEDED"})
UNSERVED_VERSION: Final = "UNSUPPORTED_VERSION"
NO_ACCESS: Final = frozenset({"USER_PERMISSION_DENIED", "CUSTOMER_NOT_FOUND"})

_DELAY: Final = re.compile(r"(\d+(?:\.\d+)?)s")


class TokenRefused(ConfigError):
    """The access token is not valid any more; a new one may be."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The first error of a GoogleAdsFailure, or what stands around it where there is none."""

    family: str
    code: str
    message: str
    retry_after_seconds: float | None


def judge(response: HttpResponse) -> LiftosError | None:
    """The error that an answer of the API means, None when it is no refusal."""
    if response.status < HTTPStatus.BAD_REQUEST:
        return None
    refusal = _refusal(response.content)
    return _passing(refusal, response.status) or _lasting(refusal, response.status)


def _passing(refusal: Refusal, status: int) -> LiftosError | None:
    """What a wait or a new token may mend."""
    if status == HTTPStatus.UNAUTHORIZED and refusal.code not in NO_ACCESS:
        return _token_refused(refusal)
    if status == HTTPStatus.TOO_MANY_REQUESTS or refusal.family == "quotaError":
        return REFUSALS.rate_limited(refusal.message, refusal.retry_after_seconds)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or refusal.code in TRANSIENT_CODES:
        return Transient(f"Google Ads answered with status {status}: {refusal.message}")
    return None


def _lasting(refusal: Refusal, status: int) -> LiftosError:
    is_no_address = status == HTTPStatus.NOT_FOUND and not refusal.code
    if refusal.code == UNSERVED_VERSION or is_no_address:
        return REFUSALS.retired(refusal.message)
    if status == HTTPStatus.FORBIDDEN or refusal.code in NO_ACCESS:
        return _not_permitted(refusal)
    if refusal.family == "queryError":
        return Bug(f"Google Ads does not accept the query: {refusal.message}")
    return Terminal(f"Google Ads refused the request ({refusal.code}): {refusal.message}")


def judge_token(response: HttpResponse) -> LiftosError | None:
    """The error that an answer of the token endpoint means."""
    if response.status < HTTPStatus.BAD_REQUEST:
        return None
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Transient(f"Google's token endpoint answered with status {response.status}")
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Transient(
            "Google's token endpoint has a rate limit", retry_after_seconds=RATE_LIMIT_PAUSE_SECONDS
        )
    content = response.content if isinstance(response.content, dict) else {}
    error, told = content.get("error"), content.get("error_description")
    field = "clientSecret" if error == "invalid_client" else "refreshToken"
    return ConfigError(
        f"Google gives no access token ({error}): {told}",
        field=field,
        mend="rotate the connection's credentials: consent anew, or use a service account",
    )


def _refusal(content: JSONValue) -> Refusal:
    error = _error(content)
    failure = next(_failures(error), {})
    codes = failure.get("errorCode")
    family, code = next(iter(codes.items()), ("", "")) if isinstance(codes, dict) else ("", "")
    message = failure.get("message") or error.get("message") or "no message"
    return Refusal(str(family), str(code), str(message), _delay(failure))


def _error(content: Any) -> Mapping[str, Any]:
    """The `error` object, alone or in a stream's array."""
    first = content[0] if isinstance(content, list) and content else content
    error = first.get("error") if isinstance(first, dict) else None
    return error if isinstance(error, dict) else {}


def _failures(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for detail in _list(error.get("details")):
        if isinstance(detail, dict):
            yield from (each for each in _list(detail.get("errors")) if isinstance(each, dict))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _delay(failure: Mapping[str, Any]) -> float | None:
    details = failure.get("details")
    quota = details.get("quotaErrorDetails") if isinstance(details, dict) else None
    told = quota.get("retryDelay") if isinstance(quota, dict) else None
    found = _DELAY.fullmatch(told) if isinstance(told, str) else None
    return float(found[1]) if found else None


def _token_refused(refusal: Refusal) -> TokenRefused:
    return TokenRefused(
        f"Google does not accept the access token it has just given: {refusal.message}",
        field="refreshToken",
        mend="rotate the connection's credentials: consent anew, or use a service account",
    )


def _not_permitted(refusal: Refusal) -> ConfigError:
    return ConfigError(
        f"the credentials may not read the account: {refusal.message}",
        field="accountId",
        mend=(
            "check the customer id; give its user access, or name the manager account through "
            "which it has access as loginCustomerId"
        ),
    )
