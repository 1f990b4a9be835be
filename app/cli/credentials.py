"""What opens an account, from stdin or asked for: never from the command line."""

from __future__ import annotations

import sys

import orjson
import typer

from core.commands import Credentials
from core.errors import BadInput
from core.records.connections import Source
from core.sources import CredentialField


def read_credentials(source: Source, *, from_stdin: bool) -> Credentials | None:
    """The credentials of one account of `source`; None for a source that takes none."""
    if not source.manifest.credentials:
        return None
    if not from_stdin and sys.stdin.isatty():
        return Credentials(source, _asked(source))
    return Credentials(source, _parts(source, sys.stdin.read().strip()))


def _parts(source: Source, text: str) -> dict[str, str]:
    """By name: of a JSON object of parts, or of a text that is the one part asked for."""
    fields = source.manifest.credentials
    given = _object(text)
    if given is None:
        return {_only(source, text).name: text}
    if whole := next((each for each in fields if each.json_keys and _is_whole(each, given)), None):
        return {whole.name: text}
    names = {each.outside: each.name for each in fields}
    if not set(given) <= set(names):
        raise _unreadable(source)
    return {names[name]: _text(value) for name, value in given.items()}


def _object(text: str) -> dict[str, object] | None:
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return given if isinstance(given, dict) else None


def _is_whole(field: CredentialField, given: dict[str, object]) -> bool:
    return set(field.json_keys) <= set(given)


def _only(source: Source, text: str) -> CredentialField:
    """The one part of a source that is opened with a single one."""
    fields = source.manifest.credentials
    if len(fields) > 1 or not text:
        raise _unreadable(source)
    return fields[0]


def _text(value: object) -> str:
    """A key file may stand within as an object."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _asked(source: Source) -> dict[str, str]:
    manifest = source.manifest
    ways = manifest.ways
    way = ways[0] if ways else ""
    if len(ways) > 1:
        way = str(typer.prompt(f"Credentials of a {' or '.join(ways)}", default=way, err=True))
    return {each.name: _asked_for(each) for each in manifest.of_way(way)}


def _asked_for(field: CredentialField) -> str:
    label = f"{field.outside}{', if any' if field.is_optional else ''}"
    default = "" if field.is_optional else None
    return str(typer.prompt(label, default=default, hide_input=field.is_secret, err=True))


def _unreadable(source: Source) -> BadInput:
    names = ", ".join(each.outside for each in source.manifest.credentials)
    return BadInput(
        f"stdin holds no credentials of {source}",
        mend=f"pipe in a JSON object with {names}, or the one part that is needed by itself",
    )
