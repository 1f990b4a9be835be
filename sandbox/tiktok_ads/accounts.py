"""The demo companies' advertisers on TikTok.

| advertiser          | name                 | currency | access token                          |
|---------------------|----------------------|----------|---------------------------------------|
| 7000000001003003001 | Northwind Outfitters | EUR      | `sandbox-tiktok-7000000001003003001`  |
| 7000000001003003002 | Contoso Coffee       | USD      | and so on                             |
| 7000000001003003003 | Tailspin Toys        | EUR      | never advertised                      |
| 7000000001003003004 | Fabrikam Home UK     | GBP      |                                       |
| 7000000001003003005 | Fabrikam Home Japan  | JPY      |                                       |
| 7000000001003003006 | Wide World Importers | USD      | load: 200 campaigns                   |
"""

from dataclasses import replace
from typing import Final

from sandbox.world.accounts import DEMO_ACCOUNTS

_FIRST: Final = 1003003001

ACCOUNTS: Final = tuple(
    replace(company, number=_FIRST + position, platform="tiktok_ads")
    for position, company in enumerate(DEMO_ACCOUNTS)
)
