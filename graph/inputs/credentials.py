"""What opens an account, typed for each source: made of the manifests.

A source's input type has a field per part that its manifest names. `CredentialsInput` is a
@oneOf of them all: exactly one is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from core.commands import Credentials
from core.records.connections import Source
from core.sources import MANIFESTS, CredentialField, SourceManifest

SEALED = "Sealed at once; none of it comes back out."


class CredentialsInput:
    """The credentials of one source, as a caller gives them."""

    def named(self) -> Credentials:
        """The parts that are given, and whose they are."""
        name, given = next((n, v) for n, v in vars(self).items() if v is not strawberry.UNSET)
        parts = {part: text for part, text in vars(given).items() if text is not None}
        return Credentials(Source(name.upper()), parts)


def input_name(manifest: SourceManifest) -> str:
    """What the input type of one source's parts is called."""
    return f"{manifest.outside[0].upper()}{manifest.outside[1:]}CredentialsInput"


def _input_of(manifest: SourceManifest) -> type:
    """The input type of one source's parts."""
    parts = manifest.credentials
    kinds = {part.name: str if _is_needed(part) else str | None for part in parts}
    fields = {part.name: _field(part) for part in parts}
    about = f"What opens an account of {manifest.title}. {SEALED}"
    return strawberry.input(
        _with_fields(type(input_name(manifest), (), {}), kinds, fields), description=about
    )


def _is_needed(part: CredentialField) -> bool:
    return not part.way and not part.is_optional


def _field(part: CredentialField) -> Any:
    if _is_needed(part):
        return strawberry.field(description=part.about)
    return strawberry.field(default=None, description=part.about)


def _with_fields(kind: type, kinds: Mapping[str, Any], fields: Mapping[str, Any]) -> type:
    kind.__annotations__ = dict(kinds)
    for name, field in fields.items():
        setattr(kind, name, field)
    return kind


def _complete() -> None:
    """Give CredentialsInput a member for each source that takes credentials."""
    having = [manifest for manifest in MANIFESTS.values() if manifest.credentials]
    kinds = {manifest.key: _input_of(manifest) | None for manifest in having}
    fields = {
        manifest.key: strawberry.field(
            default=strawberry.UNSET, description=f"For {manifest.name}: {manifest.about}"
        )
        for manifest in having
    }
    _with_fields(CredentialsInput, kinds, fields)
    about = f"The credentials of exactly one source. {SEALED}"
    strawberry.input(CredentialsInput, one_of=True, description=about)


_complete()
