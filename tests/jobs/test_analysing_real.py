"""A real account through the whole pipeline: nothing that is told of it is silly.

Its files are in shared/data (SOURCES.md), read by an exporter from Meta. What its campaigns did is
known from their figures, day by day.
"""

from __future__ import annotations

from datetime import date

import pytest

from analysis.insights.judging import Settings
from core.records.connections import Level
from core.records.findings import CauseKind, Finding, SubjectLevel
from core.records.insights import InsightKind
from core.records.runs import RunStatus
from core.scope import TenantScope
from core.units import DateRange
from jobs.analysing.analyse import named_findings
from jobs.analysing.look import look
from stores.wiring import Stores
from tests.jobs.test_real_files import FOLDER, SECOND_182, account, load
from tests.support import NewTenant, RunningWorker

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the recorded files of shared/data are not on this machine"
)


async def _told(stores: Stores, scope: TenantScope, last: date) -> list[Finding]:
    seen = await look(stores, scope, last=last)
    assert seen is not None
    (panel,) = seen.panels
    return named_findings(panel, seen.known, Settings(seen.judged_since))


async def test_what_ends_and_rests_is_told_as_what_it_is(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker
) -> None:
    at = await account(stores, new_tenant, Level.AD_SET)
    async with running_worker("http://unused.invalid"):
        assert (await load(stores, at, SECOND_182)).status is RunStatus.SUCCEEDED
    scope = at.tenant.scope

    # The last campaign ended in the course of 10 May 2024: that day is part of one, no fall.
    assert not [
        each.kind
        for each in await _told(stores, scope, date(2024, 5, 21))
        if each.kind in (InsightKind.ANOMALY, InsightKind.CHANGE_POINT)
    ]
    # A year later nothing has run since: that is no outage.
    assert await _told(stores, scope, date(2025, 5, 20)) == []
    # Over Christmas everything rested, and ran again.
    of_winter = await _told(stores, scope, date(2024, 1, 16))
    (rest,) = (each for each in of_winter if each.window.since < date(2024, 1, 1))
    assert (rest.kind, rest.subject.level, rest.window) == (
        InsightKind.OUTAGE,
        SubjectLevel.CONNECTION,
        DateRange(date(2023, 12, 24), date(2024, 1, 1)),
    )
    assert {each.kind for each in rest.causes} == {CauseKind.CALENDAR}
    # What the account's spend did at the end of October was a campaign that came and went.
    for last, label in (
        (date(2023, 11, 7), "campaign A_Snowpark_traffic began"),
        (date(2023, 11, 21), "campaign A_Snowpark_traffic rested"),
    ):
        moved = [each for each in await _told(stores, scope, last) if each.metric == "spend"]
        of_account = [each for each in moved if each.subject.level is SubjectLevel.CONNECTION]
        assert label in {cause.label for each in of_account for cause in each.causes}
