"""Every setting, read once from the environment (`LIFTOS_*`) and frozen.

Nothing else in the project reads the environment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one process; an unset service address means the embedded service."""

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
    redis_url: SecretStr | None = Field(None, description="Redis or Valkey; embedded when unset")
    master_key: SecretStr | None = Field(
        None, description="32 bytes, base64: wraps tenants' data keys; kept in home when unset"
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
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line that is written"
    )
    log_format: Literal["json", "console"] = Field(
        "json", description="JSON for machines, console for people"
    )
    meta_base_url: str = Field("https://graph.facebook.com", description="Meta Graph API")
    meta_api_version: str = Field("v26.0", description="Pinned version of the Marketing API")
    meta_app_secret: SecretStr | None = Field(
        None, description="Adds appsecret_proof to Meta calls, when set"
    )
    google_ads_base_url: str = Field(
        "https://googleads.googleapis.com", description="Google Ads API"
    )
    google_ads_api_version: str = Field("v26", description="Pinned version of the Google Ads API")
    google_token_url: str = Field(
        "https://oauth2.googleapis.com/token", description="Google's OAuth2 token endpoint"
    )
    klaviyo_base_url: str = Field("https://a.klaviyo.com", description="Klaviyo's API")
    klaviyo_revision: str = Field("2026-10-15", description="Pinned revision of Klaviyo's API")
    upload_max_bytes: int = Field(2_000_000_000, gt=0, description="Largest accepted file")
    request_max_bytes: int = Field(1_000_000, gt=0, description="Largest accepted GraphQL body")
    event_retention_days: int = Field(
        30, ge=1, description="How long an event can be read again by its cursor"
    )
    event_stream_length: int = Field(
        10_000, ge=1, description="About how many events each tenant's Redis Stream keeps"
    )
    worker_concurrency: int = Field(4, ge=1, description="Runs that one worker works on at once")
    worker_heartbeat_seconds: float = Field(
        6.0, gt=0, description="A run whose worker is silent this long is taken over"
    )
