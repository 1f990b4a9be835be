"""The demo companies' Google Ads accounts, under the manager account 100-200-9000.

| customer   | name                 | currency | reached through                |
|------------|----------------------|----------|--------------------------------|
| 1002002001 | Northwind Outfitters | EUR      | its own users                  |
| 1002002002 | Contoso Coffee       | USD      | its own users                  |
| 1002002003 | Tailspin Toys        | EUR      | its own users; never advertised |
| 1002002004 | Fabrikam Home UK     | GBP      | the manager only               |
| 1002002005 | Fabrikam Home Japan  | JPY      | the manager only               |
"""

from dataclasses import replace
from typing import Final

from sandbox.world.accounts import DEMO_ACCOUNTS
from sandbox.world.records import Account

MANAGER: Final = 1002009000

_FIRST: Final = 1002002001
_DEARER: Final = 3
"""A thousand impressions cost more where people search."""


def _account(position: int) -> Account:
    company = DEMO_ACCOUNTS[position]
    return replace(
        company,
        number=_FIRST + position,
        platform="google_ads",
        cost_per_mille_minor=company.cost_per_mille_minor * _DEARER,
        manager=MANAGER if company.business == "Fabrikam" else None,
    )


ACCOUNTS: Final = tuple(_account(position) for position in range(5))
