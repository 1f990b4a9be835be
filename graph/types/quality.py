"""Quality of an entry: its score, the shares it is made of, and the checks it failed."""

from __future__ import annotations

import strawberry

from core.quality import Check, Dimension, QualityVector, Severity, entry_vector, failed_checks
from core.records.entries import EntryRecord
from graph.bounds.sizes import listed


@strawberry.type(
    description=(
        "The share of applicable checks that were passed, by dimension, from 0 to 1 and weighted "
        "by severity. Null: nothing of that dimension could be assessed."
    )
)
class QualityDimensions:
    """QualityVector on the wire."""

    completeness: float | None = strawberry.field(
        description="What should be there is there: fields of rows; above them, days too."
    )
    validity: float | None = strawberry.field(description="Values are possible ones.")
    consistency: float | None = strawberry.field(
        description="Values agree with each other and with the platform's own rates."
    )
    uniqueness: float | None = strawberry.field(description="No key says two things.")
    timeliness: float | None = strawberry.field(
        description="Read when it was due; of connections and above, never of an entry."
    )
    accuracy: float | None = strawberry.field(
        description=(
            "Totals are those of the platform, where it tells them; of connections and above, "
            "never of an entry."
        )
    )

    @classmethod
    def from_vector(cls, vector: QualityVector) -> QualityDimensions:
        """The shares on the wire."""
        return cls(**{each.lower(): vector.shares.get(each) for each in Dimension})


@strawberry.type(description="A check that an entry failed.")
class FailedCheck:
    """Check on the wire."""

    id: str = strawberry.field(description="Its name, which stays; docs/quality.md lists them all.")
    dimension: Dimension = strawberry.field(description="What it is about.")
    severity: Severity = strawberry.field(description="How much it counts.")
    message: str = strawberry.field(description="What does not hold.")

    @classmethod
    def from_check(cls, check: Check) -> FailedCheck:
        """The check on the wire."""
        message = f"does not hold: {check.about}"
        return cls(id=check.id, dimension=check.dimension, severity=check.severity, message=message)


@strawberry.type(
    description=(
        "How far an entry can be trusted, by what its numbers say about themselves. Whether they "
        "may still change is another matter: see `isMature`."
    )
)
class EntryQuality:
    """Masks of an entry on the wire."""

    is_assessed: bool = strawberry.field(
        description="False for what was stored before there were checks: that is never perfect."
    )
    score: float | None = strawberry.field(
        description=(
            "From 0 to 1: the weighted geometric mean of the dimensions that were assessed. Null "
            "where it was not assessed."
        )
    )
    dimensions: QualityDimensions = strawberry.field(description="What the score is made of.")
    failed_checks: list[FailedCheck] = listed("Empty where all passed.", size=3)

    @classmethod
    def from_record(cls, record: EntryRecord) -> EntryQuality:
        """The quality of an entry on the wire."""
        vector = entry_vector(record.checks_applied, record.checks_failed)
        return cls(
            is_assessed=record.checks_applied is not None,
            score=vector.score,
            dimensions=QualityDimensions.from_vector(vector),
            failed_checks=list(map(FailedCheck.from_check, failed_checks(record.checks_failed))),
        )
