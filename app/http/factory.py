"""Puts the HTTP app together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route, WebSocketRoute
from strawberry.schema import BaseSchema

from app.http.ahead import App, within
from app.http.answers import Guard, answer_error
from app.http.compression import Compression
from app.http.cors import Cors
from app.http.errors import Refusal
from app.http.execution import Execution
from app.http.exports import exports_route
from app.http.graphiql import Assets
from app.http.graphql import GraphQLEndpoint
from app.http.graphql_socket import SocketEndpoint
from app.http.health import health_router
from app.http.legacy_export import legacy_export_router
from app.http.legacy_views import legacy_views_router
from app.http.mcp import mcp_route
from app.http.metrics import Measure, Metrics, metrics_router
from app.http.oauth import consent_route
from app.http.operations import operations_route
from app.http.origins import Origins
from app.http.request_id import RequestId
from app.http.safety import SafeHeaders
from app.http.services import Services
from app.http.stream_bounds import StreamBounds
from app.http.uploads import uploads_router
from app.http.webhooks import webhooks_route
from core.errors import LiftosError
from core.settings import Settings

GRAPHQL = "/graphql"
OpenServices = Callable[[], AbstractAsyncContextManager[Services]]


def create_app(settings: Settings, schema: BaseSchema, open_services: OpenServices) -> FastAPI:
    """The app; its lifespan opens the services and closes them again."""
    metrics, origins = Metrics(), Origins.of(settings)
    webhooks = webhooks_route(settings, metrics)
    execution = Execution(schema, settings.request_seconds)
    graphql = GraphQLEndpoint(execution, settings)
    layers = _middleware(metrics, origins)
    app = App(
        ahead={"/webhooks/": webhooks.app},
        at={GRAPHQL: within(layers, graphql)},
        title="LiftOS Core Data",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan(open_services),
        middleware=layers,
    )
    for error in (LiftosError, Refusal, HTTPException):
        app.add_exception_handler(error, answer_error)
    app.router.routes += [
        webhooks,
        consent_route(),
        exports_route(),
        operations_route(schema, execution, settings),
        mcp_route(schema, execution, settings),
        Route(GRAPHQL, graphql),
        WebSocketRoute(GRAPHQL, SocketEndpoint(execution, StreamBounds.of(settings), origins)),
        Mount("/graphiql", Assets()),
    ]
    for router in (
        uploads_router(settings.upload_max_bytes),
        legacy_export_router(settings.request_seconds),
        legacy_views_router(execution),
        health_router,
        metrics_router(metrics),
    ):
        app.include_router(router)
    return app


def _middleware(metrics: Metrics, origins: Origins) -> list[Middleware]:
    """Outermost first."""
    return [
        Middleware(RequestId),
        Middleware(Measure, metrics=metrics),
        Middleware(SafeHeaders),
        Middleware(Cors, origins=origins),
        Middleware(Compression),
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
