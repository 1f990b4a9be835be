"""Access tokens: who may read which account.

| token                     | reads                                                        |
|---------------------------|--------------------------------------------------------------|
| `sandbox-token-<number>`  | that account and its siblings (accounts of the same business) |
| `sandbox-system-user`     | every account                                                |
| `sandbox-expired`         | nothing: 190/463                                             |
| `sandbox-no-permission`   | nothing: 200 on accounts, 10 on `me/adaccounts`              |
"""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from sandbox.meta import errors
from sandbox.settings import SandboxSettings
from sandbox.world.records import Account

_PREFIX: Final = "sandbox-token-"
_SYSTEM_USER: Final = "sandbox-system-user"
_EXPIRED: Final = "sandbox-expired"
_NO_PERMISSION: Final = "sandbox-no-permission"


def readable(token: str | None, accounts: Iterable[Account]) -> tuple[Account, ...]:
    """The accounts that a token may read; a token that is not valid is refused."""
    everything = tuple(accounts)
    if not token:
        raise errors.no_token()
    if token == _EXPIRED:
        raise errors.expired_token()
    if token == _NO_PERMISSION:
        return ()
    if token == _SYSTEM_USER:
        return everything
    owner = next((each for each in everything if token == f"{_PREFIX}{each.number}"), None)
    if owner is None:
        raise errors.malformed_token()
    return tuple(each for each in everything if each.business == owner.business)


def check_proof(token: str, proof: str | None, settings: SandboxSettings) -> None:
    """Check `appsecret_proof`, HMAC-SHA256 of the token keyed with the app secret, in hex."""
    if settings.app_secret is None:
        return
    if proof is None:
        if settings.proof_required:
            raise errors.wrong_proof(missing=True)
        return
    right = hmac.new(settings.app_secret.encode(), token.encode(), sha256).hexdigest()
    if not hmac.compare_digest(right, proof):
        raise errors.wrong_proof(missing=False)
