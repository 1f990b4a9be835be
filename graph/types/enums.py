"""Enumerations of the records, described for the schema."""

from __future__ import annotations

from enum import Enum

from core.commands import FileReading
from core.errors import ErrorKind
from core.records.authorizations import AuthorizationStatus
from core.records.connections import Breakdown, ConnectionStatus, Level, Source
from core.records.credentials import AlertKind, ConnectionTestStatus, CredentialKind, FindingKind
from core.records.drift import DriftKind, DriftPolicy, DriftState
from core.records.entries import DateBasis, Device, EntryOrder, SeriesRole
from core.records.events import DataEventKind
from core.records.naming import NamingSyntax
from core.records.quotas import QuotaKind
from core.records.receipts import CheckStatus, ShrinkState
from core.records.rejections import RejectionState
from core.records.runs import RunEventKind, RunKind, RunStatus
from core.records.schedules import ScheduleOutcome
from core.records.transformations import Names, TransformationPart
from core.scope import Role
from core.series import ColumnRole, Period
from core.webhook_mapping import EventKind
from graph.types.attribution_enums import ATTRIBUTION_ENUMS
from graph.types.audit_enums import AUDIT_ENUMS
from graph.types.calendar_enums import CALENDAR_ENUMS
from graph.types.causal_enums import CAUSAL_ENUMS
from graph.types.described import described as _described
from graph.types.export_enums import EXPORT_ENUMS
from graph.types.fact_terms import BREAKDOWNS, COLUMN_ROLES, DEVICES, PERIODS, SERIES_ROLES
from graph.types.feature_enums import FEATURE_ENUMS
from graph.types.insight_enums import INSIGHT_ENUMS
from graph.types.metric_enums import METRIC_ENUMS
from graph.types.operation_enums import OPERATION_ENUMS
from graph.types.quality_enums import QUALITY_ENUMS
from graph.types.seasonality_enums import SEASONALITY_ENUMS

ENUMS: tuple[type[Enum], ...] = (
    _described(
        Source,
        "Where data comes from.",
        {source: source.manifest.about for source in Source},
    ),
    _described(
        Level,
        "The kind of thing one entry is about.",
        {
            Level.ACCOUNT: "A whole account.",
            Level.CAMPAIGN: "A campaign.",
            Level.AD_SET: "An ad set, or Google's ad group.",
            Level.AD: "A single ad.",
            Level.ORDER: "An order or conversion, of a webhook or of a file of orders.",
            Level.SERIES: "A series of your own, such as a column of a model's file.",
        },
    ),
    _described(Breakdown, "What all entries of a connection are broken down by.", BREAKDOWNS),
    _described(
        Device, "The kind of device that an entry is broken down by, alike over sources.", DEVICES
    ),
    _described(SeriesRole, "What a series is to a model.", SERIES_ROLES),
    _described(
        ColumnRole,
        "What a column of a wide file is: a series of a role, or one of two things more.",
        COLUMN_ROLES,
    ),
    _described(Period, "How long a row of a wide file covers, from its date on.", PERIODS),
    _described(
        ConnectionStatus,
        "Whether a connection may be read from.",
        {
            ConnectionStatus.ACTIVE: "It may.",
            ConnectionStatus.PAUSED: "Not until `resumeConnection` makes it active again.",
            ConnectionStatus.DISCONNECTED: "Not until its account is connected again.",
        },
    ),
    _described(
        CredentialKind,
        "What opens a source.",
        {
            CredentialKind.ACCESS_TOKEN: "A user's or an app's token.",
            CredentialKind.SYSTEM_USER_TOKEN: "A token of one of Meta's system users.",
            CredentialKind.REFRESH_TOKEN: "A user's consent, which yields short-lived tokens.",
            CredentialKind.SERVICE_ACCOUNT: "The key of a service account.",
            CredentialKind.API_KEY: "A key of the account itself.",
        },
    ),
    _described(
        ConnectionTestStatus,
        "Where a test of a connection stands.",
        {
            ConnectionTestStatus.WAITING: "No worker has answered yet.",
            ConnectionTestStatus.PASSED: "The source answered, and runs can read it.",
            ConnectionTestStatus.FAILED: "A fatal finding stands in the way.",
        },
        name="ConnectionTestStatus",
    ),
    _described(
        FindingKind,
        "What a test of a connection found.",
        {
            FindingKind.CURRENCY_DIFFERS: "The account's currency is not the connection's.",
            FindingKind.EXPIRES_SOON: "The credentials expire within 14 days.",
            FindingKind.PERMISSION_MISSING: "The credentials do not allow all that reading needs.",
            FindingKind.REFUSED: "The source, or what was set up, forbids reading.",
            FindingKind.TIME_ZONE_DIFFERS: "The account's time zone is not the connection's.",
            FindingKind.UNREACHABLE: "The source did not answer well enough to tell.",
        },
        name="ConnectionFindingKind",
    ),
    _described(
        AuthorizationStatus,
        "Where an authorization stands.",
        {
            AuthorizationStatus.STARTED: "Its user is at the source.",
            AuthorizationStatus.RETURNED: "Its user is back; `confirmAuthorization` goes on.",
            AuthorizationStatus.EXCHANGING: "A worker trades the source's code for credentials.",
            AuthorizationStatus.READY: "`connectAuthorized` connects its accounts, for an hour.",
            AuthorizationStatus.DENIED: "The user did not consent.",
            AuthorizationStatus.FAILED: "Nothing comes of it; see `error`.",
            AuthorizationStatus.EXPIRED: "It took too long.",
        },
    ),
    _described(
        AlertKind,
        "What about a connection calls for somebody.",
        {
            AlertKind.API_VERSION_SUNSET: "The source will stop serving the pinned API version.",
            AlertKind.CREDENTIALS_REFUSED: "The source does not accept the credentials.",
            AlertKind.QUOTA_NEARLY_USED: "The source's quota is nearly used up.",
            AlertKind.SCHEMA_CHANGED: "A stream is not what it was; see `schemaChanges`.",
            AlertKind.TOKEN_EXPIRING: "The credentials expire within 14 days, or have expired.",
        },
    ),
    _described(
        NamingSyntax,
        "How the pattern of a naming rule is written.",
        {
            NamingSyntax.TEMPLATE: "A name with its fields in braces: `{market}_{title*}`.",
            NamingSyntax.REGEX: "An RE2 expression with named groups.",
        },
    ),
    _described(
        DateBasis,
        "What the date of an entry is the date of.",
        {
            DateBasis.DELIVERY: "The day an ad was shown.",
            DateBasis.EVENT: "The day something happened, such as an order.",
            DateBasis.SEND: "The day a message was sent; everything it led to counts there.",
        },
    ),
    _described(
        EntryOrder,
        "Order of a list of entries; ties are broken by a fixed hidden key.",
        {
            EntryOrder.DATE_ASC: "Oldest day first.",
            EntryOrder.DATE_DESC: "Newest day first.",
        },
        name="MarketingEntryOrder",
    ),
    _described(
        RunKind,
        "What a run does.",
        {
            RunKind.INGESTION: "Reads a source and keeps what it said.",
            RunKind.BACKFILL: "Reads past days, making room for other runs between readings.",
            RunKind.REPLAY: "Puts refused records in again, as they came or corrected.",
            RunKind.TRANSFORMATION: (
                "Makes entries anew from the raw pages, by the present rules, without asking the "
                "source. It makes room for other runs between pages."
            ),
            RunKind.EXPORT: "Writes the files of an export. It is of no connection.",
            RunKind.INDEX: "Says in documents what has changed, so that it can be found.",
            RunKind.ANALYSIS: "Looks for what is worth telling in what has changed.",
            RunKind.ERASURE: "Lets go of whatever names a person. It is of no connection.",
        },
    ),
    _described(
        RunStatus,
        "Where a run stands.",
        {
            RunStatus.QUEUED: "Waiting for a worker.",
            RunStatus.RUNNING: "A worker is at it.",
            RunStatus.SUCCEEDED: "Done, and its receipt balances.",
            RunStatus.INCOMPLETE: (
                "All was read, but its totals are not the platform's; see `receipt.checks`."
            ),
            RunStatus.HELD: (
                "All was read, but too many entries would vanish; see `heldShrink`, then "
                "`acceptShrink` or `rejectShrink`."
            ),
            RunStatus.FAILED: "Ended by an error; see `error`.",
            RunStatus.CANCELLED: "Ended because somebody asked for it.",
            RunStatus.PARKED: "Held because it brought down its worker several times.",
        },
    ),
    _described(
        RunEventKind,
        "What happened to a run.",
        {
            RunEventKind.QUEUED: "It was asked for.",
            RunEventKind.STARTED: "A worker took it up.",
            RunEventKind.RESUMED: "A worker took it up where another had left it.",
            RunEventKind.PAGE_STORED: "A page of the source was kept.",
            RunEventKind.WINDOW_COMPLETED: "A window of days was read to its end.",
            RunEventKind.STEP_COMPLETED: "It got on, without a page of a source.",
            RunEventKind.WAITING: "The source asks for patience.",
            RunEventKind.GAVE_WAY: "It made room for another run and goes on in its turn.",
            RunEventKind.SUCCEEDED: "It is done.",
            RunEventKind.INCOMPLETE: "All was read, and its totals are not the platform's.",
            RunEventKind.HELD: "All was read, and entries that would vanish wait for a decision.",
            RunEventKind.FAILED: "It ended by an error.",
            RunEventKind.CANCELLING: "Somebody asked it to stop; its worker is told.",
            RunEventKind.CANCELLED: "It ended because somebody asked for it.",
            RunEventKind.PARKED: "It is held.",
        },
    ),
    _described(
        DataEventKind,
        "What happened to your data.",
        {
            DataEventKind.RUN_QUEUED: "A run was asked for, or is to be tried again.",
            DataEventKind.RUN_STARTED: "A worker took a run up.",
            DataEventKind.PAGE_LANDED: "What a page of a source said is in the entries.",
            DataEventKind.ENTRIES_RESTATED: "Entries that were known have changed or vanished.",
            DataEventKind.RUN_FINISHED: "A run stands still, whatever ended it.",
            DataEventKind.INSIGHT_RAISED: "An insight is new, open again, or weighs more.",
        },
    ),
    _described(
        TransformationPart,
        "What of an entry a transformation may change.",
        {
            TransformationPart.CHANNELS: "Its channel, by your rules and the source's mapping.",
            TransformationPart.NUMBERS: "Its metrics and other labels, as our code reads them now.",
            TransformationPart.QUALITY: "Which checks it passes.",
        },
    ),
    _described(
        Names,
        "By which name of its campaign an entry goes.",
        {
            Names.KEPT: "That of when its numbers were learned.",
            Names.PRESENT: "The present one: the past is renamed, from now on.",
        },
        name="CampaignNames",
    ),
    _described(
        CheckStatus,
        "Whether a total of ours is the platform's own.",
        {
            CheckStatus.MATCHED: "It is, within the connection's tolerance, on every day.",
            CheckStatus.MISMATCHED: "It is not; `gaps` names the days.",
            CheckStatus.NOT_ASSESSED: "Nobody knows; `reason` says why.",
        },
    ),
    _described(
        ShrinkState,
        "What became of entries that a run held back from vanishing.",
        {
            ShrinkState.HELD: "They wait for a decision, and stand until then.",
            ShrinkState.ACCEPTED: "They have vanished.",
            ShrinkState.REJECTED: "They were kept.",
        },
    ),
    _described(
        DriftPolicy,
        "What becomes of records that are not as their stream's contract has them.",
        {
            DriftPolicy.EVOLVE: "What can still be read goes in, the rest is refused. The default.",
            DriftPolicy.DISCARD_FIELD: "A value of another type is left out.",
            DriftPolicy.DISCARD_ROW: "Its record is refused.",
            DriftPolicy.FREEZE: "The run stops before the page, until the change is accepted.",
        },
    ),
    _described(
        DriftKind,
        "How a field is not as expected.",
        {
            DriftKind.NEW_FIELD: "Nothing is known of it: it is kept in the raw page.",
            DriftKind.CHANGED_TYPE: "It has another JSON type.",
            DriftKind.MISSING_FIELD: "It is not there, and records cannot do without it.",
        },
    ),
    _described(
        DriftState,
        "Whether somebody has taken note of a change.",
        {
            DriftState.OPEN: "Nobody yet.",
            DriftState.ACCEPTED: "It is no drift any more.",
        },
    ),
    _described(
        RejectionState,
        "What became of a refused record.",
        {
            RejectionState.OPEN: "Nothing yet: it waits to be replayed or dismissed.",
            RejectionState.REPLAYED: "It went in, as it came or corrected.",
            RejectionState.DISMISSED: "Somebody laid it aside; `note` says why.",
            RejectionState.SUPERSEDED: (
                "The source was read again since: its newer answer stands, or is refused itself."
            ),
        },
    ),
    *EXPORT_ENUMS,
    _described(
        ScheduleOutcome,
        "What came of a schedule when it was due.",
        {
            ScheduleOutcome.STARTED: "It started a run.",
            ScheduleOutcome.RUN_STILL_OPEN: "Nothing: the run it had started has not ended.",
            ScheduleOutcome.CONNECTION_INACTIVE: "Nothing: the connection may not be read from.",
            ScheduleOutcome.QUOTA_EXCEEDED: "Nothing: a quota of your subscription is used up.",
        },
    ),
    _described(
        QuotaKind,
        "What of a subscription is counted.",
        {
            QuotaKind.STORAGE_BYTES: "Bytes of raw pages, uploads and files of exports.",
            QuotaKind.RUNS_A_DAY: "Runs that were asked for since midnight, UTC.",
            QuotaKind.EXPORT_ROWS_A_MONTH: "Rows of exports that became ready this month, UTC.",
            QuotaKind.EMBEDDED_TOKENS_A_MONTH: "Tokens sent to embedders this month, UTC.",
        },
    ),
    _described(
        ErrorKind,
        "Who can do something about an error.",
        {
            ErrorKind.USER: "Whoever asked, by asking differently.",
            ErrorKind.CONFIG: "Whoever looks after settings and credentials.",
            ErrorKind.TRANSIENT: "Time: it was retried and may work later.",
            ErrorKind.TERMINAL: "Nobody here: the source refused for good.",
            ErrorKind.BUG: "We: a promise of our own was broken.",
        },
    ),
    _described(
        FileReading,
        "What a file says about the rows it does not hold.",
        {
            FileReading.PARTIAL: "Nothing: rows of earlier files stay as they are.",
            FileReading.COMPLETE: (
                "It is all there is from its first day to its last: entries of those days that it "
                "lacks have vanished."
            ),
        },
    ),
    _described(
        EventKind,
        "What an event of a webhook says of its order or conversion.",
        {
            EventKind.ORDER: "The order itself, new or as it is now.",
            EventKind.REFUND: "That an amount was given back.",
            EventKind.CANCELLATION: "That it does not count any more.",
            EventKind.IGNORED: "Nothing: it stays in its raw page and is no record.",
        },
        name="WebhookEventKind",
    ),
    _described(
        Role,
        "What a caller is to the tenant; each role grants permissions.",
        {
            Role.ADMIN: "May do everything, connecting sources included.",
            Role.DEVELOPER: "May read everything, ingest, and stop or retry runs.",
            Role.ANALYST: "May read, and read attribution rows.",
            Role.USER: "As a viewer; other modules may grant more.",
            Role.VIEWER: "May read data and insights.",
        },
    ),
    *OPERATION_ENUMS,
    *ATTRIBUTION_ENUMS,
    *METRIC_ENUMS,
    *CAUSAL_ENUMS,
    *CALENDAR_ENUMS,
    *SEASONALITY_ENUMS,
    *FEATURE_ENUMS,
    *QUALITY_ENUMS,
    *AUDIT_ENUMS,
    *INSIGHT_ENUMS,
)
"""Every enumeration of the schema."""
