"""What opens a Google Ads account: a user's refresh token, or a service account's key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from core.commands import ConnectSource
from core.errors import BadInput
from core.records.connections import Source

USER: Final[Mapping[str, str]] = {
    "refresh_token": "refreshToken",
    "client_id": "clientId",
    "client_secret": "clientSecret",
}
KEY: Final = "service_account_key"
LOGIN: Final = "login_customer_id"
KEY_PARTS: Final = ("client_email", "private_key")
CUSTOMER_DIGITS: Final = 10
FIELD: Final = "googleAds"


def google_credentials(command: ConnectSource) -> dict[str, str]:
    """The credentials as they are sealed; none for other sources, which must not be given any."""
    given = {name: text.strip() for name, text in command.credentials.items() if text.strip()}
    if command.source is not Source.GOOGLE_ADS:
        return _none(given, command.source)
    checked = _key(given) if KEY in given else _user(given)
    if LOGIN in given:
        checked[LOGIN] = customer_id(given[LOGIN], f"{FIELD}.loginCustomerId")
    return checked


def customer_id(text: str, field: str) -> str:
    """The ten digits of a customer id, which Google's pages show with dashes."""
    number = text.replace("-", "")
    if number.isascii() and number.isdigit() and len(number) == CUSTOMER_DIGITS:
        return number
    raise BadInput(
        f"{text!r} is not a Google Ads customer id",
        field=field,
        mend="give its ten digits, such as 123-456-7890",
    )


def _none(given: Mapping[str, str], source: Source) -> dict[str, str]:
    if given:
        raise BadInput(
            f"a {source} connection has no Google credentials",
            field=FIELD,
            mend="leave googleAds out",
        )
    return {}


def _user(given: Mapping[str, str]) -> dict[str, str]:
    absent = [field for name, field in USER.items() if name not in given]
    if absent:
        raise BadInput(
            f"a GOOGLE_ADS connection needs {absent[0]}",
            field=f"{FIELD}.{absent[0]}",
            mend="give refreshToken, clientId and clientSecret, or serviceAccountKey",
        )
    return {name: given[name] for name in USER}


def _key(given: Mapping[str, str]) -> dict[str, str]:
    if both := [field for name, field in USER.items() if name in given]:
        raise BadInput(
            "a service account's key stands beside a user's credentials",
            field=f"{FIELD}.{both[0]}",
            mend="give the one or the other",
        )
    if not _is_key_file(given[KEY]):
        raise BadInput(
            "that is not the key file of a service account",
            field=f"{FIELD}.serviceAccountKey",
            mend="give the JSON that the Cloud console made, with client_email and private_key",
        )
    return {KEY: given[KEY]}


def _is_key_file(text: str) -> bool:
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return isinstance(content, dict) and all(content.get(part) for part in KEY_PARTS)
