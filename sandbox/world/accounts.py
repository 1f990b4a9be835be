"""The demo accounts.

| account  | name                  | currency | zone                | what it is for               |
|----------|-----------------------|----------|---------------------|------------------------------|
| act_1001 | Northwind Outfitters  | EUR      | Europe/Berlin       | the ordinary shop            |
| act_1002 | Contoso Coffee        | USD      | America/New_York    | another tenant's shop        |
| act_1003 | Tailspin Toys         | EUR      | Europe/Paris        | connected, never advertised  |
| act_1004 | Fabrikam Home UK      | GBP      | Europe/London       | sibling of 1005, one token   |
| act_1005 | Fabrikam Home Japan   | JPY      | Asia/Tokyo          | a currency without decimals  |
| act_1900 | Wide World Importers  | USD      | America/Los_Angeles | load: 200 campaigns          |
"""

from typing import Final

from sandbox.world.records import Account, Rhythm

_RETAIL: Final = Rhythm((0.94, 0.92, 0.95, 1.0, 1.06, 1.1, 1.03), peak_day=340, swing=0.18)
_COFFEE: Final = Rhythm((1.12, 1.06, 1.02, 1.0, 1.0, 0.86, 0.94), peak_day=15, swing=0.12)
_HOME: Final = Rhythm((0.95, 0.93, 0.96, 0.98, 1.0, 1.12, 1.06), peak_day=105, swing=0.15)

DEMO_ACCOUNTS: Final = (
    Account(
        number=1001,
        name="Northwind Outfitters",
        business="Northwind",
        currency="EUR",
        zone="Europe/Berlin",
        market="de",
        campaigns=8,
        yearly_flights=True,
        daily_budget_minor=9_000,
        order_value_minor=7_900,
        cost_per_mille_minor=820,
        rhythm=_RETAIL,
    ),
    Account(
        number=1002,
        name="Contoso Coffee",
        business="Contoso",
        currency="USD",
        zone="America/New_York",
        market="us",
        campaigns=6,
        yearly_flights=True,
        daily_budget_minor=6_500,
        order_value_minor=3_400,
        cost_per_mille_minor=1_150,
        rhythm=_COFFEE,
    ),
    Account(
        number=1003,
        name="Tailspin Toys",
        business="Tailspin",
        currency="EUR",
        zone="Europe/Paris",
        market="fr",
        campaigns=0,
        yearly_flights=False,
        daily_budget_minor=0,
        order_value_minor=2_900,
        cost_per_mille_minor=900,
        rhythm=_RETAIL,
    ),
    Account(
        number=1004,
        name="Fabrikam Home UK",
        business="Fabrikam",
        currency="GBP",
        zone="Europe/London",
        market="uk",
        campaigns=5,
        yearly_flights=True,
        daily_budget_minor=7_000,
        order_value_minor=12_500,
        cost_per_mille_minor=760,
        rhythm=_HOME,
    ),
    Account(
        number=1005,
        name="Fabrikam Home Japan",
        business="Fabrikam",
        currency="JPY",
        zone="Asia/Tokyo",
        market="jp",
        campaigns=5,
        yearly_flights=False,
        daily_budget_minor=11_000,
        order_value_minor=18_000,
        cost_per_mille_minor=1_000,
        rhythm=_HOME,
    ),
    Account(
        number=1900,
        name="Wide World Importers",
        business="Wide World",
        currency="USD",
        zone="America/Los_Angeles",
        market="us",
        campaigns=200,
        yearly_flights=False,
        daily_budget_minor=12_000,
        order_value_minor=6_200,
        cost_per_mille_minor=990,
        rhythm=_RETAIL,
    ),
)
