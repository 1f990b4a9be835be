"""Admission over the stores."""

from __future__ import annotations

from app.operations.admission import Admission
from app.operations.rules import Rules
from app.operations.sightings import Sightings
from core.settings import Settings
from stores.wiring import Stores


def admission_of(settings: Settings, stores: Stores) -> Admission:
    """Admission for one process; to be closed."""
    return Admission(
        Rules(stores.operation_stages, stores.operations),
        stores.persisted_queries,
        Sightings(stores.operation_stages),
        settings.persisted_query_seconds,
    )
