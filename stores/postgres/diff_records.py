"""Diffs of transformations as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from core.jsonvalue import JSONObject
from core.records.transformations import Diff, FieldChange, RuleEffect


def diff_json(diff: Diff) -> JSONObject:
    """A diff as it is kept."""
    kept: JSONObject = orjson.loads(orjson.dumps(asdict(diff), default=str))
    return kept


def diff_of(kept: Any) -> Diff:
    """The diff that `diff_json` kept."""
    fields = dict(kept)
    rules = tuple(RuleEffect(**each | {"rule_id": UUID(each["rule_id"])}) for each in kept["rules"])
    return Diff(**fields | {"rules": rules, "examples": tuple(map(_change, kept["examples"]))})


def _change(kept: dict[str, Any]) -> FieldChange:
    rule_id = kept["rule_id"]
    return FieldChange(
        **kept
        | {
            "date": date.fromisoformat(kept["date"]),
            "digest": UUID(kept["digest"]),
            "rule_id": rule_id and UUID(rule_id),
        }
    )
