"""What a transformation changed, on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from core.records.transformations import Diff, FieldChange


def diff_lines(diff: Diff | None) -> Iterator[tuple[str, str]]:
    """A diff, for `show` and after following a run."""
    if diff is None:
        return
    would = "would change" if diff.is_preview else "changed"
    unread = f", {diff.unread:,} no longer read" if diff.unread else ""
    yield "diff", f"{diff.changed:,} of {diff.looked_at:,} entries {would}{unread}"
    for name, count in diff.fields.items():
        yield "field", f"{name.replace('_', ' ')} of {count:,}"
    for rule in diff.rules:
        yield "rule", f"{rule.name} (version {rule.version}) moved {rule.entries:,}"
    for change in diff.examples:
        yield "example", _told(change)


def _told(change: FieldChange) -> str:
    field = change.field.replace("_", " ")
    return f"{change.date} {field}: {change.before or '-'} -> {change.after or '-'}"
