"""What is sealed for a tenant and a place opens for those two alone, whatever became of the key."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from app.identity.masters import add_master, keys_in, masters_of, oldest_kept
from app.identity.secrets import secrets_of
from core.errors import ConfigError, Conflict
from core.settings import Settings
from stores.vault import LocalMasters, Masters, Vault, WrappedKey
from stores.vault.masters import master_id_of
from stores.vault.sealing import seal

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
A, B = b"tenant-a", b"tenant-b"
SECRET = b"EAABplanted"


@pytest.mark.parametrize(("tenant", "place"), [(A, b"other"), (B, b"place"), (B, b"other")])
async def test_a_secret_opens_in_its_own_place_only(tenant: bytes, place: bytes) -> None:
    vault = Vault(Masters.of(OLD))
    key = await vault.new_data_key(A)
    sealed = await vault.seal(key, A, b"place", SECRET)
    assert SECRET not in sealed
    assert await vault.open(key, A, b"place", sealed) == SECRET
    with pytest.raises(ConfigError):
        await Vault(Masters.of(OLD)).open(key, tenant, place, sealed)
    with pytest.raises(ConfigError):
        await vault.open(key, tenant, place, sealed)


@pytest.mark.parametrize("at", [0, 11, 12, -1])
async def test_a_changed_bit_is_noticed(at: int) -> None:
    vault = Vault(Masters.of(OLD))
    key = await vault.new_data_key(A)
    sealed = bytearray(await vault.seal(key, A, b"place", SECRET))
    sealed[at] ^= 1
    with pytest.raises(ConfigError):
        await vault.open(key, A, b"place", bytes(sealed))


async def test_what_was_wrapped_before_ids_still_opens() -> None:
    data_key = bytes(32)
    key = WrappedKey(seal(OLD, data_key, A), None)
    sealed = seal(data_key, SECRET, A + b"place")
    for masters in (Masters.of(OLD), Masters.of(NEW, OLD)):
        assert await Vault(masters).open(key, A, b"place", sealed) == SECRET


async def test_a_rewrapped_key_opens_under_the_new_master_alone() -> None:
    both = Vault(Masters.of(NEW, OLD))
    key = await Vault(Masters.of(OLD)).new_data_key(A)
    sealed = await both.seal(key, A, b"place", SECRET)
    again = await both.rewrapped(key, A)
    assert (key.master_id, again.master_id) == (master_id_of(OLD), master_id_of(NEW))
    assert await Vault(Masters.of(NEW)).open(again, A, b"place", sealed) == SECRET
    with pytest.raises(ConfigError) as refused:
        await Vault(Masters.of(NEW)).open(key, A, b"place", sealed)
    assert master_id_of(OLD) in refused.value.message


async def test_a_process_meets_a_key_that_was_added_to_its_file(tmp_path: Path) -> None:
    settings = Settings(jwks_url="https://id.test")
    running = Vault(masters_of(settings, tmp_path))
    before = await running.new_data_key(A)
    roles = secrets_of(settings, tmp_path).role_secret
    add_master(settings, tmp_path)
    restarted = Vault(masters_of(settings, tmp_path))
    after = await restarted.rewrapped(before, A)
    assert after.master_id != before.master_id
    sealed = await restarted.seal(after, A, b"place", SECRET)
    assert await running.open(after, A, b"place", sealed) == SECRET
    assert (await running.new_data_key(A)).master_id == after.master_id
    assert secrets_of(settings, tmp_path).role_secret == roles
    assert len(keys_in(tmp_path / "secrets" / "master_key")) == 2
    assert len(oldest_kept(tmp_path)) == 44


def test_a_key_that_is_not_in_a_file_is_not_added_to_one(tmp_path: Path) -> None:
    settings = Settings(master_key=SecretStr("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="))
    with pytest.raises(Conflict) as refused:
        add_master(settings, tmp_path)
    assert "LIFTOS_MASTER_KEYS_ACCEPTED" in (refused.value.mend or "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "c2hvcnQ=\n", None])
def test_a_file_without_keys_is_told_by_its_setting(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "keys"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        masters_of(Settings(master_key_file=path), tmp_path)
    assert refused.value.field == "LIFTOS_MASTER_KEY_FILE"
    assert "c2hvcnQ=" not in str(refused.value)


async def test_an_unknown_id_is_looked_for_once_more() -> None:
    given = [(OLD,), (OLD,), (NEW, OLD)]
    masters = LocalMasters(lambda: given.pop(0))
    assert await masters.holds(master_id_of(OLD))
    assert not await masters.holds(master_id_of(NEW))
    assert await masters.holds(master_id_of(NEW))
    assert given == []
