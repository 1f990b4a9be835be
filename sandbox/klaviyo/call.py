"""One request as Klaviyo understands it: revision, key, JSON:API body, page."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from starlette.requests import Request

from sandbox.klaviyo import errors

KNOWN_REVISIONS: Final = ("2024-10-15", "2025-04-15", "2025-10-15", "2026-04-15", "2026-10-15")
_LIFE_YEARS: Final = 2
_OPT_OUT: Final = "x-klaviyo-revision-fall-forward-opt-out"
_SCHEME: Final = "Klaviyo-API-Key "


@dataclass(frozen=True, slots=True)
class Call:
    """A request's path, parameters, headers and body."""

    path: str
    base_url: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> str:
        """The private key, empty when there is none."""
        found = self.headers.get("authorization", "")
        return found.removeprefix(_SCHEME) if found.startswith(_SCHEME) else ""

    @property
    def endpoint(self) -> str:
        """The last part of the path."""
        return self.path.strip("/").rpartition("/")[2]

    def attributes(self, kind: str) -> dict[str, Any]:
        """`data.attributes` of a body of a type."""
        try:
            sent = orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise errors.invalid("The body must be valid JSON.", "") from error
        data = sent.get("data") if isinstance(sent, dict) else None
        if not isinstance(data, dict) or data.get("type") != kind:
            raise errors.invalid(f"type must be {kind}.", "type")
        found = data.get("attributes")
        if not isinstance(found, dict):
            raise errors.invalid("attributes are required.", "attributes")
        return found

    def page(self, rows: Sequence[Any], size: int, cursor: str) -> tuple[Sequence[Any], Any]:
        """The rows of the page that `cursor` names, and the links around it."""
        start = _offset(self.params.get(cursor))
        more = start + size < len(rows)
        following = {**self.params, cursor: _cursor(start + size)}
        links = {
            "self": f"{self.base_url}{self.path}",
            "next": f"{self.base_url}{self.path}?{urlencode(following)}" if more else None,
            "prev": None,
        }
        return rows[start : start + size], links


async def read_call(request: Request) -> Call:
    """Read a request."""
    return Call(
        path=request.url.path.rstrip("/"),
        base_url=str(request.base_url).rstrip("/"),
        params=dict(request.query_params),
        headers=request.headers,
        body=await request.body(),
    )


def check_revision(call: Call, today: date) -> str:
    """The revision that answers: the one asked for, or the next one after an unknown one."""
    asked = call.headers.get("revision", "").removesuffix(".pre")
    try:
        day = date.fromisoformat(asked)
    except ValueError as error:
        raise errors.missing_revision() from error
    if asked not in KNOWN_REVISIONS and call.headers.get(_OPT_OUT) == "1":
        raise errors.unknown_revision(asked)
    if _sunset(day) <= today:
        raise errors.retired_revision(asked)
    later = [each for each in KNOWN_REVISIONS if each >= asked]
    return later[0] if later else KNOWN_REVISIONS[-1]


def day_of(value: object, pointer: str) -> date:
    """The day of a moment such as 2026-10-01T00:00:00+00:00; its offset is ignored."""
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError as error:
        raise errors.invalid("Not an ISO 8601 datetime.", pointer) from error


def _sunset(revision: date) -> date:
    return revision.replace(year=revision.year + _LIFE_YEARS, day=min(revision.day, 28))


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(f"at:{offset}".encode()).decode()


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("at:"))
    except (ValueError, binascii.Error) as error:
        raise errors.invalid_parameter("Invalid cursor.", "page[cursor]") from error
