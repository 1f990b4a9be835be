"""Every setting, read once from the environment (`LIFTOS_*`) and frozen.

Nothing else in the project reads the environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.sources import MANIFESTS, SettingField


def _of_sources() -> Iterator[tuple[str, SettingField]]:
    for manifest in MANIFESTS.values():
        yield from ((f"{manifest.folder}_{each.name}", each) for each in manifest.settings)


def _kind(setting: SettingField) -> Any:
    kind = SecretStr if setting.is_secret else str
    return kind if setting.default is not None else kind | None


class Settings(BaseSettings):
    """Settings of one process; an unset service address means the embedded service.

    Those of the sources come from their manifests, as `<folder>_<name>`.
    """

    model_config = SettingsConfigDict(env_prefix="LIFTOS_", frozen=True, extra="ignore")

    home: Path | None = Field(None, description="Folder of all state; XDG data folder by default")
    database_url: SecretStr | None = Field(
        None, description="Postgres login that owns the schema; embedded Postgres when unset"
    )
    database_app_url: SecretStr | None = Field(
        None, description="Plain application login; derived from database_url when unset"
    )
    database_system_url: SecretStr | None = Field(
        None, description="Login for cross-tenant upkeep; derived from database_url when unset"
    )
    database_statements_kept: int = Field(
        100,
        ge=0,
        description="Prepared statements that each connection keeps; 0 behind a pooler that "
        "loses them between transactions",
    )
    redis_url: SecretStr | None = Field(None, description="Redis or Valkey; embedded when unset")
    master_key: SecretStr | None = Field(
        None, description="32 bytes, base64: wraps tenants' data keys; kept in home when unset"
    )
    master_keys_accepted: SecretStr | None = Field(
        None, description="Further master keys, separated by commas, that may only unwrap"
    )
    master_key_file: Path | None = Field(
        None, description="File of master keys, one a line: the first wraps, all of them unwrap"
    )
    kms_url: str | None = Field(
        None, description="HashiCorp Vault or OpenBao whose transit engine is the master key"
    )
    kms_token: SecretStr | None = Field(None, description="Its token; needed with kms_url")
    kms_key: str = Field("liftos", description="Name of the key in the transit engine")
    kms_mount: str = Field("transit", description="Where the transit engine is mounted")
    database_role_secret: SecretStr | None = Field(
        None,
        description="32 bytes, base64: the roles' passwords follow from it; "
        "from the master key when unset",
    )
    jwt_secret: SecretStr | None = Field(
        None, description="HS256 secret for development tokens; kept in home when unset"
    )
    jwks_url: str | None = Field(None, description="JWKS of the identity provider (RS256, ES256)")
    jwt_audience: str | None = Field(None, description="Required `aud` claim, when set")
    jwt_issuer: str | None = Field(None, description="Required `iss` claim, when set")
    gateway_secret: SecretStr | None = Field(
        None, description="HMAC secret of the gateway; its identity headers are refused when unset"
    )
    host: str = Field("127.0.0.1", description="Address the API listens on")
    port: int = Field(8000, ge=0, le=65535, description="Port the API listens on")
    public_url: str | None = Field(
        None, description="Where callers reach the API; http://host:port when unset"
    )
    consent_origins: str = Field(
        "",
        description="Origins, separated by commas, to which a user may be sent back after consent",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line that is written"
    )
    log_format: Literal["json", "console"] = Field(
        "json", description="JSON for machines, console for people"
    )
    exchange_rates_url: str = Field(
        "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip",
        description="Where newer exchange rates are fetched; empty: only those installed",
    )
    objects_folder: Path | None = Field(
        None, description="Folder of files such as exports; `objects` in home when unset"
    )
    objects_s3_bucket: str | None = Field(
        None, description="Bucket that keeps them instead, of S3 or what speaks its protocol"
    )
    objects_s3_prefix: str = Field("", description="What their keys in the bucket begin with")
    objects_s3_endpoint: str | None = Field(
        None, description="Address of the service; Amazon's own in the region when unset"
    )
    objects_s3_region: str | None = Field(None, description="Region of the bucket")
    objects_s3_access_key: SecretStr | None = Field(
        None, description="Key of the service; the machine's own role when unset"
    )
    objects_s3_secret_key: SecretStr | None = Field(
        None, description="Its secret; needed with objects_s3_access_key"
    )
    objects_s3_path_style: bool = Field(
        default=True,
        description="Bucket in the path of addresses; false puts it in front of the host",
    )
    objects_s3_encryption: Literal["AES256", "aws:kms", "aws:kms:dsse"] | None = Field(
        None, description="Server-side encryption that is asked for; the bucket's own when unset"
    )
    objects_s3_kms_key: str | None = Field(
        None, description="Key of `aws:kms`; the account's own when unset"
    )
    embedder: Literal["wordllama", "openai"] = Field(
        "wordllama",
        description="What turns documents and questions into vectors: a model of this machine, or "
        "an endpoint that speaks OpenAI's protocol",
    )
    embedder_url: str = Field(
        "https://api.openai.com/v1", description="The endpoint, to which /embeddings is added"
    )
    embedder_key: SecretStr | None = Field(None, description="Its key, where it asks for one")
    embedder_model: str = Field(
        "text-embedding-3-small", description="Model of the endpoint; another one embeds all anew"
    )
    embedder_dimension: int = Field(
        1536, ge=1, le=4000, description="Numbers in a vector of the model"
    )
    embedder_asks_dimension: bool = Field(
        default=True, description="The endpoint takes `dimensions`; false for models that do not"
    )
    embedder_requests_per_second: float = Field(
        50.0, gt=0, description="Requests a second that one process sends to the endpoint"
    )
    embedder_price: Decimal | None = Field(
        None,
        ge=0,
        description="What a million tokens cost at the endpoint, in US dollars; costs are told by "
        "it, where it is set",
    )
    pinecone_key: SecretStr | None = Field(
        None, description="Key of a Pinecone project that keeps the vectors; Postgres when unset"
    )
    pinecone_host: str | None = Field(
        None, description="Host of its index, of the model's dimension; needed with pinecone_key"
    )
    pinecone_hosts: dict[str, str] = Field(
        {}, description="Hosts of other indexes, by model: where the vectors of former models are"
    )
    export_retention_days: int = Field(
        30, ge=1, description="How long the files of an export are kept"
    )
    upload_max_bytes: int = Field(2_000_000_000, gt=0, description="Largest accepted file")
    request_max_bytes: int = Field(1_000_000, gt=0, description="Largest accepted GraphQL body")
    cors_origins: str = Field(
        "",
        description="Origins, separated by commas, whose web pages may ask and read the answers",
    )
    request_seconds: float = Field(
        30.0,
        gt=0,
        description="Time that a GraphQL request may take, or each event of a subscription",
    )
    batch_max_operations: int = Field(
        10, ge=0, description="Operations in one GraphQL request; 0 takes no batches"
    )
    persisted_query_seconds: int = Field(
        86_400, ge=0, description="How long documents are kept that clients persist; 0: never"
    )
    answers_process_bytes: int = Field(
        40_000_000, ge=0, description="Bytes of answers that one API process keeps; 0: none"
    )
    answers_shared_bytes: int = Field(
        16_000_000, ge=0, description="Bytes of answers that Redis keeps of a tenant; 0: none"
    )
    answers_shared_seconds: int = Field(900, gt=0, description="How long Redis keeps an answer")
    connections_max: int = Field(
        10_000, ge=1, description="Connections that one API process answers; 503 for any more"
    )
    stream_heartbeat_seconds: float = Field(
        10.0, gt=0, description="How often a stream over HTTP that has nothing to tell says so"
    )
    stream_stall_seconds: float = Field(
        20.0, gt=0, description="How long the reader of a stream may take nothing that waits"
    )
    stream_check_seconds: float = Field(
        5.0, gt=0, description="How often the credentials behind open streams are looked at again"
    )
    socket_init_seconds: float = Field(
        10.0, gt=0, description="How soon a socket must say who it is"
    )
    socket_operations: int = Field(
        100, ge=1, description="Operations that may be open on one socket"
    )
    event_retention_days: int = Field(
        30, ge=1, description="How long an event can be read again by its cursor"
    )
    event_stream_length: int = Field(
        10_000, ge=1, description="About how many events each tenant's Redis Stream keeps"
    )
    webhook_max_bytes: int = Field(1_000_000, gt=0, description="Largest accepted webhook body")
    webhook_tolerance_seconds: int = Field(
        300, gt=0, description="How far a webhook's time of sending may lie from ours"
    )
    webhook_collect_seconds: float = Field(
        1.0, gt=0, description="How soon a run is started for webhook events that have come"
    )
    webhook_events_per_second: int = Field(
        5_000, gt=0, description="Events a second that one API process takes for a connection"
    )
    index_look_seconds: float = Field(
        5.0,
        ge=0,
        description="How often workers look for tenants whose documents are due; 0 for never",
    )
    index_runs: int = Field(
        2,
        ge=1,
        description="Runs that say documents anew, of all tenants together, before more are asked "
        "for: after an upgrade every tenant is due",
    )
    analysis_look_seconds: float = Field(
        10.0,
        ge=0,
        description="How often workers look for tenants whose data are to be analysed; 0 for never",
    )
    worker_concurrency: int = Field(4, ge=1, description="Runs that one worker works on at once")
    worker_turn_seconds: float = Field(
        30.0,
        ge=0,
        description="How long a run keeps its place, to the end of a reading, before a tenant "
        "that has fewer",
    )
    tier_runs: dict[str, int] = Field(
        {"FREE": 2, "PRO": 4, "ENTERPRISE": 16},
        description="Runs of one tenant that are worked on at once, by tier; 4 for any other",
    )
    tier_points_per_second: dict[str, int] = Field(
        {"FREE": 2_000, "PRO": 10_000, "ENTERPRISE": 50_000},
        description="Points of GraphQL that a tenant may spend a second, by tier; the smallest "
        "for any other",
    )
    tier_points_burst: dict[str, int] = Field(
        {"FREE": 200_000, "PRO": 500_000, "ENTERPRISE": 2_000_000},
        description="Points that a tenant may spend at once, by tier",
    )
    tier_operation_points: dict[str, int] = Field(
        {"FREE": 50_000, "PRO": 100_000, "ENTERPRISE": 200_000},
        description="Points that one operation may cost, by tier",
    )
    tier_storage_bytes: dict[str, int] = Field(
        {"FREE": 20_000_000_000, "PRO": 500_000_000_000, "ENTERPRISE": 10_000_000_000_000},
        description="Bytes of pages, uploads and exports that a tenant may keep, by tier",
    )
    tier_runs_a_day: dict[str, int] = Field(
        {"FREE": 2_000, "PRO": 20_000, "ENTERPRISE": 200_000},
        description="Runs that a tenant may start in a day (UTC), by tier",
    )
    tier_export_rows_a_month: dict[str, int] = Field(
        {"FREE": 5_000_000, "PRO": 100_000_000, "ENTERPRISE": 2_000_000_000},
        description="Rows that a tenant may export in a month (UTC), by tier",
    )
    tier_embedded_tokens_a_month: dict[str, int] = Field(
        {"FREE": 5_000_000, "PRO": 50_000_000, "ENTERPRISE": 1_000_000_000},
        description="Tokens of a tenant that are sent to an embedder by network in a month (UTC), "
        "by tier; the smallest for any other",
    )
    worker_heartbeat_seconds: float = Field(
        6.0, gt=0, description="A run whose worker is silent this long is taken over"
    )
    __annotations__.update({name: _kind(each) for name, each in _of_sources()})
    vars().update(
        {name: Field(each.default, description=each.about) for name, each in _of_sources()}
    )

    @property
    def base_url(self) -> str:
        """Where callers reach the API, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    def of_source(self, folder: str) -> SourceSettings:
        """The settings that the manifest in `folder` names."""
        return SourceSettings(self, folder)


class SourceSettings:
    """One source's own settings, by the names in its manifest."""

    def __init__(self, settings: Settings, folder: str) -> None:
        self._settings = settings
        self._folder = folder

    def __getitem__(self, name: str) -> str:
        """A setting as a text; an unset one is empty."""
        found = getattr(self._settings, f"{self._folder}_{name}")
        return found.get_secret_value() if isinstance(found, SecretStr) else found or ""
