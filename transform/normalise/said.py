"""What a page says, apart from what is another each time that it is asked for.

Sources put cursors, addresses and ids of the request beside their records. Two pages that say the
same make the same, so the second need not be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import orjson

Said: TypeAlias = Callable[[bytes], bytes]
"""Makes of a page what it says. Pages that it makes the same of have the same result."""


def whole(body: bytes) -> bytes:
    """All of it: for sources of which nothing else is known."""
    return body


def without_last(body: bytes, member: str) -> bytes:
    """A page, an object in JSON, without its last member if that is `member`; else all of it.

    What stands before is not read. No text in it can be taken for the member, for a quotation mark
    in a text has a backslash before it; and what ends with the page has all of the page around it.
    """
    at = body.rfind(b'"%s"' % member.encode())
    if at < 0:
        return body
    try:
        last: Any = orjson.loads(b"{" + body[at:])
    except orjson.JSONDecodeError:
        return body
    return body[:at] if isinstance(last, dict) and list(last) == [member] else body


def without_ids(member: str) -> Said:
    """Makes of a page in JSON the same with each `member`, a plain text wherever it stands, empty.

    For members that no record is made of. Plain is a text without a backslash.
    """
    named = re.compile(rb'("%s"\s*:\s*")[^"\\]+"' % re.escape(member.encode()))
    return lambda body: named.sub(rb'\1"', body)
