"""Takes secrets out of log events, by the name they stand under and by their looks."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

REDACTED = "[redacted]"
SECRET_NAMES = re.compile(
    r"token|secret|passw|passphrase|authorization|api[-_]?key|master[-_]?key|credential"
    r"|cookie|signature|private[-_]?key",
    re.IGNORECASE,
)
SECRET_TEXTS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Our API keys, JSON Web Tokens, Meta's access tokens.
    (re.compile(r"\blok_[A-Za-z0-9_\-=]+"), REDACTED),
    (re.compile(r"\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.?[A-Za-z0-9_\-]*"), REDACTED),
    (re.compile(r"\bEAA[A-Za-z0-9]{16,}"), REDACTED),
    # Authorization headers, wherever they were written down.
    (re.compile(r"\b(Bearer|Basic)\s+[^\s\"',;]+", re.IGNORECASE), rf"\1 {REDACTED}"),
    # The password of a URL.
    (re.compile(r"(\w+://[^\s/:@]*):[^\s/@]+@"), rf"\1:{REDACTED}@"),
    # name=value and "name": "value" in texts: query strings, settings, JSON.
    (
        re.compile(
            r"(\b[\w-]*(?:token|secret|passw(?:or)?d|api[-_]?key|signature|appsecret_proof)[\w-]*"
            r"[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;})]+",
            re.IGNORECASE,
        ),
        rf"\1{REDACTED}",
    ),
)


def redact_event(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor; runs after everything that adds to the event."""
    return {name: _redacted(name, value) for name, value in event.items()}


def redact_text(text: str) -> str:
    """`text` without anything that looks like a secret."""
    for pattern, replacement in SECRET_TEXTS:
        text = pattern.sub(replacement, text)
    return text


def _redacted(name: object, value: object) -> object:
    if isinstance(name, str) and value is not None and SECRET_NAMES.search(name):
        return REDACTED
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(key): _redacted(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(None, item) for item in value]
    return redact_text(value if isinstance(value, str) else str(value))
