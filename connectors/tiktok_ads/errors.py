"""What TikTok's refusals mean, and what to do about each.

They come with status 200 and a `code` that is not 0:
https://business-api.tiktok.com/portal/docs/appendix-return-codes/v1.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from connectors.http import HttpResponse
from connectors.refusals import Refusals
from core.errors import ConfigError, LiftosError, Terminal, Transient

REFUSALS: Final = Refusals("TikTok", "LIFTOS_TIKTOK_ADS_API_VERSION")

SERVER_CODES: Final = range(50000, 60000)
RATE_LIMIT: Final = 40100
TOKEN_CODES: Final = (40102, 40104, 40105)
NO_PERMISSION: Final = 40001


def judge(response: HttpResponse) -> LiftosError | None:
    """The error that an answer means, None when it is no refusal."""
    content = response.content if isinstance(response.content, dict) else {}
    code, message = content.get("code"), str(content.get("message") or "no message")
    if isinstance(code, int) and code != 0:
        return _meaning(code, message)
    if response.status == HTTPStatus.NOT_FOUND:
        return REFUSALS.retired("no such address")
    return REFUSALS.by_status(response.status)


def _meaning(code: int, message: str) -> LiftosError:
    if code in SERVER_CODES:
        return Transient(f"TikTok had a passing error ({code}): {message}")
    return _REFUSALS.get(code, _terminal)(message)


def _token_refused(message: str) -> ConfigError:
    return ConfigError(
        f"the access token has expired or is not valid: {message}",
        field="accessToken",
        mend="rotate the connection's credentials",
    )


def _not_permitted(message: str) -> ConfigError:
    return ConfigError(
        f"the access token may not read the advertiser: {message}",
        field="accountId",
        mend="check the advertiser id, and that the advertiser has authorised the token's app",
    )


def _terminal(message: str) -> Terminal:
    return Terminal(f"TikTok refused the request: {message}")


_REFUSALS: Final[Mapping[int, Callable[[str], LiftosError]]] = MappingProxyType(
    {
        RATE_LIMIT: REFUSALS.rate_limited,
        **dict.fromkeys(TOKEN_CODES, _token_refused),
        NO_PERMISSION: _not_permitted,
    }
)
