"""The HTTP app over a running platform."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI

from app.answers import answers_of, dropping
from app.features import Uses
from app.http.factory import create_app
from app.http.services import Downloads, Services, Webhooks
from app.http.webhook_inbox import WebhookInbox
from app.identity.consents import ConsentDoor
from app.identity.links import LinkDoor, links_of
from app.identity.secrets import Secrets
from app.identity.standing import open_standing
from app.identity.webhooks import WebhookDoor
from app.identity.wiring import open_door
from app.operations.wiring import admission_of
from app.wiring import open_platform
from core.errors import ConfigError
from core.records.quotas import Quota, quotas
from core.scope import TenantScope
from core.search.tally import SearchTally
from core.settings import Settings
from core.tiers import Tiers
from graph.context import Context
from graph.schema import build_schema
from loaders.sharing import SharedReads
from resolvers.consents import consents_of
from resolvers.following import Cursor
from resolvers.limits import Meter
from resolvers.session import Session
from stores.event_lag import event_lag
from stores.postgres.version import are_migrations_current
from stores.wiring import Stores

FENCE_SECONDS = 5.0


def build_app(settings: Settings) -> FastAPI:
    """The app as it is deployed; its lifespan opens the platform."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Services]:
        # The second fence: a statement whose cancelling is lost on the way ends by itself.
        fence = settings.request_seconds + FENCE_SECONDS
        async with open_platform(settings, statement_seconds=fence) as platform:
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
    tiers = Tiers(settings)
    meter = Meter(stores.buckets, tiers)
    shared = SharedReads()
    answers = answers_of(settings, stores)
    uses = Uses(stores.features)
    searched = SearchTally()

    def context(scope: TenantScope, request_id: str, cursor: Cursor | None = None) -> Context:
        session = Session.open(
            scope,
            stores,
            consents=consents,
            links=links,
            meter=meter,
            shared=shared,
            cursor=cursor,
            tiers=tiers,
            uses=uses,
            searched=searched,
        )
        made = Context(session, request_id)
        made.answers = answers
        return made

    async def storage(scope: TenantScope) -> Quota:
        now = datetime.now(UTC)
        usage = await stores.quotas.usage(scope, now)
        return quotas(usage, tiers.of(scope.tier), now).storage

    async def migrations() -> None:
        if not await are_migrations_current(stores.database):
            raise ConfigError("the database is at another version", mend="run: liftos migrate")

    inbox = WebhookInbox(stores.webhooks)
    webhook_door = WebhookDoor(stores.webhooks, settings.webhook_tolerance_seconds)
    async with (
        open_door(settings, secrets.jwt, stores.keys, stores.tenants) as door,
        open_standing(stores.tenants, stores.keys, settings.stream_check_seconds) as standing,
        aclosing(inbox),
        aclosing(admission_of(settings, stores)) as operations,
        aclosing(answers),
        aclosing(uses),
        dropping(settings, stores, answers),
    ):
        yield Services(
            door=door,
            contexts=context,
            uploads=stores.uploads,
            audit=stores.audit,
            single_uses=stores.single_uses,
            operations=operations,
            standing=standing,
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
            spent=meter.spent,
            kept=answers.tally,
            storage=storage,
            searched=searched,
            search_lag=stores.search_status.lag,
            embedding_totals=stores.quotas.embedding_totals,
            embedding_price=settings.embedder_price,
        )
