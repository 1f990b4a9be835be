"""What the predecessor's routes take and answer, as OpenAPI 3.1 describes it."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, TypeAlias

from pydantic.json_schema import models_json_schema

from app.http.legacy_request import LegacyRequest, LegacyRows, LegacySearch
from app.http.legacy_schemas import SCHEMAS
from core.legacy_export import TARGETS

Json: TypeAlias = dict[str, Any]

REF: Final = "#/components/schemas/{model}"
_MODELS: Final = (LegacyRequest, LegacySearch, LegacyRows)
_REFUSALS: Final = {
    "400": "The request is not understood, or asks for what is not answered here.",
    "401": "No credentials, or credentials that do not hold.",
    "403": "The credentials lack the permission that is named, or a quota is used up.",
    "404": "No such thing in this organisation.",
    "413": "The body is too long.",
    "429": "Too many points were asked for in a short time; see `Retry-After`.",
    "503": "It cannot be answered at present; see `Retry-After`.",
}


@cache
def openapi() -> Json:
    """The document."""
    _, described = models_json_schema([(each, "validation") for each in _MODELS], ref_template=REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "LiftOS Core Data: the predecessor's routes",
            "version": "1",
            "summary": "For modules that were written for the predecessor.",
            "description": (
                "Views over registered GraphQL operations, in the predecessor's names, units and "
                "envelope; new modules ask `/graphql`. What is not known is null, never 0."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The server that answered this."}],
        "tags": [
            {"name": "marketing", "description": "Marketing data, by the predecessor's names."}
        ],
        "security": [{"bearer": []}, {"apiKey": []}],
        "paths": _paths(),
        "components": {
            "schemas": {**described["$defs"], **SCHEMAS},
            "responses": {
                f"Refused{status}": _answer(told, "Refused") for status, told in _REFUSALS.items()
            },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A token of your identity provider, or of `liftos token`.",
                },
                "apiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-API-Key",
                    "description": "A key that `liftos key create` gave out.",
                },
            },
        },
    }


def _paths() -> Json:
    return {
        "/marketing/ingest": {
            "post": _operation(
                "ingest",
                "Keep rows of a source, in the background. Needs `memory:write`.",
                "Ingested",
                body="LegacyRows",
            )
        },
        "/marketing/transform": {
            "post": _operation(
                "transform",
                "Show rows with metrics, rates and calendar; keeps nothing. Needs `memory:read`.",
                "Transformed",
                body="LegacyRows",
            )
        },
        "/marketing/search": _either(
            "search", "What answers a question, best first. Needs `memory:read`.", LegacySearch
        ),
        "/marketing/insights": _either(
            "insights", "Totals and rates of some days. Needs `memory:read`.", LegacyRequest
        ),
        "/marketing/calendar/{year}": {
            "get": _operation(
                "calendar",
                "The days of a year. Needs `memory:read`.",
                "Calendar",
                parameters=[_year()],
            )
        },
        "/marketing/export/causal": {
            "post": _operation(
                "export",
                "Rows and their statistics for a model. Needs `causal:data:export`.",
                "CausalExport",
                body="LegacyRequest",
                parameters=[_target()],
            )
        },
    }


def _either(name: str, told: str, model: type[LegacySearch | LegacyRequest]) -> Json:
    """A route that takes a body by POST, and the same as parameters by GET."""
    schema, answer = model.model_json_schema(), name.capitalize()
    required = schema.get("required", [])
    parameters = [
        _parameter(field, about, is_required=field in required)
        for field, about in schema["properties"].items()
        if field != "filters"
    ]
    return {
        "post": _operation(name, told, answer, body=model.__name__),
        "get": _operation(f"{name}ByParameters", told, answer, parameters=parameters),
    }


def _operation(
    name: str,
    told: str,
    answer: str,
    *,
    body: str | None = None,
    parameters: list[Json] | None = None,
) -> Json:
    found: Json = {
        "operationId": name,
        "summary": told,
        "tags": ["marketing"],
        "responses": {
            "200": _answer("What was asked for.", answer),
            **{each: {"$ref": f"#/components/responses/Refused{each}"} for each in _REFUSALS},
        },
    }
    if parameters:
        found["parameters"] = parameters
    if body:
        found["requestBody"] = {"required": True, "content": _json(body)}
    return found


def _answer(told: str, schema: str) -> Json:
    return {"description": told, "content": _json(schema)}


def _json(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": REF.format(model=schema)}}}


def _parameter(name: str, about: Json, *, is_required: bool) -> Json:
    schema = {key: value for key, value in about.items() if key not in {"description", "title"}}
    return {
        "name": name,
        "in": "query",
        "required": is_required,
        "description": about["description"],
        "schema": schema,
    }


def _year() -> Json:
    schema = {"type": "string", "pattern": "^[0-9]{4}$", "examples": ["2026"]}
    told = "The year, such as 2026."
    return {"name": "year", "in": "path", "required": True, "description": told, "schema": schema}


def _target() -> Json:
    schema = {"type": "string", "enum": list(TARGETS), "default": TARGETS[0]}
    told = "What the model is to explain."
    return {"name": "target_metric", "in": "query", "description": told, "schema": schema}
