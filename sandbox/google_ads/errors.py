"""Errors as the Google Ads API words them: a status, and a GoogleAdsFailure in its details.

Codes: https://developers.google.com/google-ads/api/reference/rpc/v26/errors.
"""

from dataclasses import dataclass, field

from sandbox.faults import Fault

_RETRY_DELAYS = {Fault.ACCOUNT_LIMIT: 30, Fault.APP_LIMIT: 60, Fault.USER_LIMIT: 5}
_SCOPES = {
    Fault.ACCOUNT_LIMIT: "ACCOUNT",
    Fault.APP_LIMIT: "DEVELOPER",
    Fault.USER_LIMIT: "ACCOUNT",
}


@dataclass(eq=False)
class AdsError(Exception):
    """An answer that is an error; without a `family` it comes from Google's front door."""

    http: int
    status: str
    family: str | None
    code: str
    message: str
    details: dict[str, object] = field(default_factory=dict)

    def body(self, request_id: str, version: int) -> dict[str, object]:
        """The error object that stands in the array of a stream."""
        error = {"code": self.http, "message": _SUMMARIES[self.status], "status": self.status}
        if self.family is None:
            return {"error": error | {"message": self.message}}
        failure = {
            "@type": f"type.googleapis.com/google.ads.googleads.v{version}.errors.GoogleAdsFailure",
            "errors": [self._failure()],
            "requestId": request_id,
        }
        return {"error": error | {"details": [failure]}}

    def _failure(self) -> dict[str, object]:
        found: dict[str, object] = {
            "errorCode": {self.family: self.code},
            "message": self.message,
        }
        return found | ({"details": self.details} if self.details else {})


_SUMMARIES = {
    "INVALID_ARGUMENT": "Request contains an invalid argument.",
    "UNAUTHENTICATED": "Request had invalid authentication credentials.",
    "PERMISSION_DENIED": "The caller does not have permission",
    "RESOURCE_EXHAUSTED": "Resource has been exhausted (e.g. check quota).",
    "INTERNAL": "Internal error encountered.",
    "NOT_FOUND": "Requested entity was not found.",
}


def query_error(code: str, message: str) -> AdsError:
    """The query itself is wrong."""
    return AdsError(400, "INVALID_ARGUMENT", "queryError", code, message)


def unsupported_version() -> AdsError:
    """A version that is no longer served."""
    message = " Version is deprecated. Requests to this version will be blocked."
    return AdsError(400, "INVALID_ARGUMENT", "requestError", "UNSUPPORTED_VERSION", message.strip())


def invalid_customer(text: str) -> AdsError:
    """A customer id that is none."""
    message = f"Invalid customer ID '{text}'."
    return AdsError(400, "INVALID_ARGUMENT", "requestError", "INVALID_CUSTOMER_ID", message)


def unauthenticated() -> AdsError:
    """No access token, or one that is not valid any more."""
    return AdsError(
        401,
        "UNAUTHENTICATED",
        None,
        "",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential.",
    )


def permission_denied() -> AdsError:
    """The user has no access to the customer, or not by this way."""
    return AdsError(
        403,
        "PERMISSION_DENIED",
        "authorizationError",
        "USER_PERMISSION_DENIED",
        "User doesn't have permission to access customer. Note: If you're accessing a client "
        "customer, the manager's customer id must be set in the 'login-customer-id' header.",
    )


def exhausted(fault: Fault, retry_seconds: int | None = None) -> AdsError:
    """A quota is spent."""
    delay = retry_seconds or _RETRY_DELAYS[fault]
    is_brief = fault is Fault.USER_LIMIT
    return AdsError(
        429,
        "RESOURCE_EXHAUSTED",
        "quotaError",
        "RESOURCE_TEMPORARILY_EXHAUSTED" if is_brief else "RESOURCE_EXHAUSTED",
        f"Too many requests. Retry in {delay} seconds.",
        {
            "quotaErrorDetails": {
                "rateScope": _SCOPES[fault],
                "rateName": "Number of operations for basic access",
                "retryDelay": f"{delay}s",
            }
        },
    )


def from_fault(fault: Fault) -> AdsError | None:
    """How a fault is put into words."""
    if fault in _RETRY_DELAYS:
        return exhausted(fault)
    if fault is Fault.EXPIRED_TOKEN:
        return unauthenticated()
    if fault in {Fault.TRANSIENT, Fault.TOO_MUCH_DATA}:
        message = "An internal error has occurred."
        return AdsError(500, "INTERNAL", "internalError", "INTERNAL_ERROR", message)
    return None
