"""What every connector of an API source must do; a source inherits it and says how it is opened.

Runs against the sandbox, through the real HTTP stack, with time that passes only in sleeps.
"""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pyarrow.compute as pc
import pytest
import structlog

from connectors.base import Connector, TellsTotals
from connectors.registry import ConnectorAccount, normalise_page
from core.errors import ConfigError, LiftosError, Transient
from core.jsonvalue import JSONObject
from core.reconciling import ADDITIVE
from core.records.connections import Level, Source
from core.records.drift import Change, DriftKind, DriftPolicy, StreamContract
from core.records.ingestion import RawPage
from core.units import DateRange
from tests.connectors.days import by_day, offset
from tests.connectors.stand_in import FakeTime, Network, Opening, StandIn
from transform.frames import NormalisedPage
from transform.normalise.context import PageContext
from transform.normalise.contract import Contract

PASSING_FAULTS = ("server_error", "outage", "truncated", "reset", "transient")


class ConnectorSuite(ABC):
    """`window` must give at least three pages of `account`, and hold a change of its clocks."""

    source: Source
    account: ConnectorAccount
    empty_account: ConnectorAccount
    foreign_account: ConnectorAccount
    """An account in another currency than `account`."""
    unknown_account: ConnectorAccount
    credentials: Mapping[str, str]
    expired: Mapping[str, str]
    forbidden: Mapping[str, str]
    window: DateRange
    limit_fault: str
    credential_field: str = "accessToken"
    expiry: tuple[str, ...] = ("expired_token",)
    """The faults of an expiry that the connector cannot help itself out of."""

    @abstractmethod
    def open(self, opening: Opening) -> Connector:
        """The connector, on the network and clock of `opening`."""

    @abstractmethod
    def rows(self, body: bytes) -> list[dict[str, object]]:
        """The records of a page."""

    @abstractmethod
    def with_unknown_field(self, body: bytes) -> bytes:
        """The page as a newer version of the source might send it."""

    tells_totals: bool = True
    """Whether the source counts totals of the account itself."""

    drifted_field: str
    """The field that `drifted` takes away."""

    @abstractmethod
    def drifted(self, body: bytes) -> bytes:
        """The page with a field that a record cannot do without renamed in its first record."""

    def normalised(
        self, page: RawPage, body: bytes | None = None, contract: Contract | None = None
    ) -> NormalisedPage:
        """The page, or `body` in its place, as entries of `account`."""
        whom, layout = self.account, page.request.get("layout")
        options = layout if isinstance(layout, dict) else {}
        context = PageContext(
            whom.account_id, whom.currency, whom.time_zone, whom.level, options, contract=contract
        )
        return normalise_page(
            self.source, page.stream, page.media_type, page.body if body is None else body, context
        )

    @asynccontextmanager
    async def opened(
        self,
        stand_in: StandIn,
        time: FakeTime,
        account: ConnectorAccount | None = None,
        credentials: Mapping[str, str] | None = None,
        network: Network | None = None,
    ) -> AsyncIterator[Connector]:
        connector = self.open(
            Opening(
                account or self.account,
                credentials or self.credentials,
                stand_in,
                time,
                network or Network(),
            )
        )
        try:
            yield connector
        finally:
            await connector.aclose()

    async def read(self, connector: Connector, resume: JSONObject | None = None) -> list[RawPage]:
        return [page async for page in connector.pages(self.window, resume)]

    def all_rows(self, pages: list[RawPage]) -> list[dict[str, object]]:
        return [row for page in pages for row in self.rows(page.body)]

    async def test_check_tells_name_currency_and_zone(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        async with self.opened(stand_in, fake_time) as connector:
            facts = await connector.check()
        assert facts.name
        assert facts.currency == self.account.currency
        assert facts.time_zone == self.account.time_zone

    async def test_check_tells_each_account_its_own_currency(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        async with self.opened(stand_in, fake_time, self.foreign_account) as connector:
            facts = await connector.check()
        assert facts.currency == self.foreign_account.currency != self.account.currency

    async def test_the_accounts_own_totals_are_what_its_rows_add_up_to(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        async with self.opened(stand_in, fake_time) as connector:
            assert isinstance(connector, TellsTotals) is self.tells_totals
            if not isinstance(connector, TellsTotals):
                return
            pages = await self.read(connector)
            told = [page async for page in connector.account_totals(self.window, None)]
        totals = [self.totals_of(page, Level.ACCOUNT) for page in told]
        assert by_day(totals) == by_day(self.totals_of(page, self.account.level) for page in pages)
        assert len(by_day(totals)) == self.window.days
        assert told[-1].checkpoint is None

    async def test_rows_that_a_report_forgets_are_missed_by_the_totals(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        if not self.tells_totals:
            return
        stand_in.control("faults", {"missing_rows": 0.1})
        async with self.opened(stand_in, fake_time) as connector:
            assert isinstance(connector, TellsTotals)
            pages = await self.read(connector)
            told = [page async for page in connector.account_totals(self.window, None)]
        ours = by_day(self.totals_of(page, self.account.level) for page in pages)
        theirs = by_day(self.totals_of(page, Level.ACCOUNT) for page in told)
        assert any(ours[day]["spend"] < theirs[day]["spend"] for day in ours)
        assert all(ours[day]["spend"] <= theirs[day]["spend"] for day in ours)

    def totals_of(self, page: RawPage, level: Level) -> list[dict[str, Any]]:
        """The additive figures of a page at a level; all of it is read."""
        whom = self.account
        context = PageContext(whom.account_id, whom.currency, whom.time_zone, level)
        made = normalise_page(self.source, page.stream, page.media_type, page.body, context)
        assert made.rejections == ()
        rows: list[dict[str, Any]] = made.entries.select(["date", *ADDITIVE]).to_pylist()
        return rows

    async def test_only_the_last_page_has_no_checkpoint_and_no_row_comes_twice(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        async with self.opened(stand_in, fake_time) as connector:
            pages = await self.read(connector)
        rows = [json.dumps(row, sort_keys=True) for row in self.all_rows(pages)]
        assert len(pages) >= 3
        assert [page.checkpoint is None for page in pages] == [False] * (len(pages) - 1) + [True]
        assert len(rows) == len(set(rows))

    async def test_every_checkpoint_leads_to_exactly_the_rest(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        async with self.opened(stand_in, fake_time) as connector:
            pages = await self.read(connector)
        for done, page in enumerate(pages[:-1], start=1):
            kept = json.loads(json.dumps(page.checkpoint))
            async with self.opened(stand_in, fake_time) as connector:
                rest = await self.read(connector, kept)
            assert self.all_rows(rest) == self.all_rows(pages[done:])

    async def test_an_empty_account_is_one_empty_page(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        async with self.opened(stand_in, fake_time, self.empty_account) as connector:
            pages = await self.read(connector)
        assert [self.rows(page.body) for page in pages] == [[]]
        assert pages[0].checkpoint is None

    async def test_pages_are_kept_as_they_were_sent(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        network = Network()
        async with self.opened(stand_in, fake_time, self.empty_account, network=network) as it:
            pages = await self.read(it)
        assert [page.body for page in pages] == network.bodies

    async def test_fields_of_a_newer_version_are_kept_and_do_no_harm(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        network = Network(rewrite=self.with_unknown_field)
        async with self.opened(stand_in, fake_time, network=network) as connector:
            pages = await self.read(connector)
        assert all(b"field_of_tomorrow" in page.body for page in pages)
        async with self.opened(stand_in, fake_time) as connector:
            plain = await self.read(connector)
        for newer, older in zip(pages, plain, strict=True):
            assert self.normalised(newer).entries == self.normalised(older).entries
            assert not self.normalised(newer).rejections

    async def test_a_field_that_is_gone_refuses_its_record_by_name_and_no_other(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        async with self.opened(stand_in, fake_time) as connector:
            pages = await self.read(connector)
        page = next(each for each in pages if self.drifted(each.body) != each.body)
        before, after = self.normalised(page), self.normalised(page, self.drifted(page.body))
        assert [each.field for each in after.rejections] == [self.drifted_field]
        assert after.rejections[0].mend
        assert self.accounted(after) == after.fetched
        assert len(after.entries) >= len(before.entries) - 1

    @pytest.mark.parametrize("policy", list(DriftPolicy))
    async def test_drift_is_told_and_met_by_the_policy_of_its_stream(
        self, stand_in: StandIn, fake_time: FakeTime, policy: DriftPolicy
    ) -> None:
        async with self.opened(stand_in, fake_time) as connector:
            pages = await self.read(connector)
        page = next(each for each in pages if self.drifted(each.body) != each.body)
        usual = self.normalised(page, contract=self.contract(page, policy))
        assert (usual.drift, usual.is_frozen) == ((), False)
        made = self.normalised(page, self.drifted(page.body), self.contract(page, policy))
        gone = Change(DriftKind.MISSING_FIELD, self.drifted_field, "null")
        assert [each.records for each in made.drift if each.change == gone] == [1]
        assert made.is_frozen is (policy is DriftPolicy.FREEZE)
        assert [each.field for each in made.rejections] == [self.drifted_field]

    async def test_a_new_field_is_told_once_in_a_run_whatever_the_policy(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        async with self.opened(stand_in, fake_time) as connector:
            pages = await self.read(connector)
        expected = {each.name for each in self.source.manifest.streams if each.fields}
        first = next(page for page in pages if page.stream in expected)
        of_stream = [page for page in pages if page.stream == first.stream]
        for policy in DriftPolicy:
            contract = self.contract(first, policy)
            told = [
                self.normalised(page, self.with_unknown_field(page.body), contract)
                for page in of_stream
            ]
            new = [
                each.change.field
                for made in told
                for each in made.drift
                if each.change.kind is DriftKind.NEW_FIELD
            ]
            assert len(new) == len(set(new)) <= 1
            assert not any(made.is_frozen or made.rejections for made in told)

    def contract(self, page: RawPage, policy: DriftPolicy) -> Contract:
        """What the page's records are held to."""
        streams = {each.name: each for each in self.source.manifest.streams}
        stream = streams[page.stream]
        assert stream.fields, "a stream of records has a contract in its manifest"
        return Contract(StreamContract(tuple(stream.fields.items()), stream.required, policy))

    def accounted(self, page: NormalisedPage) -> int:
        """Records that went in or were refused."""
        return int(pc.sum(page.entries["records"]).as_py() or 0) + len(page.rejections)

    async def test_every_day_is_there_also_where_clocks_are_put_back(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        async with self.opened(stand_in, fake_time) as connector:
            pages = await self.read(connector)
        found = {day for page in pages for day in self.normalised(page).entries["date"].to_pylist()}
        days = {each.since for each in self.window.windows(1)}
        assert found == days
        changes = {offset(day, self.account.time_zone) for day in days}
        assert len(changes) == 2, "the window must hold a day on which clocks change"

    @pytest.mark.parametrize("fault", PASSING_FAULTS)
    async def test_a_passing_fault_costs_a_wait_and_no_row(
        self, stand_in: StandIn, fake_time: FakeTime, fault: str
    ) -> None:
        async with self.opened(stand_in, fake_time) as connector:
            expected = self.all_rows(await self.read(connector))
        waited = len(fake_time.sleeps)
        stand_in.fail_next(fault, "none", fault)
        async with self.opened(stand_in, fake_time) as connector:
            found = self.all_rows(await self.read(connector))
        assert found == expected
        assert len(fake_time.sleeps) >= waited + 2

    async def test_a_timeout_is_tried_again(self, stand_in: StandIn, fake_time: FakeTime) -> None:
        network = Network(failures=[httpx2.ReadTimeout("slow"), httpx2.ConnectTimeout("slow")])
        async with self.opened(stand_in, fake_time, network=network) as connector:
            facts = await connector.check()
        assert facts.currency == self.account.currency
        assert len(fake_time.sleeps) == 2

    async def test_a_rate_limit_is_waited_out(self, stand_in: StandIn, fake_time: FakeTime) -> None:
        stand_in.fail_next("none", self.limit_fault)
        async with self.opened(stand_in, fake_time) as connector:
            pages = await self.read(connector)
        assert len(pages) >= 3
        assert fake_time.seconds >= 30

    async def test_a_lasting_outage_ends_as_transient(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        stand_in.control("faults", {"outage": True})
        network = Network()
        async with self.opened(stand_in, fake_time, network=network) as connector:
            with pytest.raises(Transient):
                await self.read(connector)
        assert 3 <= len(network.requests) <= 10
        assert fake_time.sleeps == sorted(fake_time.sleeps)

    async def test_an_expired_token_is_a_matter_for_an_operator(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        network = Network()
        async with self.opened(
            stand_in, fake_time, credentials=self.expired, network=network
        ) as connector:
            with pytest.raises(ConfigError) as caught:
                await connector.check()
        assert caught.value.field == self.credential_field
        assert "rotate" in str(caught.value.mend)
        assert len(network.requests) == 1

    async def test_a_token_that_expires_between_pages_ends_the_reading(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        seen: list[RawPage] = []
        async with self.opened(stand_in, fake_time) as connector:
            with pytest.raises(ConfigError):
                await self._read_until_expiry(connector, stand_in, seen)
        assert len(seen) == 1
        async with self.opened(stand_in, fake_time) as connector:
            seen += await self.read(connector, seen[0].checkpoint)
            assert self.all_rows(seen) == self.all_rows(await self.read(connector))

    async def _read_until_expiry(
        self, connector: Connector, stand_in: StandIn, seen: list[RawPage]
    ) -> None:
        async for page in connector.pages(self.window, None):
            seen.append(page)
            stand_in.fail_next(*self.expiry)

    async def test_a_missing_permission_and_an_unknown_account_are_told(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        async with self.opened(stand_in, fake_time, credentials=self.forbidden) as connector:
            with pytest.raises(ConfigError) as caught:
                await self.read(connector)
        assert caught.value.mend
        async with self.opened(stand_in, fake_time, self.unknown_account) as connector:
            with pytest.raises(ConfigError) as caught:
                await self.read(connector)
        assert caught.value.field == "accountId"

    async def test_no_secret_leaves(
        self, stand_in: StandIn, fake_time: FakeTime, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        network = Network()
        stand_in.fail_next("server_error", self.limit_fault, "none", *self.expiry)
        with structlog.testing.capture_logs() as events:
            async with self.opened(stand_in, fake_time, network=network) as connector:
                with pytest.raises(LiftosError) as caught:
                    await self.read(connector)
                pages = await self.read(connector)
        left = [repr(pages), repr(events), caplog.text, repr(vars(caught.value)), repr(connector)]
        assert len(events) >= 2
        for secret in self.secrets(network):
            assert not [text for text in left if secret in text]

    def secrets(self, network: Network) -> list[str]:
        """Every credential's value, and what the requests carried beside it."""
        sent = network.requests[0]
        beside = [sent.headers.get("authorization"), sent.url.params.get("appsecret_proof")]
        return [*self.credentials.values(), *(secret for secret in beside if secret)]
