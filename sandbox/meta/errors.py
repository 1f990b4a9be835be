"""Graph API errors, with the codes and texts that Meta documents or that were recorded.

Codes: https://developers.facebook.com/docs/marketing-api/insights/error-codes (May 2026).
"""

from dataclasses import dataclass
from typing import Final

from sandbox.faults import Fault

_TIMED_OUT: Final = (
    "Your request timed out. Try a smaller date range, fetch less data, or use async jobs."
)
_REDUCE: Final = "Please reduce the amount of data you're asking for, then retry your request"


@dataclass(eq=False)
class GraphError(Exception):
    """An answer that is an error object."""

    message: str
    code: int
    subcode: int | None = None
    status: int = 400
    kind: str = "OAuthException"
    is_transient: bool = False
    user_title: str | None = None
    user_message: str | None = None

    def body(self, trace_id: str) -> dict[str, object]:
        """The error object; parts that do not apply are left out, as Meta does."""
        parts: dict[str, object] = {
            "message": self.message,
            "type": self.kind,
            "is_transient": self.is_transient,
            "code": self.code,
            "error_subcode": self.subcode,
            "error_user_title": self.user_title,
            "error_user_msg": self.user_message,
            "fbtrace_id": trace_id,
        }
        return {"error": {name: value for name, value in parts.items() if value is not None}}


def invalid_parameter(message: str, subcode: int | None = None) -> GraphError:
    """Code 100: the request itself is wrong."""
    return GraphError(f"(#100) {message}", 100, subcode)


def unknown_object(node: str) -> GraphError:
    """Code 100/33: no such object, or not for this token."""
    return GraphError(
        f"Unsupported get request. Object with ID '{node}' does not exist, cannot be loaded due "
        "to missing permissions, or does not support this operation. Please read the Graph API "
        "documentation at https://developers.facebook.com/docs/graph-api",
        100,
        33,
        kind="GraphMethodException",
    )


def unknown_path(path: str) -> GraphError:
    """Code 2500: an edge or version that does not exist."""
    return GraphError(f"Unknown path components: {path}", 2500)


def deprecated_version(current: str) -> GraphError:
    """Code 2635: a version that is no longer served."""
    return GraphError(
        "(#2635) You are calling a deprecated version of the Ads API. Please update to the "
        f"latest version: {current}.",
        2635,
    )


def no_token() -> GraphError:
    """Code 104: nothing to authenticate with."""
    return GraphError("An access token is required to request this resource.", 104)


def malformed_token() -> GraphError:
    """Code 190: a token that Meta never issued."""
    return GraphError("Invalid OAuth access token - Cannot parse access token", 190)


def expired_token() -> GraphError:
    """Code 190/463: a token that was good once."""
    return GraphError(
        "Error validating access token: Session has expired on Sunday, 01-Nov-26 00:00:00 PST.",
        190,
        463,
    )


def missing_permission() -> GraphError:
    """Code 200: the token may not read this account."""
    return GraphError(
        "(#200) Ad account owner has NOT grant ads_management or ads_read permission",
        200,
        status=403,
    )


def app_without_permission() -> GraphError:
    """Code 10: the app may not call this edge."""
    return GraphError(
        "(#10) Application does not have permission for this action",
        10,
        status=403,
    )


def wrong_proof(*, missing: bool) -> GraphError:
    """Code 100: `appsecret_proof` is wrong, or absent though required."""
    if missing:
        return GraphError("API calls from the server require an appsecret_proof argument", 100)
    return GraphError("Invalid appsecret_proof provided in the API argument", 100)


def too_old() -> GraphError:
    """Code 3018: insights reach back 37 months."""
    return GraphError(
        "(#3018) The start date of the time range cannot be beyond 37 months from the current date",
        3018,
    )


def too_much_data(excess: float) -> GraphError:
    """One of the three ways in which a synchronous report that is too large fails.

    `excess` is the size relative to what would have been answered.
    """
    if excess <= 2.0:  # noqa: PLR2004 -- the thresholds are the sandbox's own
        return GraphError(_REDUCE, 1, status=500)
    subcode, code = (1504038, 2) if excess <= 4.0 else (1504018, 100)  # noqa: PLR2004
    return GraphError(
        f"(#{code}) {_TIMED_OUT}",
        code,
        subcode,
        status=500 if code == 2 else 400,  # noqa: PLR2004 -- 2 is a server-side failure
        is_transient=code == 2,  # noqa: PLR2004
        user_title="Request Timed Out",
        user_message=_TIMED_OUT,
    )


def account_limit(kind: str) -> GraphError:
    """Code 80000 for insights, 80004 for everything else of an account."""
    code, what = (80000, "Ads Insights") if kind == "ads_insights" else (80004, "Ads Management")
    return GraphError(
        f"(#{code}) There have been too many calls to this ad-account's {what}. Wait a bit and "
        "try again. For more info, please refer to https://developers.facebook.com/docs/"
        "graph-api/overview/rate-limiting.",
        code,
        2446079,
        is_transient=True,
    )


def app_limit() -> GraphError:
    """Code 4/1504022: the app has called too often."""
    return GraphError(
        "(#4) Application request limit reached",
        4,
        1504022,
        is_transient=True,
        user_title="Too Many API Requests",
        user_message=(
            "Your app has exceeded the allowed number of API requests. Wait before retrying."
        ),
    )


def user_limit() -> GraphError:
    """Code 17/2446079: the user has called too often."""
    return GraphError("(#17) User request limit reached", 17, 2446079, is_transient=True)


def intermittent() -> GraphError:
    """Code 2/1504043: try again."""
    message = "Your request encountered an intermittent error. Retry at a later time."
    return GraphError(
        f"(#2) {message}",
        2,
        1504043,
        status=500,
        is_transient=True,
        user_title="Intermittent Error",
        user_message=message,
    )


def report_not_ready() -> GraphError:
    """Code 2601/1815107: rows were asked for before the run was complete."""
    return GraphError(
        "Error accessing adreport job.",
        2601,
        1815107,
        is_transient=True,
        user_title="Loading Async Ads Report Failed",
        user_message=(
            "Sorry, the report cannot be loaded successfully. Please check if your job status is "
            "completed instead of failed or running before fetching the data."
        ),
    )


def from_fault(fault: Fault, kind: str) -> GraphError | None:
    """The error that a fault means on this platform, if it means one."""
    meanings = {
        Fault.ACCOUNT_LIMIT: account_limit(kind),
        Fault.APP_LIMIT: app_limit(),
        Fault.USER_LIMIT: user_limit(),
        Fault.DAILY_LIMIT: account_limit(kind),
        Fault.EXPIRED_TOKEN: expired_token(),
        Fault.TRANSIENT: intermittent(),
        Fault.TOO_MUCH_DATA: too_much_data(1.0),
    }
    return meanings.get(fault)
