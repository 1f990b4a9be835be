"""What a transformation changed."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.entries import EntryKey
from core.records.transformations import Diff, FieldChange, RuleEffect
from graph.bounds.sizes import listed
from graph.ids import CHANNEL_RULE, ENTRY


@strawberry.type(description="A field of entries, and in how many of them it changed.")
class FieldCount:
    """A count of changes by field."""

    field: str = strawberry.field(description="The field, such as `channel` or `spend`.")
    entries: int = strawberry.field(description="In how many entries it changed.")


@strawberry.type(description="What a version of one of your channel rules did.")
class RuleChange:
    """RuleEffect on the wire."""

    rule_id: strawberry.ID = strawberry.field(description="Id of the rule.")
    name: str = strawberry.field(description="Its name.")
    version: int = strawberry.field(description="Its version.")
    entries: int = strawberry.field(description="How many entries it moved to its channel.")

    @classmethod
    def from_record(cls, record: RuleEffect) -> RuleChange:
        """The effect on the wire."""
        return cls(
            rule_id=CHANNEL_RULE.encode(record.rule_id),
            name=record.name,
            version=record.version,
            entries=record.entries,
        )


@strawberry.type(description="One change of one entry.")
class TransformationExample:
    """FieldChange on the wire."""

    entry_id: strawberry.ID = strawberry.field(description="Id of the entry; see `node`.")
    date: dt.date = strawberry.field(description="The day of the entry.")
    field: str = strawberry.field(description="The field that changed.")
    before: str | None = strawberry.field(description="What it was, as text.")
    after: str | None = strawberry.field(description="What it is, as text.")
    rule_id: strawberry.ID | None = strawberry.field(
        description="The channel rule that is the reason; null: the source's own mapping, or code."
    )

    @classmethod
    def from_record(cls, record: FieldChange) -> TransformationExample:
        """The change on the wire."""
        return cls(
            entry_id=ENTRY.encode(EntryKey(record.date, record.digest)),
            date=record.date,
            field=record.field,
            before=record.before,
            after=record.after,
            rule_id=CHANNEL_RULE.encode(record.rule_id) if record.rule_id else None,
        )


@strawberry.type(
    description=(
        "What a transformation changed, or would. `lookedAt` is `unchanged`, `changed` and "
        "`unread` together."
    )
)
class TransformationDiff:
    """Diff on the wire."""

    is_preview: bool = strawberry.field(description="Whether nothing was written.")
    looked_at: int = strawberry.field(description="Entries that stood on the pages.")
    unchanged: int = strawberry.field(description="Those that came out as they stood.")
    changed: int = strawberry.field(description="Those of which something differs.")
    unread: int = strawberry.field(
        description="Those that no longer come out of their page: they stay as they are."
    )
    fields: list[FieldCount] = listed("Changes by field, by its name.", size=10)
    rules: list[RuleChange] = listed("Changes of channels by your rules.", size=20)
    examples: list[TransformationExample] = listed("The first changes, at most 20.", size=20)

    @classmethod
    def from_record(cls, record: Diff) -> TransformationDiff:
        """The diff on the wire."""
        return cls(
            is_preview=record.is_preview,
            looked_at=record.looked_at,
            unchanged=record.unchanged,
            changed=record.changed,
            unread=record.unread,
            fields=[FieldCount(field=name, entries=count) for name, count in record.fields.items()],
            rules=[RuleChange.from_record(each) for each in record.rules],
            examples=[TransformationExample.from_record(each) for each in record.examples],
        )
