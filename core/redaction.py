"""Takes out of a text what looks like a secret, for whoever writes texts that others read."""

from __future__ import annotations

import re
from typing import TypeAlias

REDACTED = "[redacted]"
Replacements: TypeAlias = "tuple[tuple[re.Pattern[str], str], ...]"

CREDENTIALS: Replacements = (
    # Our API keys and the tokens of our links, JSON Web Tokens, Meta's access tokens.
    (re.compile(r"\blo[kx]_[A-Za-z0-9_\-=]+"), REDACTED),
    (re.compile(r"\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.?[A-Za-z0-9_\-]*"), REDACTED),
    (re.compile(r"\bEAA[A-Za-z0-9]{16,}"), REDACTED),
)
"""What is a secret wherever it stands."""

_VALUE = r"[^\s\"'&,;})]+"


def _named(names: str, unless: str = "") -> re.Pattern[str]:
    """What stands behind a name that holds one of `names`: in query strings, settings, JSON."""
    name = rf"(\b[\w-]*(?:{names})[\w-]*[\"']?\s*[=:]\s*[\"']?)"
    return re.compile(name + unless + _VALUE, re.IGNORECASE)


_WORD = r"(?-i:[A-Z]?[a-z]{1,12}(?:'[a-z]{1,2})?|[AI])"
_PROSE = rf"(?!(?<=: ){_WORD},? +{_WORD}(?:[\s.,;:!?]|$))"
"""Not where a sentence goes on: "access token: Session has expired" holds no token."""

SECRET_TEXTS: Replacements = (
    *CREDENTIALS,
    # Authorization headers, wherever they were written down.
    (re.compile(r"\b(Bearer|Basic)\s+[^\s\"',;]+", re.IGNORECASE), rf"\1 {REDACTED}"),
    # The password of a URL.
    (re.compile(r"(\w+://[^\s/:@]*):[^\s/@]+@"), rf"\1:{REDACTED}@"),
    # What people choose may be words; what machines make is not.
    (_named(r"secret|passw(?:or)?d"), rf"\1{REDACTED}"),
    (_named(r"token|api[-_]?key|signature|appsecret_proof", unless=_PROSE), rf"\1{REDACTED}"),
)


_HINTS = re.compile(
    r"lo[kx]_|eyj|eaa|bearer|basic|://|secret|passw|token|api[-_]?key|signature", re.IGNORECASE
)
"""One of these is in whatever SECRET_TEXTS replaces; most texts hold none."""


def redact_text(text: str) -> str:
    """`text` without anything that looks like a secret."""
    return text if _HINTS.search(text) is None else _replaced(text, SECRET_TEXTS)


def redact_credentials(text: str) -> str:
    """`text` without credentials; what merely stands behind the name of one is left."""
    return _replaced(text, CREDENTIALS)


def _replaced(text: str, replacements: Replacements) -> str:
    for pattern, replacement in replacements:
        text = pattern.sub(replacement, text)
    return text
