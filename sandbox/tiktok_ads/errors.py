"""Errors as TikTok words them: status 200 and a code that is not 0.

https://business-api.tiktok.com/portal/docs/appendix-return-codes/v1.3.
"""

from dataclasses import dataclass

from sandbox.faults import Fault

_LIMITS = frozenset({Fault.ACCOUNT_LIMIT, Fault.APP_LIMIT, Fault.USER_LIMIT, Fault.DAILY_LIMIT})


@dataclass(eq=False)
class TikTokError(Exception):
    """An answer that is an error."""

    code: int
    message: str


def invalid(message: str) -> TikTokError:
    """A parameter is missing or wrong."""
    return TikTokError(40002, message)


def no_permission() -> TikTokError:
    """The token's user has no access to the advertiser, or there is none."""
    return TikTokError(40001, "No permission to operate advertiser.")


def limited() -> TikTokError:
    """Too many calls."""
    return TikTokError(40100, "Requests made too frequently. Please try again later.")


def invalid_token() -> TikTokError:
    """The token was revoked, has expired or never was one."""
    return TikTokError(40105, "Access token is incorrect or has been revoked.")


def from_fault(fault: Fault) -> TikTokError | None:
    """How a fault is put into words."""
    if fault in _LIMITS:
        return limited()
    if fault is Fault.EXPIRED_TOKEN:
        return invalid_token()
    if fault in {Fault.TRANSIENT, Fault.TOO_MUCH_DATA}:
        return TikTokError(50000, "System error.")
    return None
