"""How exports of every kind are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.commands import NewRun
from core.errors import Bug
from core.jsonvalue import JSONObject
from core.records.audit import Act
from core.records.exports import ExportRecord
from core.records.runs import RunKind
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.audit import record_act
from stores.postgres.clock import advance_clock
from stores.postgres.database import Database
from stores.postgres.entries import settle
from stores.postgres.exports import export_record
from stores.postgres.runs import start_run


@dataclass(frozen=True, slots=True)
class NewExport:
    """What an export is made of, and the days that it spans."""

    definition: JSONObject
    sha256: str
    dates: DateRange


async def start_export(
    database: Database, scope: TenantScope, asked: NewExport, as_of: datetime | None
) -> ExportRecord:
    """Write an export, its run and its job in one transaction, and pin its moment.

    Left out, it is a new moment of the tenant's clock: all that is known by now is known at it.
    BadInput for one that has not come.
    """
    async with database.write(scope) as connection:
        if as_of is None:
            as_of = await advance_clock(connection, scope)
        else:
            await settle(connection, scope, as_of)
        run = await start_run(connection, scope, NewRun(RunKind.EXPORT, dates=asked.dates))
        values = (scope.tenant_id, run.id, asked.definition, asked.sha256, as_of, scope.actor)
        row = await connection.fetchrow(_START, *values)
        if row is None:
            raise Bug("an export was not written")
        dates = {"since": asked.dates.since, "until": asked.dates.until}
        subject = f"export:{row['id']}"
        await record_act(connection, scope, Act.EXPORT_REQUESTED, subject, **dates)
    return export_record(row)


_START: Final = """
INSERT INTO export (tenant_id, run_id, definition, definition_sha256, as_of, requested_by)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING *
"""
