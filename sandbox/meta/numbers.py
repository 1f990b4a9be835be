"""Numbers as the API writes them: always strings, without trailing zeros."""

from sandbox.money import decimal_text
from sandbox.world.records import Account


def money_text(minor: int, account: Account) -> str:
    """Minor units in the account's currency: 8504 → "85.04", 4270 → "42.7", 700 → "7"."""
    return _trimmed(decimal_text(minor, account))


def ratio_text(over: float, under: float) -> str | None:
    """A quotient with six decimals, or None where there is nothing to divide by."""
    return _trimmed(f"{over / under:.6f}") if under else None


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
