"""Takes secrets out of log events, by the name they stand under and by their looks."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

from core.redaction import REDACTED, redact_text

SECRET_NAMES = re.compile(
    r"token|secret|passw|passphrase|authorization|api[-_]?key|master[-_]?key|credential"
    r"|cookie|signature|private[-_]?key",
    re.IGNORECASE,
)


@lru_cache(maxsize=1_000)
def _names_a_secret(name: str) -> bool:
    return SECRET_NAMES.search(name) is not None


def redact_event(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor; runs after everything that adds to the event."""
    return {name: _redacted(name, value) for name, value in event.items()}


def _redacted(name: object, value: object) -> object:
    if isinstance(name, str) and value is not None and _names_a_secret(name):
        return REDACTED
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(key): _redacted(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(None, item) for item in value]
    return redact_text(value if isinstance(value, str) else str(value))
