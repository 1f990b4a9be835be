"""What becomes of records that are not as expected."""

from __future__ import annotations

import strawberry

from core.records.drift import DriftPolicy
from core.records.drift import StreamPolicy as Policy


@strawberry.type(description="What is in force for one stream of a connection.")
class StreamPolicy:
    """StreamPolicy on the wire."""

    stream: str = strawberry.field(description="The stream, as its source's manifest names it.")
    policy: DriftPolicy = strawberry.field(description="What becomes of records that drifted.")
    is_default: bool = strawberry.field(description="Whether nobody chose it.")

    @classmethod
    def from_record(cls, record: Policy) -> StreamPolicy:
        """The policy on the wire."""
        return cls(stream=record.stream, policy=record.policy, is_default=record.is_default)
