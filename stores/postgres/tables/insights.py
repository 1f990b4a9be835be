"""Insights, every version of them, what was done about them, and how they were judged."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, text

from stores.postgres.tables.columns import (
    DAY,
    DAYS,
    ID,
    IDS,
    INT,
    JSON,
    MOMENT,
    NUMBER,
    SHARE,
    STRING,
    TRUTH,
    Table,
    column,
    key,
    refers_to,
    tenant_key,
)


class InsightRow(Table, table=True):
    """One row per insight, as it stands since `learned_at`, a moment of the tenant's clock.

    Of exact ones, which have `before` and `after` and no `fingerprint`, one per run, kind, metric
    and currency (null where the metric has none). Of those that analysis found, one per
    fingerprint: `observed` to `causes` are a `core.records.findings.Finding` about the subject.
    `entries` counts every entry behind it; `evidence_dates` and `evidence_digests` name,
    pairwise, the largest of them. A trigger keeps each version.
    """

    __tablename__ = "insight"
    __table_args__ = (
        refers_to("connection", "connection_id"),
        Index(
            "insight_exact",
            "tenant_id",
            "run_id",
            "kind",
            "metric",
            "currency",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("fingerprint IS NULL"),
        ),
        Index(
            "insight_found",
            "tenant_id",
            "fingerprint",
            unique=True,
            postgresql_where=text("fingerprint IS NOT NULL"),
        ),
        Index(
            "insight_incident",
            "tenant_id",
            "incident_id",
            postgresql_where=text("incident_id IS NOT NULL"),
        ),
    )

    tenant_id: UUID = key(ID)
    id: UUID = key(ID, default="uuidv7()")
    kind: str = column(STRING)
    connection_id: UUID | None = column(ID)
    run_id: UUID = column(ID)
    metric: str = column(STRING)
    currency: str | None = column(STRING)
    since: dt.date = column(DAY)
    until: dt.date = column(DAY)
    before: Decimal | None = column(NUMBER)
    after: Decimal | None = column(NUMBER)
    entries: int = column(INT)
    evidence_dates: list[dt.date] = column(DAYS)
    evidence_digests: list[UUID] = column(IDS)
    detected_at: dt.datetime = column(MOMENT, default="clock_timestamp()")
    subject_level: str = column(STRING, default="'CONNECTION'")
    subject_key: str = column(STRING, default="''")
    observed: float | None = column(SHARE)
    expected: float | None = column(SHARE)
    effect: dict[str, object] | None = column(JSON)
    method: str | None = column(STRING)
    n: int | None = column(INT)
    p: float | None = column(SHARE)
    q: float | None = column(SHARE)
    is_final: bool = column(TRUTH, default="true")
    at_stake: Decimal | None = column(NUMBER)
    causes: list[dict[str, object]] = column(JSON, default="'[]'")
    facts: dict[str, object] = column(JSON, default="'{}'")
    severity: str | None = column(STRING)
    fingerprint: UUID | None = column(ID)
    state: str = column(STRING, default="'OPEN'")
    verdict: str | None = column(STRING)
    incident_id: UUID | None = column(ID)
    owner: str | None = column(STRING)
    learned_at: dt.datetime = column(MOMENT, default="clock_timestamp()")


class InsightVersionRow(Table, table=True):
    """One row per version of an insight: `told` is its row as it stood from `learned_at` on."""

    __tablename__ = "insight_version"
    __table_args__ = (refers_to("insight", "insight_id"),)

    tenant_id: UUID = key(ID)
    insight_id: UUID = key(ID)
    learned_at: dt.datetime = key(MOMENT)
    told: dict[str, object] = column(JSON)


class InsightActRow(Table, table=True):
    """One row per change of an insight's state or owner: who brought it about, or which run.

    `state` and `owner` are those from then on; `cause` and `calendar_event_id` explain it.
    """

    __tablename__ = "insight_act"
    __table_args__ = (refers_to("insight", "insight_id"),)

    tenant_id: UUID = key(ID)
    insight_id: UUID = key(ID)
    at: dt.datetime = key(MOMENT)
    state: str = column(STRING)
    acted_by: str = column(STRING)
    run_id: UUID | None = column(ID)
    note: str | None = column(STRING)
    owner: str | None = column(STRING)
    cause: str | None = column(STRING)
    calendar_event_id: UUID | None = column(ID)
    is_assignment: bool = column(TRUTH, default="false")


class InsightVerdictRow(Table, table=True):
    """One row per verdict on an insight: when it was judged so, by whom or which run, by what."""

    __tablename__ = "insight_verdict"
    __table_args__ = (refers_to("insight", "insight_id"),)

    tenant_id: UUID = key(ID)
    insight_id: UUID = key(ID)
    at: dt.datetime = key(MOMENT)
    verdict: str = column(STRING)
    judged_by: str = column(STRING)
    run_id: UUID | None = column(ID)
    note: str | None = column(STRING)
    figures: dict[str, object] = column(JSON, default="'{}'")


class AnalysisRow(Table, table=True):
    """One row per tenant that was analysed: by which `rules`, up to which moment of its clock.

    `tokens` are those of `data_version` under which its data stood then.
    """

    __tablename__ = "analysis"

    tenant_id: UUID = tenant_key()
    rules: str = column(STRING)
    looked_at: dt.datetime = column(MOMENT)
    tokens: dict[str, object] = column(JSON)
    analysed_at: dt.datetime = column(MOMENT, default="clock_timestamp()")
