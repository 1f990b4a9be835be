"""Where vectors are kept, as settings name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    """Beside everything else."""


@dataclass(frozen=True, slots=True)
class PineconePlace:
    """Indexes of Pinecone: `host` for every model but those that `hosts` names.

    An index takes vectors of one length, with the metric `cosine` or `dotproduct`.
    """

    key: str = field(repr=False)
    host: str
    hosts: Mapping[str, str] = field(default_factory=dict)
    query_seconds: float = 5.0
    fence_seconds: float = 60.0

    def host_of(self, model: str) -> str:
        """The index that keeps the vectors of `model`."""
        return self.hosts.get(model, self.host)

    @property
    def all_hosts(self) -> tuple[str, ...]:
        """Every index there is, once."""
        return tuple(dict.fromkeys((self.host, *self.hosts.values())))


VectorPlace: TypeAlias = PostgresPlace | PineconePlace
