"""Exports of features: asked for, and the entities that they are of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core.feature_exports import FeatureDefinition
from core.records.attribution import AttributionDefinition
from core.records.exports import ExportRecord
from core.records.features import FeatureView
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.attribution_filters import restrict
from stores.postgres.conditions import Conditions
from stores.postgres.database import Database
from stores.postgres.export_starts import NewExport, start_export
from stores.postgres.feature_values import ENTITY_COLUMNS


class FeatureExportStore:
    """Starts exports of features, and finds what they are of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(
        self, scope: TenantScope, definition: FeatureDefinition, as_of: datetime | None
    ) -> ExportRecord:
        """Write an export, its run and its job, and pin its moment; BadInput for the future."""
        asked = NewExport(definition.to_json(), definition.sha256, definition.dates)
        return await start_export(self._database, scope, asked, as_of)

    async def entities(
        self, scope: TenantScope, view: FeatureView, dates: DateRange, as_of: datetime
    ) -> tuple[str, ...]:
        """Entities that ever had media, as far as was learned by `as_of`, in order.

        Only days count that a window of the view looks at from moments of `dates` (UTC). What
        vanished from its source since is among them: it was there when it was looked at.
        """
        newest, oldest = view.ages
        # The day of a moment is another one at accounts in other time zones.
        since = dates.since - timedelta(days=oldest + 1)
        until = dates.until + timedelta(days=1 - newest)
        looked_at = DateRange(since, until)
        conditions = Conditions(scope.tenant_id, as_of, since, until)
        restrict(conditions, AttributionDefinition(looked_at))
        sql = _EVER.format(entity=ENTITY_COLUMNS[view.entity], where=conditions)
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *conditions.values)
        return tuple(row["entity"] for row in rows)


_EVER: Final = """
SELECT f.entity FROM (
    SELECT DISTINCT {entity} AS entity FROM (
        SELECT m.source, m.connection_id, m.level, m.date_basis,
               v.campaign, v.channel, v.series_role
        FROM marketing_entry m
        JOIN marketing_entry_vintage v
            ON v.tenant_id = m.tenant_id AND v.date = m.date AND v.digest = m.digest
        WHERE m.tenant_id = $1 AND m.date BETWEEN $3 AND $4 AND v.date BETWEEN $3 AND $4
          AND v.learned_at <= $2 AND v.is_present
    ) e WHERE {where}
) f WHERE f.entity IS NOT NULL ORDER BY f.entity COLLATE "C"
"""
