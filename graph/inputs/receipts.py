"""What the receipts of a connection are to be judged by."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from core.records.receipts import ReceiptPolicy


@strawberry.input(description="What to judge a connection's receipts by; left out: as it is.")
class ReceiptRulesInput:
    """The parts of a ReceiptPolicy that are to change."""

    connection_id: strawberry.ID = strawberry.field(description="Id of the connection.")
    tolerance: Decimal | None = strawberry.field(
        default=None,
        description=(
            "By which share of the platform's total ours may differ, per day and metric: 0 to 1."
        ),
    )
    shrink_share: Decimal | None = strawberry.field(
        default=None,
        description=(
            "Which share of the entries of its days, or of their spend, may vanish at once "
            "without a decision: 0 to 1."
        ),
    )
    shrink_entries: int | None = strawberry.field(
        default=None, description="Fewer entries than this may always vanish; at least 1."
    )

    def applied_to(self, policy: ReceiptPolicy) -> ReceiptPolicy:
        """`policy` with what is given in place of what it has."""
        return policy.changed(
            tolerance=self.tolerance,
            shrink_share=self.shrink_share,
            shrink_entries=self.shrink_entries,
        )
