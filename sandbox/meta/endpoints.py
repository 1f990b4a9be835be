"""Which call is answered by what."""

from datetime import date, datetime

from sandbox.faults import Fault
from sandbox.meta import errors, ids
from sandbox.meta.call import Call
from sandbox.meta.gate import INSIGHTS, MANAGEMENT, Gate, Pass
from sandbox.meta.insights import check_size, insights_page
from sandbox.meta.nodes import EDGES, Thing, account_object, thing_object, visible
from sandbox.meta.paging import enveloped, page_request
from sandbox.meta.query import insights_query
from sandbox.meta.reports import Reports, Run
from sandbox.platform import Sandbox
from sandbox.world.records import Account, Level
from sandbox.world.world import local_today

_ME = "me"


class Endpoints:
    """Answers calls; one instance per call, so that it can say whose quota was touched."""

    def __init__(self, sandbox: Sandbox, gate: Gate, reports: Reports, call: Call) -> None:
        """Prepare to answer one call."""
        self._sandbox = sandbox
        self._gate = gate
        self._reports = reports
        self._call = call
        self._readable: tuple[Account, ...] = ()
        self.granted: Pass | None = None

    def answer(self, fault: Fault) -> dict[str, object]:
        """The JSON answer, or a GraphError."""
        call = self._call
        run = self._reports.find(call.node)
        kind = INSIGHTS if run or call.edge == "insights" else MANAGEMENT
        node = ids.find(self._sandbox.world, call.node)
        if node is None and run is None and call.node != _ME:
            self._gate.accounts(call, Fault.NONE, kind)
            raise errors.unknown_object(call.node)
        self._readable = self._gate.accounts(call, fault, kind)
        if run is not None:
            return self._report(run)
        return self._me() if node is None else self._object(node, kind)

    @property
    def _moment(self) -> datetime:
        return self._sandbox.clock.observed_at()

    def _enter(self, account: int, kind: str) -> date:
        """Take the call into account and tell the account's date."""
        self.granted = self._gate.account(account, kind, self._readable)
        self._gate.count(self.granted)
        return local_today(self.granted.account, self._sandbox.clock.now())

    def _me(self) -> dict[str, object]:
        if not self._call.edge:
            return {"id": "10200000000000001", "name": "LiftOS Sandbox"}
        if self._call.edge != "adaccounts":
            raise errors.unknown_path(f"/{self._call.edge}")
        if not self._readable:
            raise errors.app_without_permission()
        wanted = page_request(self._call, self._moment, self._sandbox.limits.max_page)
        first, end = wanted.bounds(len(self._readable))
        rows = [
            account_object(account, self._call, self._moment)
            for account in self._readable[first:end]
        ]
        return enveloped(self._call, wanted, len(self._readable), rows)

    def _object(self, node: ids.Node, kind: str) -> dict[str, object]:
        today = self._enter(node.account, kind)
        edge = self._call.edge
        if edge == "insights":
            return self._insights(node, today)
        if edge in EDGES and node.level in {Level.ACCOUNT, Level.CAMPAIGN}:
            return self._listing(node, EDGES[edge], today)
        if edge:
            raise errors.unknown_path(f"/{edge}")
        plan = self._sandbox.world.plan(node.account)
        if node.level is Level.ACCOUNT:
            return account_object(plan.account, self._call, self._moment)
        return thing_object(Thing(plan, node.level, node.position, today), self._call)

    def _insights(self, node: ids.Node, today: date) -> dict[str, object]:
        query = insights_query(self._call, node, self._sandbox.world, today)
        if self._call.is_post:
            fails = self._sandbox.faults.next_report_fails()
            run = self._reports.submit(query, self._moment, fails=fails)
            return {"report_run_id": run.run_id}
        check_size(self._sandbox, query)
        return insights_page(self._sandbox, self._call, query, self._moment)

    def _report(self, run: Run) -> dict[str, object]:
        self._enter(run.query.account, INSIGHTS)
        if not self._call.edge:
            return self._reports.poll(run, self._sandbox.limits)
        if self._call.edge != "insights":
            raise errors.unknown_path(f"/{self._call.edge}")
        if not self._reports.is_complete(run, self._sandbox.limits):
            raise errors.report_not_ready()
        return insights_page(self._sandbox, self._call, run.query, run.moment)

    def _listing(self, node: ids.Node, level: Level, today: date) -> dict[str, object]:
        plan = self._sandbox.world.plan(node.account)
        positions = visible(plan, level, today, node)
        wanted = page_request(self._call, self._moment, self._sandbox.limits.max_page)
        first, end = wanted.bounds(len(positions))
        rows = [
            thing_object(Thing(plan, level, position, today), self._call)
            for position in positions[first:end]
        ]
        return enveloped(self._call, wanted, len(positions), rows)
