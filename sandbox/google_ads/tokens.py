"""OAuth2: who may ask for what, and access tokens that live for an hour.

| refresh token                | whose                                                        |
|------------------------------|--------------------------------------------------------------|
| `sandbox-refresh-<customer>` | a user of that account and its siblings of the same business |
| `sandbox-refresh-manager`    | a user of the manager account, who sees every account        |
| `sandbox-refresh-nobody`     | a user without any account                                   |
| `sandbox-refresh-revoked`    | nobody's any more: invalid_grant                             |

The service account, whose key is made anew with each sandbox, is a user of the manager account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.clock import Clock
from sandbox.google_ads.accounts import MANAGER
from sandbox.world.hashing import key_of
from sandbox.world.records import Account

CLIENT_ID: Final = "sandbox-client.apps.googleusercontent.com"
CLIENT_SECRET: Final = "sandbox-client-secret"  # noqa: S105 -- of a stand-in
SERVICE_ACCOUNT: Final = "liftos@sandbox.iam.gserviceaccount.com"
SCOPE: Final = "https://www.googleapis.com/auth/adwords"
LIFETIME_SECONDS: Final = 3_599
JWT_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_MANAGER: Final = "manager"
_PREFIX: Final = "sandbox-refresh-"


@dataclass(eq=False)
class OAuthError(Exception):
    """A refusal of the token endpoint."""

    error: str
    description: str
    status: int = 400

    def body(self) -> dict[str, object]:
        """As RFC 6749 has it."""
        return {"error": self.error, "error_description": self.description}


class Tokens:
    """Issues access tokens and remembers for whom; one per sandbox."""

    def __init__(self, clock: Clock, accounts: Mapping[int, Account], seed: int) -> None:
        """Know these accounts' users."""
        self._clock = clock
        self._users = {_MANAGER, "nobody", *(str(number) for number in accounts)}
        self._seed = seed
        self._issued: dict[str, tuple[str, float]] = {}

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def service_account(self, token_url: str) -> dict[str, str]:
        """The key file of the service account, as the Cloud console gives it out."""
        pem = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return {
            "type": "service_account",
            "private_key_id": "sandbox",
            "private_key": pem.decode(),
            "client_email": SERVICE_ACCOUNT,
            "token_uri": token_url,
        }

    def granted(self, form: Mapping[str, str], token_url: str) -> dict[str, object]:
        """The answer to a grant, or OAuthError."""
        grant = form.get("grant_type")
        if grant == "refresh_token":
            return self._issue(self._user_of(form))
        if grant == JWT_GRANT:
            self._check_assertion(form.get("assertion", ""), token_url)
            return self._issue(_MANAGER)
        raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {grant}")

    def consented(self, form: Mapping[str, str], user: str, scope: str) -> dict[str, object]:
        """The answer to a code that was taken, or OAuthError: with a refresh token."""
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise OAuthError("invalid_client", "The OAuth client was not found.", 401)
        return self._issue(user) | {"refresh_token": f"{_PREFIX}{user}", "scope": scope}

    def user(self, access_token: str) -> str | None:
        """Whose token it is, while it is valid."""
        user, until = self._issued.get(access_token, (None, 0.0))
        return user if self._clock.ticks() < until else None

    def _user_of(self, form: Mapping[str, str]) -> str:
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise OAuthError("invalid_client", "The OAuth client was not found.", 401)
        user = form.get("refresh_token", "").removeprefix(_PREFIX)
        if user not in self._users:
            raise OAuthError("invalid_grant", "Token has been expired or revoked.")
        return user

    def _check_assertion(self, assertion: str, token_url: str) -> None:
        try:
            claims = jwt.decode(
                assertion, self._key.public_key(), ["RS256"], audience=token_url,
                options={"require": ["iss", "exp", "iat"]},
            )  # fmt: skip
        except jwt.InvalidTokenError as error:
            raise OAuthError("invalid_grant", f"Invalid JWT: {error}") from error
        if (claims["iss"], claims.get("scope")) != (SERVICE_ACCOUNT, SCOPE):
            raise OAuthError("invalid_grant", "Invalid issuer or scope.")

    def _issue(self, user: str) -> dict[str, object]:
        number = key_of(self._seed, "access", user, len(self._issued))
        token = f"ya29.sandbox-{number:020d}"
        self._issued[token] = (user, self._clock.ticks() + LIFETIME_SECONDS)
        return {
            "access_token": token,
            "expires_in": LIFETIME_SECONDS,
            "scope": SCOPE,
            "token_type": "Bearer",
        }


def may_read(user: str, account: Account, accounts: Mapping[int, Account], login: str) -> bool:
    """Whether a user may read an account by way of the account in `login-customer-id`."""
    if user == _MANAGER:
        sees, needs_manager = True, True
    else:
        own = accounts.get(int(user)) if user.isdecimal() else None
        sees = own is not None and own.business == account.business
        needs_manager = account.manager is not None
    return sees and _leads_there(login, account, needs_manager=needs_manager)


def _leads_there(login: str, account: Account, *, needs_manager: bool) -> bool:
    return login == str(MANAGER) if needs_manager else login in {"", str(account.number)}
