"""Opens what a run reads: an account of a source, or an uploaded file."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from connectors.base import Connector
from connectors.file.connector import FileConnector
from connectors.registry import ConnectorAccount, open_connector
from connectors.webhook.connector import WebhookConnector
from core.commands import FileOptions, FileReading
from core.errors import BadInput, Transient
from core.jsonvalue import JSONObject
from core.records.channels import ChannelRules
from core.records.connections import ConnectionRecord, Level, Source
from core.records.rules import RulesAt
from core.records.runs import RunRecord
from core.scope import TenantScope
from core.settings import Settings
from core.sources import SourceKind
from jobs.alerts import alerting, learn_credentials
from jobs.drift import contracts_of
from jobs.webhooks import RunInbox
from stores.postgres.webhook_work import WebhookWorkStore
from stores.wiring import Stores
from transform.normalise.context import PageContext
from transform.normalise.contract import Contract


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A connector at work. `is_whole`: a reading says all there is for its days.

    `channels`: what rows are labelled by. `contracts`: by stream, what its records are held to.
    """

    connection: ConnectionRecord
    connector: Connector
    is_whole: bool
    channels: ChannelRules = field(default_factory=ChannelRules)
    contracts: Mapping[str, Contract] = field(default_factory=dict)


@asynccontextmanager
async def open_source(
    stores: Stores, settings: Settings, scope: TenantScope, run: RunRecord
) -> AsyncIterator[OpenSource]:
    """What `run` reads; closed, and a spooled file removed, at the end."""
    connection = await stores.connections.one(scope, run.of_connection)
    channels = await channel_rules(stores, scope)
    if connection.source is Source.FILE:
        async with _open_file(stores, scope, run, connection.level) as opened:
            options = FileOptions.from_json(run.options)
            whole = options.reading is FileReading.COMPLETE
            yield OpenSource(connection, opened, is_whole=whole, channels=channels)
        return
    if connection.source.manifest.kind is SourceKind.PUSH:
        inbox = RunInbox(WebhookWorkStore(stores.database), scope, run)
        async with aclosing(WebhookConnector(inbox)) as webhook:
            yield OpenSource(connection, webhook, is_whole=False, channels=channels)
        return
    async with alerting(stores, scope, connection):
        credentials = await stores.connections.credentials(scope, connection.id)
        connector = open_connector(connection.source, account_of(connection), credentials, settings)
        try:
            contracts = await contracts_of(stores, scope, connection)
            yield OpenSource(
                connection, connector, is_whole=True, channels=channels, contracts=contracts
            )
            await learn_credentials(stores, scope, connection, connector)
        finally:
            await connector.aclose()


@asynccontextmanager
async def _open_file(
    stores: Stores, scope: TenantScope, run: RunRecord, level: Level
) -> AsyncIterator[FileConnector]:
    if run.upload_id is None:
        raise BadInput("the run names no uploaded file", field="uploadId")
    upload = await stores.uploads.one(scope, run.upload_id)
    async with _spooled(stores, scope, upload.id) as path:
        connector = FileConnector(path, upload.filename, FileOptions.from_json(run.options), level)
        try:
            yield connector
        finally:
            await connector.aclose()


@asynccontextmanager
async def _spooled(stores: Stores, scope: TenantScope, upload_id: UUID) -> AsyncIterator[Path]:
    """A temporary copy of the upload; Transient where this worker has no room for one."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="liftos-"))
            path = Path(folder) / "upload"
            with path.open("wb") as spool:
                async for chunk in stores.uploads.chunks(scope, upload_id):
                    spool.write(chunk)
        except OSError as error:
            raise Transient(
                f"the worker has no room for a copy of the file: {error.strerror}",
                mend="free space in its folder of temporary files, or set TMPDIR to another",
            ) from error
        yield path


async def channel_rules(stores: Stores, scope: TenantScope) -> ChannelRules:
    """The tenant's channel rules as they are now, and the naming rules that they may refer to."""
    now = RulesAt()
    channels = (await stores.channel_rules.rules(scope, [now]))[now]
    names = (await stores.naming.rules(scope, [now]))[now] if channels else ()
    return ChannelRules(channels, names)


def page_context(connection: ConnectionRecord, request: JSONObject) -> PageContext:
    """What a normaliser is told of a page that was asked for by `request`."""
    layout = request.get("layout")
    return PageContext(
        account_id=connection.account_id,
        currency=connection.currency,
        time_zone=connection.time_zone,
        level=connection.level,
        options=layout if isinstance(layout, dict) else {},
    )


def account_of(connection: ConnectionRecord) -> ConnectorAccount:
    """The account as connectors are opened for it."""
    return ConnectorAccount(
        account_id=connection.account_id,
        currency=connection.currency,
        time_zone=connection.time_zone,
        level=connection.level,
        look_back_days=connection.look_back_days,
        breakdown=connection.breakdown,
    )
