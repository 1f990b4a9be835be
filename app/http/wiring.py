"""The HTTP app over a running platform."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial

from fastapi import FastAPI

from app.http.factory import create_app
from app.http.services import Downloads, Services, Webhooks
from app.http.webhook_inbox import WebhookInbox
from app.identity.consents import ConsentDoor
from app.identity.links import LinkDoor, links_of
from app.identity.secrets import Secrets
from app.identity.webhooks import WebhookDoor
from app.identity.wiring import open_door
from app.wiring import open_platform
from core.errors import ConfigError
from core.scope import TenantScope
from core.settings import Settings
from graph.context import Context
from graph.schema import build_schema
from resolvers.consents import consents_of
from resolvers.session import Session
from stores.event_lag import event_lag
from stores.postgres.version import are_migrations_current
from stores.wiring import Stores


def build_app(settings: Settings) -> FastAPI:
    """The app as it is deployed; its lifespan opens the platform."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Services]:
        async with open_platform(settings) as platform:
            secrets = platform.endpoints.secrets
            async with open_services(settings, secrets, platform.stores) as services:
                yield services

    return create_app(settings, build_schema(), opened)


@asynccontextmanager
async def open_services(
    settings: Settings, secrets: Secrets, stores: Stores
) -> AsyncIterator[Services]:
    """What the app needs, over `stores`."""
    consents, links = consents_of(settings), links_of(settings, secrets)

    def context(scope: TenantScope, request_id: str) -> object:
        return Context(Session.open(scope, stores, consents=consents, links=links), request_id)

    async def migrations() -> None:
        if not await are_migrations_current(stores.database):
            raise ConfigError("the database is at another version", mend="run: liftos migrate")

    inbox = WebhookInbox(stores.webhooks)
    webhook_door = WebhookDoor(stores.webhooks, settings.webhook_tolerance_seconds)
    async with (
        open_door(settings, secrets.jwt, stores.keys, stores.tenants) as door,
        aclosing(inbox),
    ):
        yield Services(
            door=door,
            contexts=context,
            uploads=stores.uploads,
            consents=ConsentDoor(stores.authorizations),
            probes={
                "database": stores.database.ping,
                "cache": stores.topics.ping,
                "queue": stores.queue.ping,
                "migrations": migrations,
            },
            open_runs=stores.queue.open_runs,
            dead_letters=stores.dead_letters.count,
            webhooks=Webhooks(webhook_door, inbox),
            downloads=Downloads(LinkDoor(links.signer, stores.exports), stores.objects),
            event_lag=partial(event_lag, stores.events, stores.streams),
        )
