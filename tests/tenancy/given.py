"""What both tenants give the platform."""

from __future__ import annotations

from tests.tenancy.door import Json

SINCE, UNTIL = "2026-10-08", "2026-10-22"
META: Json = {
    "source": "META_ADS",
    "accountId": "act_1001",
    "currency": "EUR",
    "timeZone": "Europe/Berlin",
    "lookBackDays": 1,
}
OTHER = META | {"accountId": "act_1002", "currency": "USD", "timeZone": "America/New_York"}
EVENT: Json = {"name": "sale", "kind": "PROMOTION", "since": "2026-10-03", "until": "2026-10-05"}
OWN_RATE: Json = {"base": "EUR", "quote": "AED", "value": "4", "since": "2026-01-01"}
BUDGET: Json = {
    "channel": "Paid Social",
    "dates": {"since": "2026-10-01", "until": "2026-10-31"},
    "amount": "400",
    "currency": "EUR",
}
WEBHOOK: Json = {
    "source": "WEBHOOK",
    "accountId": "orders",
    "currency": "EUR",
    "timeZone": "Europe/Berlin",
}
FILE = b"""Date,Campaign ID,Campaign name,Spend,Impressions,Clicks,CTR
2026-10-20,77,Newsletter,12.50,1000,40,9
2026-10-21,77,Newsletter,eleven,900,30,9
"""
STOCK = (b"Date,Campaign ID,Spend\n", b"2026-10-20,77,12.50\n", b"2026-10-20,78,7.50\n")

VIEW: Json = {
    "name": "pulse",
    "entity": "CONNECTION",
    "owner": "ada",
    "features": [{"name": "spend", "metric": "SPEND", "aggregate": "SUM", "windowDays": 60}],
}
