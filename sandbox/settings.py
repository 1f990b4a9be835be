"""What can be chosen when a sandbox starts."""

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.faults import FaultSettings


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the platform puts up with.

    `calls_per_hour` is per account and kind of call (None: the platform's own formula);
    `app_calls_per_hour` is over all accounts. A synchronous report that could have more than
    `max_sync_rows` rows (entities times days) is refused. A report run is complete after
    `report_polls` status reads or `report_seconds`, whichever comes first. Klaviyo's
    quotas per endpoint are what it documents, times `klaviyo_quota`.
    """

    calls_per_hour: int | None = None
    app_calls_per_hour: int = 1_000_000
    max_sync_rows: int = 20_000
    max_page: int = 5_000
    report_polls: int = 3
    report_seconds: float = 60.0
    klaviyo_quota: int = 1


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Everything a sandbox needs to know at its start; all of it has a default.

    `now` freezes the clock at a moment. With an `app_secret`, an `appsecret_proof` is checked
    wherever one is sent, and demanded if `proof_required`.
    """

    seed: int = 1
    now: datetime | None = None
    app_secret: str | None = None
    proof_required: bool = False
    limits: Limits = field(default_factory=Limits)
    faults: FaultSettings = field(default_factory=FaultSettings)
