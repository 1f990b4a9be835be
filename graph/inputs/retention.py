"""How long things are to be kept."""

from __future__ import annotations

import strawberry

from core.records.retention import Retention

_DAYS = "1 to 36,500; null: for ever; left out: as it is."


@strawberry.input(description="After how many days things go.")
class RetentionInput:
    """The parts of a Retention that are to change."""

    verbatim_days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"Bodies of raw pages and of uploaded files, and what was refused. {_DAYS}",
    )
    version_days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"Superseded versions of documents, and their vectors. {_DAYS}",
    )
    log_days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"Events of runs that have ended; dead letters are laid aside. {_DAYS}",
    )

    def applied_to(self, kept: Retention) -> Retention:
        """`kept` with what is given in place of what it has."""
        return Retention(
            _either(self.verbatim_days, kept.verbatim_days),
            _either(self.version_days, kept.version_days),
            _either(self.log_days, kept.log_days),
        )


def _either(given: int | None, kept: int | None) -> int | None:
    return kept if given is strawberry.UNSET else given
