"""What Meta's refusals mean, and what to do about each.

Codes: https://developers.facebook.com/docs/marketing-api/error-reference and
https://developers.facebook.com/docs/marketing-api/insights/error-codes (v26.0).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from connectors.http import HttpResponse
from connectors.meta.limits import usage
from connectors.refusals import Refusals
from core.errors import BadInput, ConfigError, LiftosError, Terminal, Transient
from core.jsonvalue import JSONValue

REFUSALS: Final = Refusals("Meta", "LIFTOS_META_API_VERSION")

RATE_LIMIT_CODES: Final = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
TOKEN_CODES: Final = frozenset({102, 104, 190})
PERMISSION_CODES: Final = frozenset({3, 10, *range(200, 300)})
TRANSIENT_CODES: Final = frozenset({1, 2, 2601})
TOO_MUCH_DATA: Final = frozenset({(100, 1504018), (2, 1504038)})
INVALID_PARAMETER: Final = 100
NO_SUCH_OBJECT: Final = 33
RETIRED_VERSION: Final = 2635
UNKNOWN_PATH: Final = 2500
BEYOND_HISTORY: Final = 3018


class TooMuchData(Terminal):
    """The report is too large to be answered at once; a report run may still answer it."""


class UnknownObject(ConfigError):
    """No object with this id, or none that this token may see (code 100, subcode 33)."""


class InvalidParameter(Terminal):
    """Meta does not accept a parameter (code 100); a cursor that has expired is one."""


@dataclass(frozen=True, slots=True)
class GraphError:
    """Meta's error object."""

    code: int
    subcode: int
    message: str
    is_transient: bool


def judge(response: HttpResponse) -> LiftosError | None:
    """The error that an answer means, None when it is no refusal."""
    found = _graph_error(response.content)
    if found is not None:
        return _meaning(found, response)
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        return _rate_limited(response, "too many requests")
    return REFUSALS.by_status(response.status)


def _graph_error(content: JSONValue) -> GraphError | None:
    error = content.get("error") if isinstance(content, dict) else None
    if not isinstance(error, dict):
        return None
    return GraphError(
        code=_whole(error.get("code")),
        subcode=_whole(error.get("error_subcode")),
        message=str(error.get("message") or "no message"),
        is_transient=error.get("is_transient") is True,
    )


def _meaning(error: GraphError, response: HttpResponse) -> LiftosError:
    if error.code in RATE_LIMIT_CODES:
        return _rate_limited(response, error.message)
    if _is_too_much_data(error):
        return TooMuchData(
            f"Meta cannot answer this much data: {error.message}",
            mend="read fewer days at once or a higher level",
        )
    if error.code in _REFUSALS:
        return _REFUSALS[error.code](error)
    if _is_transient(error, response):
        return Transient(f"Meta had a passing error: {error.message}")
    return Terminal(f"Meta refused the request (code {error.code}): {error.message}")


def _is_too_much_data(error: GraphError) -> bool:
    asks_for_less = error.code == 1 and "reduce the amount of data" in error.message.lower()
    return asks_for_less or (error.code, error.subcode) in TOO_MUCH_DATA


def _is_transient(error: GraphError, response: HttpResponse) -> bool:
    is_server_side = response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return error.code in TRANSIENT_CODES or error.is_transient or is_server_side


def _rate_limited(response: HttpResponse, message: str) -> Transient:
    return REFUSALS.rate_limited(message, usage(response.headers).regain_seconds or None)


def _token_refused(error: GraphError) -> ConfigError:
    return ConfigError(
        f"the access token has expired or is not valid: {error.message}",
        field="accessToken",
        mend="rotate the connection's credentials",
    )


def _not_permitted(error: GraphError) -> ConfigError:
    return ConfigError(
        f"the access token lacks a permission: {error.message}",
        field="accessToken",
        mend="grant ads_read on the ad account to the token's user, or rotate to one that has it",
    )


def _invalid(error: GraphError) -> LiftosError:
    if error.subcode == NO_SUCH_OBJECT:
        return UnknownObject(
            "Meta knows no such ad account, or the access token may not see it",
            field="accountId",
            mend="check the account id, and that the token's user is assigned to the account",
        )
    if "appsecret_proof" in error.message:
        return ConfigError(
            f"Meta does not accept the proof of the app secret: {error.message}",
            field="LIFTOS_META_APP_SECRET",
            mend="set the secret of the app that issued the access token",
        )
    return InvalidParameter(f"Meta does not accept a parameter: {error.message}")


def _retired(error: GraphError) -> ConfigError:
    return REFUSALS.retired(error.message)


def _beyond_history(error: GraphError) -> BadInput:
    return BadInput(
        f"Meta keeps no insights for days that old: {error.message}",
        field="dates",
        mend="start within the last 37 months",
    )


_REFUSALS: Final[Mapping[int, Callable[[GraphError], LiftosError]]] = MappingProxyType(
    {
        **dict.fromkeys(TOKEN_CODES, _token_refused),
        **dict.fromkeys(PERMISSION_CODES, _not_permitted),
        INVALID_PARAMETER: _invalid,
        **dict.fromkeys((RETIRED_VERSION, UNKNOWN_PATH), _retired),
        BEYOND_HISTORY: _beyond_history,
    }
)


def _whole(value: JSONValue) -> int:
    return value if isinstance(value, int) else 0
