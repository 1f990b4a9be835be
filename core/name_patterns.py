"""Patterns of names: written as templates or expressions, matched in linear time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from core.errors import BadInput
from core.records.naming import NamingSyntax

MAX_PATTERN = 500
MAX_FIELDS = 20
_FIELD_NAME = re.compile("[a-z][a-z0-9_]{0,39}")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_MEND = "write the name with its fields in braces, such as {market}_{audience}_{title*}"


@dataclass(frozen=True, slots=True)
class Matcher:
    """A compiled pattern; `fields` in the pattern's order."""

    fields: tuple[str, ...]
    _compiled: Any

    def read(self, name: str) -> Mapping[str, str] | None:
        """What `name` says; None when the pattern does not fit the whole of it."""
        found = self._compiled.fullmatch(name)
        if found is None:
            return None
        said: dict[str, str | None] = found.groupdict()
        return {field: (said[field] or "").strip() for field in self.fields}


@lru_cache(maxsize=1024)
def matcher(syntax: NamingSyntax, pattern: str) -> Matcher:
    """The matcher of a pattern, or BadInput naming `pattern`.

    RE2 matches in time linear to the name, whatever the pattern: no rule can hold up a query.
    """
    if not 0 < len(pattern) <= MAX_PATTERN:
        raise _refusal(f"must have 1 to {MAX_PATTERN} characters", "shorten or fill it in")
    compiled = expression(pattern if syntax is NamingSyntax.REGEX else _expression(pattern))
    fields = sorted(compiled.groupindex, key=compiled.groupindex.__getitem__)
    return Matcher(_checked(fields), compiled)


def _expression(template: str) -> str:
    """The expression of a template: literal text in any case, and fields.

    A field runs up to the next separator; with a star, `{title*}`, it may hold separators too.
    """
    parts = _PLACEHOLDER.split(template)
    literals, names = parts[::2], parts[1::2]
    if any("{" in text or "}" in text for text in literals):
        raise _refusal("has a brace without its other half", _MEND)
    if any(not text for text in literals[1:-1]):
        raise _refusal("has two fields with nothing between them", "put a separator between them")
    plain = _plain(_separators(literals))
    groups = [_group(name, plain) for name in names]
    written = [re2.escape(text) for text in literals]
    return "(?i)" + "".join(
        text + group for text, group in zip(written, [*groups, ""], strict=True)
    )


def _separators(literals: list[str]) -> str:
    marks = {mark for text in literals for mark in text if not mark.isalnum()}
    return "".join(sorted(marks - {" "} or marks))


def _plain(separators: str) -> str:
    return f"[^{re2.escape(separators)}]+" if separators else ".+"


def _group(name: str, plain: str) -> str:
    field = name.removesuffix("*")
    if not _FIELD_NAME.fullmatch(field):
        raise _refusal(
            f"names a field {field!r}", "use lower-case letters, digits and _, as in {market}"
        )
    return f"(?P<{field}>{'.+' if name.endswith('*') else plain})"


def expression(written: str, field: str = "pattern") -> Any:
    """The compiled RE2 expression, or BadInput naming `field`."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(written, options)
    except re2.error as error:
        told = error.args[0]
        reason = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        raise BadInput(
            f"the {field} cannot be used: {reason}",
            field=field,
            mend="RE2 knows no look-around and no back-references",
        ) from error


def _checked(fields: list[str]) -> tuple[str, ...]:
    if not 0 < len(fields) <= MAX_FIELDS:
        raise _refusal(f"must name 1 to {MAX_FIELDS} fields", _MEND)
    for field in fields:
        if not _FIELD_NAME.fullmatch(field):
            raise _refusal(f"names a field {field!r}", "use lower-case letters, digits and _")
    return tuple(fields)


def _refusal(reason: str, mend: str) -> BadInput:
    return BadInput(f"the pattern {reason}", field="pattern", mend=mend)
