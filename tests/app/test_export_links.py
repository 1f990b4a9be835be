"""Tokens of links: what we signed is read back, and nothing else."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from app.identity.links import links_of
from app.identity.secrets import secrets_of
from core.export_links import PREFIX, LinkClaims, LinkSigner
from core.redaction import redact_text
from core.scope import TenantId
from core.settings import Settings

KEY, OTHER = bytes(32), bytes(range(32))
SIGNER = LinkSigner.of([KEY])
CLAIMS = LinkClaims(
    TenantId(UUID(int=1)), UUID(int=2), "wide.parquet", datetime(2026, 11, 23, tzinfo=UTC)
)
TOKEN = SIGNER.sign(CLAIMS)


@given(
    tenant=st.uuids(),
    export=st.uuids(),
    file=st.text(max_size=40),
    expiry=st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_what_was_signed_is_read_back(
    tenant: UUID, export: UUID, file: str, expiry: datetime
) -> None:
    claims = LinkClaims(TenantId(tenant), export, file, expiry.replace(microsecond=0))
    assert SIGNER.read(SIGNER.sign(claims), file) == claims


@pytest.mark.parametrize("position", range(len(TOKEN)))
def test_a_token_with_one_other_character_is_nobodys(position: int) -> None:
    for other in ("A", "B", "-", "=", "%", "é"):
        if other != TOKEN[position]:
            assert (
                SIGNER.read(TOKEN[:position] + other + TOKEN[position + 1 :], CLAIMS.file) is None
            )


@pytest.mark.parametrize(
    "token", ["", PREFIX, TOKEN[4:], TOKEN + "A", TOKEN + "=", TOKEN[:-1], TOKEN * 2, "lox_\x00"]
)
def test_what_has_another_form_is_nobodys(token: str) -> None:
    assert SIGNER.read(token, CLAIMS.file) is None


@given(st.binary(min_size=70, max_size=70))
def test_a_guess_is_nobodys(body: bytes) -> None:
    assert SIGNER.read(PREFIX + base64.urlsafe_b64encode(body).decode().rstrip("="), "a") is None


def test_a_token_opens_the_file_it_was_made_for_alone() -> None:
    for file in ("long.parquet", "wide.parquet ", "Wide.parquet", ""):
        assert SIGNER.read(TOKEN, file) is None


def test_a_link_holds_while_the_key_of_its_time_is_accepted() -> None:
    both, new = LinkSigner.of([OTHER, KEY]), LinkSigner.of([OTHER])
    assert both.read(TOKEN, CLAIMS.file) == CLAIMS
    assert new.read(TOKEN, CLAIMS.file) is None
    assert both.sign(CLAIMS) == new.sign(CLAIMS) != TOKEN


def test_links_outlive_the_rotation_of_the_master_key(tmp_path: Path) -> None:
    old, new = (SecretStr(base64.b64encode(key).decode()) for key in (KEY, OTHER))
    before = Settings(master_key=old)
    after = Settings(master_key=new, master_keys_accepted=old)
    gone = Settings(master_key=new)
    made = links_of(before, secrets_of(before, tmp_path)).signer.sign(CLAIMS)
    assert links_of(after, secrets_of(after, tmp_path)).signer.read(made, CLAIMS.file) == CLAIMS
    assert links_of(gone, secrets_of(gone, tmp_path)).signer.read(made, CLAIMS.file) is None


def test_no_text_that_logs_or_shows_a_link_has_its_token() -> None:
    assert repr(SIGNER) == "LinkSigner()"
    assert redact_text(f"GET /exports/{TOKEN}/a.csv 200") == "GET /exports/[redacted]/a.csv 200"
