"""Values that no table can hold: the record is refused, the rest of its page goes in."""

from __future__ import annotations

from typing import Any

import asyncpg
import orjson
import pytest

from core.errors import ErrorKind
from core.records.ingestion import RawPage
from core.records.pages import PageRequest
from core.records.rejections import RejectionFilter
from core.records.runs import RunError
from stores.wiring import Stores
from tests.jobs.by_hand import by_hand
from tests.support import Tenant
from tests.transform.meta_records import record

DAY = "2026-05-01"
PURCHASE = {"action_type": "purchase", "value": "1"}


def page_with(**changes: Any) -> RawPage:
    days = {"date_start": DAY, "date_stop": DAY}
    rows = [record(**days), record(**({"campaign_id": "2"} | days | changes))]
    return RawPage("insights", "application/json", orjson.dumps({"data": rows}), {}, None)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("spend", {"spend": "9300000000000"}),
        ("spend", {"spend": "99999999999999.999999"}),
        ("conversion_value", {"action_values": [PURCHASE | {"value": "1e13"}]}),
        ("impressions", {"impressions": "9223372036854775807"}),
        ("clicks", {"clicks": "1000000000001"}),
        ("date", {"date_start": "1989-12-31", "date_stop": "1989-12-31"}),
        ("date", {"date_start": "2100-01-01", "date_stop": "2100-01-01"}),
        ("date", {"date_start": "0001-01-01", "date_stop": "0001-01-01"}),
        ("date", {"date_start": "9999-12-31", "date_stop": "9999-12-31"}),
        ("date_start", {"date_start": "0000-00-00", "date_stop": "0000-00-00"}),
        ("entity_id", {"campaign_id": "a\x00b"}),
        ("entity_name", {"campaign_name": "a\x00b"}),
        ("objective", {"objective": "\x00"}),
        ("actions", {"actions": [PURCHASE | {"action_type": "\\\x00\x00"}]}),
        ("actions", {"actions": [PURCHASE | {"\x00": "\x00"}]}),
        ("spend", {"spend": "1\x00"}),
    ],
)
async def test_the_record_is_refused_and_kept_and_the_others_go_in(
    stores: Stores, tenant: Tenant, field: str, changes: dict[str, Any]
) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed = await at.begun(DAY, DAY)
    page = page_with(**changes)
    await at.merge(claimed, await at.land(claimed, page), page)
    await at.complete(claimed)
    receipt = await at.finish(claimed)
    assert (receipt.counters.stored, receipt.counters.rejected) == (1, 1)
    (refused,) = (
        await stores.rejections.page(
            tenant.scope, RejectionFilter(runs=(claimed.run.id,)), PageRequest(10)
        )
    ).items
    assert refused.field == field
    assert refused.payload["campaign_id"] in {"2", "a\ufffdb"}


async def test_a_text_that_only_looks_like_an_escape_goes_in(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed = await at.begun(DAY, DAY)
    page = page_with(actions=[PURCHASE | {"action_type": "\\u0000", "x": "\\\\u0000"}])
    await at.merge(claimed, await at.land(claimed, page), page)
    await at.complete(claimed)
    assert (await at.finish(claimed)).counters.stored == 2


async def test_a_megabyte_of_name_and_the_largest_numbers_go_in(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed = await at.begun(DAY, DAY)
    page = page_with(
        campaign_name="\U0001f600" * 250_000, spend="9000000000000", impressions="1000000000000"
    )
    await at.merge(claimed, await at.land(claimed, page), page)
    await at.complete(claimed)
    receipt = await at.finish(claimed)
    assert receipt.counters.stored == 2
    assert receipt.totals[0].impressions == 1_000_000_004_658


async def test_an_error_of_the_sources_own_words_ends_the_run(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed = await at.begun(DAY, DAY)
    error = RunError("TERMINAL", ErrorKind.TERMINAL, "refused: \x00", None, None)
    await at.work.runs.fail(tenant.scope, claimed, error)
    run = (await stores.runs.by_ids(tenant.scope, [claimed.run.id]))[claimed.run.id]
    assert run.error is not None
    assert run.error.message == "refused: \ufffd"


async def test_an_argument_that_no_column_holds_is_not_told_as_an_outage(
    stores: Stores, tenant: Tenant
) -> None:
    # asyncpg has two errors of that name; the one that is an InterfaceError would be an outage.
    with pytest.raises(asyncpg.DataError, match=r"invalid input for query argument \$1"):
        async with stores.database.write(tenant.scope) as connection:
            await connection.execute("SELECT $1::int", 2**31)
    await stores.database.ping()
