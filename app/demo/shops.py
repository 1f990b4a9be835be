"""The demo's tenants and the accounts they advertise with."""

from __future__ import annotations

from dataclasses import dataclass

from core.commands import CreateTenant
from core.records.tenants import TenantRecord
from core.scope import SystemScope
from stores.postgres.tenants import TenantStore


@dataclass(frozen=True, slots=True)
class Shop:
    """A tenant with one account; the token is one that the stand-in platform knows."""

    slug: str
    name: str
    country: str
    currency: str
    time_zone: str
    account: str

    @property
    def number(self) -> str:
        """The account as rows carry it."""
        return self.account.removeprefix("act_")

    @property
    def access_token(self) -> str:
        """What opens the account on the stand-in platform, and nowhere else."""
        return f"sandbox-token-{self.number}"


SHOPS = (
    Shop("northwind", "Northwind Outfitters", "DE", "EUR", "Europe/Berlin", "act_1001"),
    Shop("contoso", "Contoso Coffee", "US", "USD", "America/New_York", "act_1002"),
)


async def tenant_of(tenants: TenantStore, shop: Shop) -> TenantRecord:
    """The shop's tenant, created when there is none."""
    scope = SystemScope(reason="set up the demo", actor="cli")
    found = await tenants.by_slug(scope, shop.slug)
    if found is not None:
        return found
    command = CreateTenant(
        slug=shop.slug,
        name=shop.name,
        countries=(shop.country,),
        reporting_currency=shop.currency,
        tier="ENTERPRISE",
    )
    return await tenants.create(scope, command)
