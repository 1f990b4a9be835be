"""What opens an account, checked against the manifest of its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from core.commands import Credentials
from core.errors import BadInput
from core.records.connections import Source
from core.sources import MANIFESTS, AccountRule, CredentialField, SourceManifest
from resolvers.text import exact

FIELD = "credentials"


def checked(source: Source, given: Credentials | None) -> Credentials:
    """The credentials as they are sealed; a source that takes none must be given none."""
    manifest = source.manifest
    if given is not None and given.source is not source:
        raise BadInput(
            f"a {source} connection is not opened with {given.source} credentials",
            field=f"{FIELD}.{given.source.manifest.outside}",
            mend=f"give {FIELD}.{manifest.outside}" if manifest.credentials else "leave it out",
        )
    if not manifest.credentials:
        return Credentials(source, {})
    told = {name: text.strip() for name, text in given.parts.items()} if given else {}
    parts = {name: text for name, text in told.items() if text}
    wanted = _way(manifest, parts)
    _refuse_absent(manifest, wanted, parts)
    found = [each for each in wanted if each.name in parts]
    return Credentials(
        source, {each.name: _part(manifest, each, parts[each.name]) for each in found}
    )


def account_id(source: Source, text: str) -> str:
    """The account's id as the source's rows carry it, or BadInput."""
    rule = source.manifest.account
    return text if rule is None else _number(rule, text, "accountId")


def refuse_without_credentials(source: Source, name: str) -> None:
    """BadInput for the connection `name` of a source that has nothing to rotate."""
    if not source.manifest.credentials:
        having = sorted(each.name for each in MANIFESTS.values() if each.credentials)
        raise BadInput(
            f"{name!r} is a {source} connection and has no credentials",
            field="connectionId",
            mend=f"name a connection of {', '.join(having)}",
        )


def _way(manifest: SourceManifest, parts: Mapping[str, str]) -> Sequence[CredentialField]:
    """The fields of the one way that `parts` take; of the first where they take none."""
    given = [each for each in manifest.credentials if each.way and each.name in parts]
    stray = next((each for each in given if each.way != given[0].way), None)
    if stray is not None:
        raise BadInput(
            f"credentials of a {given[0].way} stand beside those of a {stray.way}",
            field=_path(manifest, given[0]),
            mend="give the one or the other",
        )
    first = manifest.ways[0] if manifest.ways else ""
    return manifest.of_way(given[0].way if given else first)


def _refuse_absent(
    manifest: SourceManifest, wanted: Sequence[CredentialField], parts: Mapping[str, str]
) -> None:
    needed = (each for each in wanted if not each.is_optional and each.name not in parts)
    if absent := next(needed, None):
        raise BadInput(
            f"a {manifest.name} connection needs {absent.outside}",
            field=_path(manifest, absent),
            mend=f"give {_choices(manifest)}",
        )


def _choices(manifest: SourceManifest) -> str:
    """What to give, way by way."""
    each_way = (
        " and ".join(each.outside for each in manifest.of_way(way) if not each.is_optional)
        for way in manifest.ways or ("",)
    )
    return ", or ".join(each_way)


def _part(manifest: SourceManifest, field: CredentialField, text: str) -> str:
    path = _path(manifest, field)
    exact(text, path)
    if field.is_account and manifest.account is not None:
        return _number(manifest.account, text, path)
    if field.json_keys and not _has_keys(text, field.json_keys):
        raise BadInput(
            f"{field.outside} is no JSON object with {' and '.join(field.json_keys)}",
            field=path,
            mend=field.mend,
        )
    return text


def _path(manifest: SourceManifest, field: CredentialField) -> str:
    return f"{FIELD}.{manifest.outside}.{field.outside}"


def _number(rule: AccountRule, text: str, field: str) -> str:
    found = rule.account_id(text)
    if found is None:
        raise BadInput(f"{text!r} is not {rule.called}", field=field, mend=rule.mend)
    return found


def _has_keys(text: str, keys: Sequence[str]) -> bool:
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return isinstance(content, dict) and all(content.get(key) for key in keys)
