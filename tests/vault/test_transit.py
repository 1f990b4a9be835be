"""A master key in a key management service, by the protocol of Vault's transit engine."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.identity.masters import masters_of
from core.errors import ConfigError, Transient
from core.settings import Settings
from sandbox.kms import TOKEN
from stores.vault import Masters, Vault
from stores.vault.transit import TransitMaster
from tests.support import SandboxAt, free_port

A, B = b"tenant-a", b"tenant-b"
LOCAL = bytes(range(32))


def rotate(sandbox: SandboxAt) -> None:
    address = f"{sandbox.url}/v1/transit/keys/liftos/rotate"
    headers = {"X-Vault-Token": TOKEN}
    urllib.request.urlopen(urllib.request.Request(address, b"", headers)).close()


async def test_data_keys_are_wrapped_by_the_service(sandbox: SandboxAt) -> None:
    master = TransitMaster(sandbox.url, TOKEN, "liftos")
    vault = Vault(Masters(master))
    key = await vault.new_data_key(A)
    sealed = await vault.seal(key, A, b"place", b"planted")
    rotate(sandbox)
    again = await vault.rewrapped(key, A)
    first, second = (int(str(each.master_id).rpartition(":v")[2]) for each in (key, again))
    assert second == first + 1
    assert again.body.startswith(f"vault:v{second}:".encode())
    assert await vault.current_master() == again.master_id
    fresh = Vault(Masters(master))
    for each in (key, again):
        assert await fresh.open(each, A, b"place", sealed) == b"planted"
        with pytest.raises(ConfigError):
            await fresh.open(each, B, b"place", sealed)
    await vault.aclose()


async def test_an_installation_moves_from_its_own_key_to_the_service(
    sandbox: SandboxAt, tmp_path: Path
) -> None:
    own = Vault(Masters.of(LOCAL))
    key = await own.new_data_key(A)
    sealed = await own.seal(key, A, b"place", b"planted")
    settings = Settings(
        kms_url=sandbox.url,
        kms_token=SecretStr(TOKEN),
        master_key=SecretStr("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
    )
    vault = Vault(masters_of(settings, tmp_path))
    assert await vault.open(key, A, b"place", sealed) == b"planted"
    moved = await vault.rewrapped(key, A)
    alone = Vault(masters_of(settings.model_copy(update={"master_key": None}), tmp_path))
    assert await alone.open(moved, A, b"place", sealed) == b"planted"
    for each in (vault, alone):
        await each.aclose()


async def test_a_service_that_refuses_or_is_gone_is_told_without_its_token(
    sandbox: SandboxAt,
) -> None:
    refusing = TransitMaster(sandbox.url, "wrong-kms-token", "liftos")
    with pytest.raises(ConfigError) as refused:
        await refusing.wrap(LOCAL, A)
    assert refused.value.field == "LIFTOS_KMS_TOKEN"
    gone = TransitMaster(f"http://127.0.0.1:{free_port()}", "wrong-kms-token", "liftos")
    with pytest.raises(Transient) as lost:
        await gone.wrap(LOCAL, A)
    assert "wrong-kms-token" not in json.dumps([str(refused.value), str(lost.value)])
    for each in (refusing, gone):
        await each.aclose()


def test_a_service_needs_its_token(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        masters_of(Settings(kms_url="http://127.0.0.1:1"), tmp_path)
    assert refused.value.field == "LIFTOS_KMS_TOKEN"
