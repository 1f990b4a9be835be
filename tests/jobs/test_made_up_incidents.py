"""Incidents of an account in which it is known what happened, and what it cost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np
import pytest

from stores.wiring import Stores
from tests.jobs.analysing import Desk, account
from tests.support import NewTenant, RunningWorker, SandboxAt

DAYS: Final = 150
FIRST: Final = date(2026, 3, 2)
USUAL: Final = 100.0
"""Spend of a campaign and day, in EUR; each brings three times as much."""
FAILED, BROKEN, RAN_AWAY = (FIRST + timedelta(days=DAYS - 1 - left) for left in (20, 14, 7))
COSTS: Final = {
    # Ten campaigns of a channel spend a fifth.
    FAILED: 10 * 0.8 * 3 * USUAL,
    # Of all thirty, one conversion in four is counted.
    BROKEN: 30 * 0.75 * 3 * USUAL,
    # A campaign spends five times as much, and earns so.
    RAN_AWAY: 4 * 3 * USUAL,
}
ASKED: Final = """{ incidents(first: 100) { nodes {
  atStake severity insightCount window { since } headline { metric subject { level } } } } }"""


def csv() -> str:
    """Thirty campaigns of three channels, 150 days."""
    lines = ["date,channel,campaign,spend,impressions,clicks,conversions,conversion_value"]
    for number in range(30):
        noise = np.exp(np.random.default_rng(number).normal(0, 0.08, DAYS))
        channel = ("Paid Search", "Paid Social", "Display")[number % 3]
        for ahead in range(DAYS):
            day = FIRST + timedelta(days=ahead)
            counted = 0.25 if day == BROKEN else 1.0
            spend = USUAL * float(noise[ahead]) * _times(number, channel, day)
            conversions, value = round(spend * 0.5 * counted), spend * 3 * counted
            figures = f"{spend:.2f},{round(spend * 100)},{round(spend * 5)}"
            lines.append(f"{day},{channel},c{number:02},{figures},{conversions},{value:.2f}")
    return "\n".join(lines) + "\n"


def _times(number: int, channel: str, day: date) -> float:
    if day == FAILED and channel == "Paid Search":
        return 0.2
    return 5.0 if number == 4 and day == RAN_AWAY else 1.0


@pytest.mark.long
async def test_what_happens_once_is_one_incident_with_what_it_cost(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, sandbox: SandboxAt
) -> None:
    tenant = await new_tenant(reporting_currency="EUR")
    connection = await stores.connections.create(tenant.scope, account())
    desk = Desk(stores, tenant.scope, connection, running_worker, sandbox.url)
    await desk.load(csv())
    receipt = await desk.analysed()
    assert receipt.counters.created > 200
    found = (await desk.ask(ASKED))["incidents"]["nodes"]
    large = {
        date.fromisoformat(each["window"]["since"]): each
        for each in found
        if each["insightCount"] >= 10
    }
    assert large.keys() == COSTS.keys()
    assert {each["headline"]["subject"]["level"] for each in large.values()} == {"TENANT"}
    told = {day: float(each["atStake"]) for day, each in large.items()}
    assert told == pytest.approx(COSTS, rel=0.3)
    assert large[BROKEN]["severity"] == "CRITICAL"
    # What is left are campaigns whose rates seem high once counting works again.
    rest = [each for each in found if each["insightCount"] < 10]
    assert len(rest) < 10
    assert {each["severity"] for each in rest} == {"LOW"}
