"""Minor units as decimal text."""

from sandbox.world.records import Account


def decimal_text(minor: int, account: Account) -> str:
    """The currency's own number of decimals: 8504 cents → "85.04", 900 yen → "900"."""
    digits = account.minor_digits
    if digits == 0:
        return str(minor)
    whole, cents = divmod(minor, 10**digits)
    return f"{whole}.{cents:0{digits}d}"
