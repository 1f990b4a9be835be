"""Everything with a global id, and how it is fetched again: for node, nodes and gateways."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from core import global_ids
from core.errors import BadInput
from graph import ids
from graph.types.calendar import CalendarDimension
from graph.types.campaigns import Campaign
from graph.types.connections import ConnectedSource
from graph.types.entries import MarketingEntry
from graph.types.exports import Export
from graph.types.incidents import Incident
from graph.types.insights import Insight
from graph.types.lineage import RawPage
from graph.types.node import Node
from graph.types.runs import Run
from graph.types.schedules import IngestionSchedule
from graph.types.viewer import Tenant
from resolvers import (
    calendar,
    campaigns,
    connections,
    entries,
    exports,
    incidents,
    insights,
    lineage,
    runs,
    schedules,
    viewer,
)
from resolvers.session import Session

K = TypeVar("K")
R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)


class _Converts(Protocol[R_contra]):
    """A graph type that is built from records."""

    def from_record(self, record: R_contra, /) -> Node:
        """The record on the wire."""
        ...


@dataclass(frozen=True, slots=True)
class NodeKind(Generic[K, R]):
    """One type of node: its ids, its loading resolver, its graph type."""

    ids: ids.IdKind[K]
    load: Callable[[Session, K], Awaitable[R | None]]
    graph_type: _Converts[R]

    async def fetch(self, session: Session, key: K) -> Node | None:
        """The node of `key`; None when this tenant has none."""
        record = await self.load(session, key)
        return None if record is None else self.graph_type.from_record(record)


_KINDS: tuple[NodeKind[Any, Any], ...] = (
    NodeKind(ids.ENTRY, entries.entry, MarketingEntry),
    NodeKind(ids.CAMPAIGN, campaigns.campaign, Campaign),
    NodeKind(ids.CALENDAR, calendar.day, CalendarDimension),
    NodeKind(ids.INSIGHT, insights.insight, Insight),
    NodeKind(ids.INCIDENT, incidents.incident, Incident),
    NodeKind(ids.RUN, runs.run, Run),
    NodeKind(ids.CONNECTION, connections.connection, ConnectedSource),
    NodeKind(ids.SCHEDULE, schedules.schedule, IngestionSchedule),
    NodeKind(ids.RAW_PAGE, lineage.raw_page, RawPage),
    NodeKind(ids.EXPORT, exports.export, Export),
    NodeKind(ids.TENANT, viewer.tenant, Tenant),
)
NODES: Mapping[str, NodeKind[Any, Any]] = MappingProxyType(
    {kind.ids.type_name: kind for kind in _KINDS}
)
"""Every type of node, by name."""


@dataclass(frozen=True, slots=True)
class NodeKey:
    """A node that was named and is not fetched yet."""

    kind: NodeKind[Any, Any]
    key: Any

    async def fetch(self, session: Session) -> Node | None:
        """The node, batched with others; None when this tenant has none."""
        return await self.kind.fetch(session, self.key)


def opened(global_id: str, argument: str) -> NodeKey:
    """What `global_id` names, or BadInput naming `argument`."""
    type_name, local = global_ids.opened(global_id, argument)
    kind = NODES.get(type_name)
    if kind is None:
        raise BadInput(f"{argument} is not the id of a node", field=argument, mend=global_ids.MEND)
    return NodeKey(kind, kind.ids.local(local, argument))
