"""One HTTP request as the Graph API understands it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.requests import Request

from sandbox.meta.errors import invalid_parameter


@dataclass(frozen=True, slots=True)
class Call:
    """A request's version, object, edge and parameters; parameters in a body count alike."""

    version: tuple[int, int]
    node: str
    edge: str
    is_post: bool
    params: Mapping[str, str]
    token: str | None
    base_url: str
    path: str

    def listed(self, name: str) -> list[str]:
        """A list parameter, written as JSON or separated by commas."""
        raw = self.params.get(name, "").strip()
        if not raw.startswith("["):
            return [part.strip() for part in raw.split(",") if part.strip()]
        found = self.json(name)
        if not isinstance(found, list):
            raise invalid_parameter(f"param {name} must be an array.")
        return [str(part) for part in found]

    def json(self, name: str) -> Any:
        """A parameter written as JSON."""
        try:
            return orjson.loads(self.params[name])
        except orjson.JSONDecodeError as error:
            raise invalid_parameter(f"param {name} must be valid JSON.") from error

    def whole(self, name: str, default: int) -> int:
        """A parameter that is a positive whole number."""
        raw = self.params.get(name)
        if raw is None:
            return default
        if not (raw.isascii() and raw.isdecimal() and int(raw) > 0):
            raise invalid_parameter(f"param {name} must be a positive integer.")
        return int(raw)

    def url_with(self, **changes: str) -> str:
        """This request's own address with some parameters changed.

        Like the real one it carries the access token, so a client has to redact it.
        """
        params = {"access_token": self.token or "", **self.params, **changes}
        kept = {name: value for name, value in params.items() if value}
        return f"{self.base_url}{self.path}?{urlencode(kept)}"


async def read_call(request: Request) -> Call:
    """Read a request."""
    params = dict(request.query_params) | _in_body(await request.body(), request)
    version = (request.path_params["major"], request.path_params["minor"])
    bearer = request.headers.get("authorization", "").partition("Bearer ")[2].strip()
    return Call(
        version=version,
        node=request.path_params["node"],
        edge=request.path_params.get("edge", ""),
        is_post=request.method == "POST" and params.pop("method", "post").lower() == "post",
        params=params,
        token=params.get("access_token") or bearer or None,
        base_url=str(request.base_url).rstrip("/"),
        path=request.url.path.rstrip("/"),
    )


def _in_body(body: bytes, request: Request) -> dict[str, str]:
    if not body:
        return {}
    if not request.headers.get("content-type", "").startswith("application/json"):
        return dict(parse_qsl(body.decode()))
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid_parameter("the body must be valid JSON.") from error
    if not isinstance(sent, dict):
        raise invalid_parameter("the body must be a JSON object.")
    return {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in sent.items()
    }
