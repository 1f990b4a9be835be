"""Which bytes of a file a request wants (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from app.http.errors import Refusal

_ONE_RANGE = re.compile(r"bytes\s*=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` up to before `stop`; `is_part` when a range was asked for."""

    start: int
    stop: int
    is_part: bool = False


def span_of(headers: Mapping[str, str], size: int, etag: str) -> Span:
    """What is wanted of `size` bytes; a Refusal when none of it is there.

    A range that we do not understand, of several parts, or of another version is passed over:
    the whole is answered.
    """
    whole = Span(0, size)
    found = _ONE_RANGE.fullmatch(headers.get("range", ""))
    if found is None or headers.get("if-range", etag) != etag:
        return whole
    first, last, suffix = found.groups()
    if suffix is not None:
        start, stop = max(0, size - int(suffix)), size
    else:
        start, stop = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < start:
            return whole
    if start >= size or start >= stop:
        raise Refusal(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            f"the file has {size} bytes",
            mend="ask for a range within it, or for the whole",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return Span(start, stop, is_part=True)


def is_unchanged(headers: Mapping[str, str], etag: str) -> bool:
    """Whether the caller has this version already."""
    return _names(headers.get("if-none-match"), etag)


def refuse_another(headers: Mapping[str, str], etag: str) -> None:
    """A Refusal when the caller wants another version or none."""
    wanted = headers.get("if-match")
    if wanted is not None and not _names(wanted, etag):
        raise Refusal(HTTPStatus.PRECONDITION_FAILED, "the file is not the one that was named")


def _names(header: str | None, etag: str) -> bool:
    named = [part.strip() for part in (header or "").split(",")]
    return "*" in named or etag in named
