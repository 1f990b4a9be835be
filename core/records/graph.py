"""The graph of what a tenant has, which walks of a question follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.records.connections import Source


class NodeKind(StrEnum):
    """What a node is; those that have documents are called as the kinds of documents."""

    SOURCE = "SOURCE"
    ACCOUNT = "ACCOUNT"
    CAMPAIGN = "CAMPAIGN"
    AD_SET = "AD_SET"
    AD = "AD"
    CHANNEL = "CHANNEL"
    PRODUCT = "PRODUCT"
    AUDIENCE = "AUDIENCE"
    NAME_PART = "NAME_PART"
    CALENDAR_EVENT = "CALENDAR_EVENT"
    INSIGHT = "INSIGHT"
    EXPORT = "EXPORT"


class EdgeKind(StrEnum):
    """How a node stands to the one that an edge leads to."""

    HAS_ACCOUNT = "HAS_ACCOUNT"
    OF_SOURCE = "OF_SOURCE"
    HAS_CAMPAIGN = "HAS_CAMPAIGN"
    IN_ACCOUNT = "IN_ACCOUNT"
    HAS_AD_SET = "HAS_AD_SET"
    HAS_AD = "HAS_AD"
    IN_CAMPAIGN = "IN_CAMPAIGN"
    CARRIES = "CARRIES"
    RUNS_IN = "RUNS_IN"
    ADVERTISED_BY = "ADVERTISED_BY"
    ADVERTISES = "ADVERTISES"
    TARGETED_BY = "TARGETED_BY"
    TARGETS = "TARGETS"
    NAMES = "NAMES"
    IS_NAMED = "IS_NAMED"
    ABOUT = "ABOUT"
    TOLD_BY = "TOLD_BY"


@dataclass(frozen=True, slots=True)
class Node:
    """A thing under its id, KIND:id, and the names that a question may call it by."""

    id: str
    kind: NodeKind
    label: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one node to another; a walk's weight is multiplied by `weight`, at most 1."""

    from_node: str
    kind: EdgeKind
    to_node: str
    weight: float


@dataclass(frozen=True, slots=True)
class Thing:
    """What is known of something that has documents; `id` is their subject_id.

    `source_id` is the source's own id of it, `parent` the node that it belongs to, `about` the
    nodes that it tells of. `fields`: what its name says by the tenant's naming rules.
    """

    kind: NodeKind
    id: str
    label: str
    source: Source | None = None
    source_id: str | None = None
    parent: str | None = None
    about: tuple[str, ...] = ()
    channels: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def node(self) -> str:
        """The id of its node."""
        return f"{self.kind}:{self.id}"
