"""Secrets at rest: a data key per tenant seals them, a master key wraps the data keys."""

from stores.vault.envelope import Vault, WrappedKey
from stores.vault.masters import LocalMasters, MasterKey, Masters, parse_master_key
from stores.vault.sealing import KEY_BYTES

__all__ = [
    "KEY_BYTES",
    "LocalMasters",
    "MasterKey",
    "Masters",
    "Vault",
    "WrappedKey",
    "parse_master_key",
]
