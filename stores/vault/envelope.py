"""Envelope encryption: what is sealed for a tenant and a place opens for those two alone."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass, field

from stores.vault.masters import Masters
from stores.vault.sealing import KEY_BYTES, seal, unseal

_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as it is stored; `master_id` is None for keys from before ids."""

    body: bytes = field(repr=False)
    master_id: str | None


class Vault:
    """Seals with a tenant's data key. Remembers unwrapped data keys, in memory alone.

    `tenant` and `place` (the connection, say) are bound as associated data: bytes that were
    moved to another tenant's row, or to another row, do not open.
    """

    def __init__(self, masters: Masters) -> None:
        self._masters = masters
        self._opened: OrderedDict[tuple[bytes, bytes], bytes] = OrderedDict()

    async def new_data_key(self, tenant: bytes) -> WrappedKey:
        """A fresh data key, wrapped for storing."""
        return await self._wrapped(os.urandom(KEY_BYTES), tenant)

    async def seal(self, key: WrappedKey, tenant: bytes, place: bytes, secret: bytes) -> bytes:
        """`secret` as nonce and ciphertext, readable only for this tenant and place."""
        return seal(await self._data_key(key, tenant), secret, tenant + place)

    async def open(self, key: WrappedKey, tenant: bytes, place: bytes, sealed: bytes) -> bytes:
        """The secret sealed for this tenant and place, or ConfigError."""
        return unseal(await self._data_key(key, tenant), sealed, tenant + place)

    async def current_master(self) -> str:
        """The id of the master key that wraps now."""
        return await self._masters.current_id()

    async def rewrapped(self, key: WrappedKey, tenant: bytes) -> WrappedKey:
        """The same data key under the master key that wraps now."""
        return await self._wrapped(await self._data_key(key, tenant), tenant)

    async def aclose(self) -> None:
        """Forget data keys and close what the master keys have open."""
        self._opened.clear()
        await self._masters.aclose()

    async def _wrapped(self, data_key: bytes, tenant: bytes) -> WrappedKey:
        master_id, body = await self._masters.wrap(data_key, tenant)
        return WrappedKey(body, master_id)

    async def _data_key(self, key: WrappedKey, tenant: bytes) -> bytes:
        known = self._opened.get((tenant, key.body))
        if known is None:
            known = await self._masters.unwrap(key.master_id, key.body, tenant)
            self._opened[tenant, key.body] = known
        self._opened.move_to_end((tenant, key.body))
        while len(self._opened) > _REMEMBERED:
            self._opened.popitem(last=False)
        return known
