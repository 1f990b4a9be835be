"""Records to test with: small, exact, and all different."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.calendar import calendar_days
from core.records.attribution import AttributionKey, AttributionRowRecord
from core.records.calendar import (
    CalendarDayRecord,
    CalendarEdition,
    CalendarProfile,
    DayMarks,
    HolidayRecord,
    RetailEventRecord,
)
from core.records.connections import ConnectionRecord, ConnectionStatus, Level, Source
from core.records.drift import (
    Change,
    DriftKind,
    DriftPolicy,
    DriftState,
    SchemaChangeRecord,
)
from core.records.entries import (
    CampaignRecord,
    DateBasis,
    EntryKey,
    EntryRecord,
    Metrics,
    VintageRecord,
)
from core.records.exchange import Publication
from core.records.exports import (
    ExportCheck,
    ExportFile,
    ExportRecord,
    ExportState,
    Severity,
)
from core.records.insights import InsightKind, InsightRecord
from core.records.lineage import RawPageRecord
from core.records.rejections import RejectedRecord, RejectionState
from core.records.runs import (
    Counters,
    Receipt,
    ReceiptTotal,
    RunEventKind,
    RunEventRecord,
    RunKind,
    RunRecord,
    RunStatus,
)
from core.records.schedules import ScheduleOutcome, ScheduleRecord, Timing
from core.records.tenants import TenantRecord
from core.scope import TenantId
from core.units import DateRange

FIRST_DAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEARNED = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
CONNECTION = UUID(int=0xC1)
FILES = UUID(int=0xC2)
RUN = UUID(int=0xA1)
SCHEDULE = UUID(int=0x51)
RAW_PAGE = UUID(int=0xB1)
EXPORT = UUID(int=0xE1)

FRIDAY = Publication(
    date(2026, 10, 30),
    "European Central Bank",
    {"USD": Decimal("1.1172"), "GBP": Decimal("0.8338")},
)
MONDAY = Publication(date(2026, 11, 2), "European Central Bank", {"USD": Decimal("1.12")})
PUBLICATIONS = (
    (FRIDAY, datetime(2026, 10, 30, 15, tzinfo=UTC)),
    (MONDAY, datetime(2026, 11, 12, tzinfo=UTC)),
)
"""In order, each with the moment from which it is known."""

UNKNOWN = Metrics(None, None, None, None, None, None, None, None, None, None)


def metrics(number: int) -> Metrics:
    return Metrics(
        spend=Decimal(number * 10) + Decimal("0.500000"),
        impressions=3_000_000_000 + number,
        clicks=100 * number,
        link_clicks=80 * number,
        reach=None,
        video_views=0,
        conversions=Decimal(number),
        conversion_value=Decimal(number * 50),
        conversion_type="omni_purchase",
        actions={"omni_purchase": number},
    )


def entry(number: int, *, days: int = 10, campaigns: int = 3) -> EntryRecord:
    return EntryRecord(
        key=EntryKey(FIRST_DAY + timedelta(days=number % days), UUID(int=number)),
        source=Source("META_ADS"),
        connection_id=CONNECTION,
        account_id="act_1001",
        level=Level.CAMPAIGN,
        entity_id=str(number),
        entity_name=f"Campaign {number}",
        campaign=UUID(int=number % campaigns + 1),
        date_basis=DateBasis.DELIVERY,
        attribution_setting="7d_click",
        channel="Paid Social",
        platform_channel=None,
        currency="EUR",
        country=None,
        geo=None,
        device=None,
        series_role=None,
        covers_days=None,
        time_zone="Europe/Berlin",
        metrics=metrics(number),
        learned_at=LEARNED,
        named_at=LEARNED,
        first_learned_at=LEARNED - timedelta(days=number),
        vintage_count=1,
        is_mature=number % 2 == 0,
        run_id=RUN,
        raw_page_id=RAW_PAGE,
        raw_position=number,
    )


def history(of: EntryRecord) -> tuple[VintageRecord, ...]:
    first = VintageRecord(of.key, of.first_learned_at, True, UNKNOWN, RUN, RAW_PAGE, 0)  # noqa: FBT003
    second = replace(first, learned_at=of.learned_at, metrics=of.metrics)
    gone = replace(
        second,
        learned_at=of.learned_at + timedelta(days=1),
        is_present=False,
        raw_page_id=None,
        raw_position=None,
    )
    return first, second, gone


def campaign(number: int) -> CampaignRecord:
    return CampaignRecord(
        digest=UUID(int=number),
        source=Source("META_ADS"),
        account_id="act_1001",
        campaign_id=f"c{number}",
        name=f"Campaign {number}",
        status="ACTIVE",
        objective=None,
        first_date=FIRST_DAY,
        last_date=None,
    )


def day(on: date) -> CalendarDayRecord:
    edition = CalendarEdition(CalendarProfile(("DE", "US"), (), 2), (6, 7), DateRange(on, on), "")
    holidays = (HolidayRecord("All Saints' Day", "DE"),) if on == date(2026, 11, 1) else ()
    singles = RetailEventRecord("Singles' Day", None, on, on, "fixed date", 1.0)
    marks = DayMarks(holidays, (singles,) if on.day == 11 else ())
    (found,) = calendar_days(edition, {on: marks}, (), [on])
    return found


def connection(**changes: object) -> ConnectionRecord:
    record = ConnectionRecord(
        id=CONNECTION,
        source=Source("META_ADS"),
        account_id="act_1001",
        name="Northwind",
        currency="EUR",
        time_zone="Pacific/Kiritimati",
        level=Level.CAMPAIGN,
        look_back_days=28,
        status=ConnectionStatus.ACTIVE,
        created_at=LEARNED,
        last_read_at=None,
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def run(**changes: object) -> RunRecord:
    counters = Counters(pages=1, fetched=10, stored=7, unchanged=2, rejected=1, created=7)
    total = ReceiptTotal("EUR", 7, Decimal("70.50"), 3_000_000_000, None, None, None)
    record = RunRecord(
        id=RUN,
        kind=RunKind.INGESTION,
        connection_id=CONNECTION,
        status=RunStatus.SUCCEEDED,
        dates=DateRange(FIRST_DAY, FIRST_DAY + timedelta(days=9)),
        upload_id=None,
        options={},
        checkpoint=None,
        claim=1,
        counters=counters,
        progress=1.0,
        receipt=Receipt(counters, (total,), changed_nothing=False, as_of=LEARNED),
        error=None,
        is_cancel_requested=False,
        requested_by="user:ada",
        created_at=LEARNED,
        started_at=LEARNED,
        ended_at=LEARNED,
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def event(sequence: int, status: RunStatus = RunStatus.RUNNING) -> RunEventRecord:
    kind = RunEventKind[status.name] if status.is_final else RunEventKind.PAGE_STORED
    return RunEventRecord(
        run_id=RUN,
        sequence=sequence,
        at=LEARNED + timedelta(seconds=sequence),
        kind=kind,
        status=status,
        message=f"step {sequence}",
        counters=Counters(pages=sequence),
        progress=sequence / 10,
    )


def raw_page() -> RawPageRecord:
    return RawPageRecord(
        id=RAW_PAGE,
        run_id=RUN,
        connection_id=CONNECTION,
        number=1,
        stream="insights",
        media_type="application/json",
        size_bytes=5_000_000_000,
        sha256="ab" * 32,
        request={"path": "/act_1001/insights"},
        fetched_at=LEARNED,
    )


def rejected(number: int) -> RejectedRecord:
    return RejectedRecord(
        id=UUID(int=0xD0 + number),
        run_id=RUN,
        raw_page_id=RAW_PAGE,
        position=number,
        field="spend",
        reason="not a number",
        mend="send digits",
        payload={"spend": "many"},
        connection_id=CONNECTION,
        stream="insights",
        rejected_at=datetime(2026, 11, 20, 6, tzinfo=UTC),
        state=RejectionState.OPEN,
        corrected=None,
        replay_run_id=None,
        replays=0,
        settled_at=None,
        settled_by=None,
        note=None,
    )


def row(on: date, channel: str = "Paid Social") -> AttributionRowRecord:
    return AttributionRowRecord(
        key=AttributionKey(on, channel, Source("META_ADS"), currency="EUR"),
        until=on,
        entries=2,
        days=1,
        spend=Decimal("12.340000"),
        impressions=4_000_000_000,
        clicks=None,
        link_clicks=None,
        reach=None,
        conversions=Decimal("1.5"),
        conversion_value=Decimal(0),
        value=None,
        unconverted=0,
        is_mature=False,
        is_partial=False,
        quality=0.875,
        learned_at=LEARNED,
    )


def insight(number: int = 1, **changes: object) -> InsightRecord:
    record = InsightRecord(
        id=UUID(int=0xE0 + number),
        kind=InsightKind.RESTATEMENT,
        connection_id=CONNECTION,
        run_id=RUN,
        metric="spend",
        currency="EUR",
        window=DateRange(FIRST_DAY, FIRST_DAY + timedelta(days=2)),
        before=Decimal("1000.000000"),
        after=Decimal("1234.500000"),
        entries=2,
        evidence=(entry(1).key, entry(2).key),
        detected_at=LEARNED,
        learned_at=LEARNED,
        incident_id=UUID(int=0xD0 + number),
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def tenant(tenant_id: TenantId, slug: str) -> TenantRecord:
    return TenantRecord(
        id=tenant_id,
        slug=slug,
        name=slug.title(),
        countries=("DE", "US"),
        fiscal_start_month=2,
        fiscal_year_named_by_end=True,
        reporting_currency="EUR",
        tier="PRO",
        created_at=LEARNED,
    )


def schedule() -> ScheduleRecord:
    return ScheduleRecord(
        id=SCHEDULE,
        connection_id=CONNECTION,
        time_zone="Europe/Berlin",
        timing=Timing(cron="30 6 * * *", jitter_seconds=0),
        is_paused=False,
        fires_at=datetime(2026, 11, 23, 5, 30, tzinfo=UTC),
        last_due_at=datetime(2026, 11, 22, 5, 30, tzinfo=UTC),
        last_outcome=ScheduleOutcome.STARTED,
        last_run_id=RUN,
        created_by="user:ada",
        created_at=LEARNED,
    )


def schema_change(change_id: UUID) -> SchemaChangeRecord:
    return SchemaChangeRecord(
        id=change_id,
        connection_id=CONNECTION,
        stream="insights",
        change=Change(DriftKind.CHANGED_TYPE, "spend", "number"),
        expected="string",
        policy=DriftPolicy.EVOLVE,
        records=3,
        state=DriftState.OPEN,
        first_seen_at=LEARNED,
        last_seen_at=LEARNED,
        first_run_id=RUN,
        last_run_id=RUN,
        accepted_at=None,
        accepted_by=None,
    )


def export(**changes: Any) -> ExportRecord:
    record = ExportRecord(
        id=EXPORT,
        run_id=RUN,
        definition={"kpi": {"orders": "REVENUE"}},
        definition_sha256="d" * 64,
        as_of=LEARNED,
        state=ExportState.READY,
        files=(
            ExportFile(
                "wide.parquet", "application/vnd.apache.parquet", 5_000_000_000, "a" * 64, 7
            ),
            ExportFile("manifest.json", "application/json", 812, "b" * 64, None),
        ),
        checks=(
            ExportCheck(
                "vif", Severity.ATTENTION, ("meta_spend",), 12.5, "collinear", threshold=10.0
            ),
        ),
        manifest={"format": "liftos-causal-export"},
        row_hash="c" * 64,
        rows=7,
        requested_by="user:ada",
        created_at=LEARNED,
        ready_at=LEARNED + timedelta(minutes=1),
        expires_at=LEARNED + timedelta(days=30),
        removed_at=None,
    )
    return replace(record, **changes)
