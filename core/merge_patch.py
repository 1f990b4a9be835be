"""JSON merge patch (RFC 7396): objects are merged, null removes, anything else replaces."""

from __future__ import annotations

from collections.abc import Mapping

from core.jsonvalue import JSONObject, JSONValue


def merge_patch(target: JSONValue, patch: JSONObject) -> dict[str, JSONValue]:
    """`target` with `patch` laid over it; a target that is no object counts as an empty one."""
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping):
            merged[name] = merge_patch(merged.get(name), value)
        else:
            merged[name] = value
    return merged
