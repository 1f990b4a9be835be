"""Asking for exports of features: what cannot be made is refused here, with what could be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from core.errors import BadInput, NotFound
from core.feature_exports import (
    MAX_MOMENTS,
    MAX_ROWS,
    ExportFeatures,
    FeatureDefinition,
    Moments,
)
from core.records.exports import ExportFormat, ExportRecord
from core.records.features import EntityKind, FeatureViewRecord
from resolvers import features, quotas
from resolvers.session import Session


async def start(session: Session, asked: ExportFeatures, of: FeatureViewRecord) -> ExportRecord:
    """Check what is asked for of this version, and queue the run that makes it.

    It counts as one request for the entities that it names.
    """
    _check(asked, session.clock())
    await _require_known(session, of.view.entity, asked.entities)
    await quotas.demand_export(session)
    definition = FeatureDefinition(of.key, asked.moments, asked.entities, asked.formats)
    export = await session.stores.feature_exports.start(session.scope, definition, asked.as_of)
    if session.uses is not None:
        session.uses.count(session.scope, of.key, len(asked.entities))
    await session.stores.topics.announce(session.scope, export.run_id)
    return export


async def _require_known(session: Session, kind: EntityKind, entities: Sequence[str]) -> None:
    """NotFound for campaigns or connections that there are not; any channel may be named."""
    if kind is EntityKind.CHANNEL:
        return
    loaders, ids = session.loaders, [UUID(each) for each in entities]
    found = await (
        loaders.campaigns.load_many(ids)
        if kind is EntityKind.CAMPAIGN
        else loaders.connections.load_many(ids)
    )
    missing = [each for each, record in zip(entities, found, strict=True) if record is None]
    if missing:
        raise NotFound(
            f"{len(missing):,} of the entities are none of your {kind.lower()}s",
            field="entities",
            mend=f"list them with the field {kind.lower()}s",
        )


def _check(asked: ExportFeatures, now: datetime) -> None:
    _check_moments(asked.moments)
    if len(asked.entities) > features.MAX_EXPORTED:
        raise BadInput(
            f"entities holds {len(asked.entities):,}, but may hold {features.MAX_EXPORTED:,}",
            field="entities",
            mend="leave them out: all are exported then",
        )
    rows = len(asked.entities) * len(asked.moments)
    if rows > MAX_ROWS:
        raise BadInput(
            f"{rows:,} rows, but an export of features has at most {MAX_ROWS:,}",
            field="entities",
            mend="name fewer entities, or take fewer moments",
        )
    if ExportFormat.LEGACY in asked.formats or not asked.formats:
        raise BadInput(
            "features are written as tables",
            field="formats",
            mend="give PARQUET, CSV, JSONL or ARROW, or leave it out",
        )
    if asked.moments.until > (asked.as_of or now):
        when = "in the future" if asked.as_of is None else "after asOf"
        raise BadInput(f"until is {when}", field="until", mend="give an earlier moment")


def _check_moments(moments: Moments) -> None:
    if moments.every_hours < 1:
        raise BadInput(
            f"everyHours is {moments.every_hours}, but must be at least 1",
            field="everyHours",
            mend="give 24 for a moment a day",
        )
    if not 1 <= len(moments) <= MAX_MOMENTS:
        raise BadInput(
            f"there are {len(moments):,} moments from since to until, but there must be 1 to "
            f"{MAX_MOMENTS:,}",
            field="until",
            mend="give an until that is not before since, or a greater everyHours",
        )
