"""Klaviyo's refusals: JSON:API error objects, and 429 with nothing but Retry-After.

https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling (revision 2026-10-15). The
status of a revision that is no longer served is not documented; 410 stands in for it.
"""

from dataclasses import dataclass, field
from typing import Final

from sandbox.faults import Fault

DAILY_SECONDS: Final = 73_473
"""As recorded from the real thing: the rest of a day."""


@dataclass(eq=False)
class ApiError(Exception):
    """An answer that is an error."""

    status: int
    code: str
    title: str
    detail: str
    source: dict[str, str] = field(default_factory=dict)
    retry_after: int | None = None

    def body(self, error_id: str) -> dict[str, object]:
        """The error document."""
        return {
            "errors": [
                {
                    "id": error_id,
                    "status": self.status,
                    "code": self.code,
                    "title": self.title,
                    "detail": self.detail,
                    "source": self.source,
                    "links": {},
                    "meta": {},
                }
            ]
        }


def invalid(detail: str, pointer: str) -> ApiError:
    """A part of the body that is not accepted."""
    source = {"pointer": f"/data/{pointer}"}
    return ApiError(400, "invalid", "Invalid input.", detail, source)


def invalid_parameter(detail: str, parameter: str) -> ApiError:
    """A query parameter that is not accepted."""
    return ApiError(400, "invalid", "Invalid input.", detail, {"parameter": parameter})


def missing_revision() -> ApiError:
    """The header `revision` is required."""
    detail = "A revision header is required, such as revision: 2026-10-15."
    return ApiError(400, "invalid", "Missing or invalid revision.", detail, _REVISION)


def unknown_revision(revision: str) -> ApiError:
    """A revision that does not exist, from a caller that wants no other."""
    detail = f"{revision} is not a revision of this API."
    return ApiError(400, "invalid", "Missing or invalid revision.", detail, _REVISION)


def retired_revision(revision: str) -> ApiError:
    """A revision older than two years."""
    detail = f"Revision {revision} has been retired."
    return ApiError(410, "revision_retired", "Revision retired.", detail, _REVISION)


_REVISION: Final = {"header": "revision"}


def unauthorized() -> ApiError:
    """No valid key."""
    return ApiError(
        401, "authentication_failed", "Incorrect authentication credentials.", "Invalid API key."
    )


def forbidden() -> ApiError:
    """A valid key without the scope."""
    return ApiError(
        403,
        "permission_denied",
        "You do not have permission to perform this action.",
        "The API key lacks a required scope.",
    )


def throttled(seconds: int) -> ApiError:
    """Too many calls."""
    detail = f"Request was throttled. Expected available in {seconds} seconds."
    return ApiError(429, "throttled", "Request was throttled.", detail, retry_after=seconds)


def unavailable() -> ApiError:
    """A passing error of the platform."""
    return ApiError(503, "service_unavailable", "Service unavailable.", "Try again later.")


def from_fault(fault: Fault) -> ApiError | None:
    """The error that a fault means on this platform, if it means one."""
    meanings = {
        Fault.ACCOUNT_LIMIT: throttled(42),
        Fault.APP_LIMIT: throttled(2),
        Fault.USER_LIMIT: throttled(1),
        Fault.DAILY_LIMIT: throttled(DAILY_SECONDS),
        Fault.EXPIRED_TOKEN: unauthorized(),
        Fault.TRANSIENT: unavailable(),
    }
    return meanings.get(fault)
