"""Master keys: the port, keys that are given or kept in a file, and several of them together."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from core.errors import ConfigError
from stores.vault.sealing import KEY_BYTES, seal, unseal

_MEND = (
    "give every process the master key of that id too, until `liftos keys rotate-master` is done"
)


class MasterKey(Protocol):
    """Wraps data keys. A key management service is one; it never hands its key out."""

    async def current_id(self) -> str:
        """The id of the key, and of its version, under which `wrap` wraps now."""
        ...

    async def holds(self, master_id: str | None) -> bool:
        """Whether `unwrap` can open what was wrapped under that id; None: from before ids."""
        ...

    async def wrap(self, data_key: bytes, bound_to: bytes) -> tuple[str, bytes]:
        """The id of the key that wrapped, and the wrapped data key."""
        ...

    async def unwrap(self, master_id: str | None, wrapped: bytes, bound_to: bytes) -> bytes:
        """The data key, or ConfigError; Transient when the service does not answer."""
        ...

    async def aclose(self) -> None:
        """Close connections, if there are any."""
        ...


class LocalMasters:
    """Keys in this process's memory: the first one wraps, all of them unwrap.

    `load` is asked again before a data key is wrapped and when an unknown id turns up, so that
    a key that is added to a file counts without a restart.
    """

    def __init__(self, load: Callable[[], Sequence[bytes]]) -> None:
        self._load = load
        self._keys = _by_id(load())

    async def current_id(self) -> str:
        """The id of the first key."""
        self._keys = _by_id(self._load())
        return next(iter(self._keys))

    async def holds(self, master_id: str | None) -> bool:
        """Whether a key of that id is at hand."""
        if master_id is not None and master_id not in self._keys:
            self._keys = _by_id(self._load())
        return master_id is None or master_id in self._keys

    async def wrap(self, data_key: bytes, bound_to: bytes) -> tuple[str, bytes]:
        """Under the first key."""
        master_id = await self.current_id()
        return master_id, seal(self._keys[master_id], data_key, bound_to)

    async def unwrap(self, master_id: str | None, wrapped: bytes, bound_to: bytes) -> bytes:
        """With the key of that id; without an id, with the one that fits."""
        if not await self.holds(master_id):
            raise unknown_master(master_id)
        if master_id is not None:
            return unseal(self._keys[master_id], wrapped, bound_to)
        return _first_that_fits(self._keys.values(), wrapped, bound_to)

    async def aclose(self) -> None:
        """Nothing is open."""


class Masters:
    """One master key that wraps, and those that may still unwrap."""

    def __init__(self, wrapping: MasterKey, accepted: Sequence[MasterKey] = ()) -> None:
        self._wrapping = wrapping
        self._all = (wrapping, *accepted)

    @classmethod
    def of(cls, *keys: bytes) -> Masters:
        """Keys of 32 bytes; the first one wraps."""
        return cls(LocalMasters(lambda: keys))

    async def current_id(self) -> str:
        """The id under which data keys are wrapped now."""
        return await self._wrapping.current_id()

    async def wrap(self, data_key: bytes, bound_to: bytes) -> tuple[str, bytes]:
        """Under the key that wraps."""
        return await self._wrapping.wrap(data_key, bound_to)

    async def unwrap(self, master_id: str | None, wrapped: bytes, bound_to: bytes) -> bytes:
        """With whichever key holds that id, or ConfigError."""
        for master in self._all:
            if await master.holds(master_id):
                return await master.unwrap(master_id, wrapped, bound_to)
        raise unknown_master(master_id)

    async def aclose(self) -> None:
        """Close what the keys have open."""
        for master in self._all:
            await master.aclose()


def master_id_of(key: bytes) -> str:
    """A name for a key that gives nothing of it away."""
    return "local:" + hashlib.sha256(b"liftos master key id" + key).hexdigest()[:16]


def parse_master_key(text: str, field: str = "LIFTOS_MASTER_KEY") -> bytes:
    """32 bytes from their base64 form, or ConfigError naming `field`."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(
            "the master key is not 32 bytes of base64",
            field=field,
            mend="make one with: openssl rand -base64 32",
        )
    return key


def unknown_master(master_id: str | None) -> ConfigError:
    """No key at hand can unwrap what was wrapped under that id."""
    return ConfigError(
        f"a stored secret needs the master key {master_id or 'of its time'}, which is not given",
        field="LIFTOS_MASTER_KEY",
        mend=_MEND,
    )


def _by_id(keys: Sequence[bytes]) -> dict[str, bytes]:
    return {master_id_of(key): key for key in keys}


def _first_that_fits(keys: Iterable[bytes], wrapped: bytes, bound_to: bytes) -> bytes:
    refusal = unknown_master(None)
    for key in keys:
        try:
            return unseal(key, wrapped, bound_to)
        except ConfigError as error:
            refusal = error
    raise refusal
