"""Puts the HTTP app together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route, WebSocketRoute
from strawberry.schema import BaseSchema

from app.http.access_log import AccessLog
from app.http.ahead import App
from app.http.answers import Guard, answer_error
from app.http.errors import Refusal
from app.http.exports import exports_route
from app.http.graphiql import Assets
from app.http.graphql import GraphQLEndpoint
from app.http.health import health_router
from app.http.legacy_export import legacy_export_router
from app.http.metrics import Measure, Metrics, metrics_router
from app.http.oauth import consent_route
from app.http.request_id import RequestId
from app.http.safety import SafeHeaders
from app.http.services import Services
from app.http.uploads import uploads_router
from app.http.webhooks import webhooks_route
from core.errors import LiftosError
from core.settings import Settings

OpenServices = Callable[[], AbstractAsyncContextManager[Services]]


def create_app(settings: Settings, schema: BaseSchema, open_services: OpenServices) -> FastAPI:
    """The app; its lifespan opens the services and closes them again."""
    metrics = Metrics()
    webhooks = webhooks_route(settings, metrics)
    app = App(
        ahead={"/webhooks/": webhooks.app},
        title="LiftOS Core Data",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan(open_services),
        middleware=_middleware(metrics),
    )
    for error in (LiftosError, Refusal, HTTPException):
        app.add_exception_handler(error, answer_error)
    endpoint = GraphQLEndpoint(schema, settings.request_max_bytes)
    app.router.routes += [
        webhooks,
        consent_route(),
        exports_route(),
        Route("/graphql", endpoint),
        WebSocketRoute("/graphql", endpoint),
        Mount("/graphiql", Assets()),
    ]
    for router in (
        uploads_router(settings.upload_max_bytes),
        legacy_export_router(),
        health_router,
        metrics_router(metrics),
    ):
        app.include_router(router)
    return app


def _middleware(metrics: Metrics) -> list[Middleware]:
    """Outermost first."""
    return [
        Middleware(RequestId),
        Middleware(AccessLog),
        Middleware(Measure, metrics=metrics),
        Middleware(SafeHeaders),
        Middleware(Guard),
    ]


def _lifespan(
    open_services: OpenServices,
) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Services]]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Services]]:
        async with open_services() as services:
            yield {"services": services}

    return lifespan
