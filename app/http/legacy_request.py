"""What the predecessor's routes are asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from core.errors import BadInput

MAX_BYTES: Final = 64 * 1024
MAX_ROWS_BYTES: Final = 4 * 1024 * 1024
MAX_ROWS: Final = 10_000
LISTS: Final = ("data_sources", "campaign_ids", "metrics", "group_by")

Names = Annotated[list[str], Field(max_length=100)]
Model = TypeVar("Model", bound=BaseModel)


class LegacyRequest(BaseModel):
    """Days of some sources: the predecessor's AggregationRequest."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "data_sources": ["meta_business"],
                    "date_range_start": "2026-10-01",
                    "date_range_end": "2026-10-31",
                }
            ]
        },
    )

    data_sources: Names = Field([], description="Sources by the predecessor's names; none: all.")
    date_range_start: date = Field(description="The first day.")
    date_range_end: date = Field(description="The last day.")
    group_by: list[str] = Field([], description="Chooses nothing; refused by the export.")
    metrics: list[str] = Field([], description="Chooses nothing; refused by the export.")
    filters: dict[str, object] = Field({}, description="Refused, for none is known here.")


class LegacySearch(BaseModel):
    """A question: the predecessor's SearchRequest."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"query": "campaigns that waste money", "limit": 5}]},
    )

    query: str = Field(description="The question in plain words, 1 to 1,000 characters.")
    data_sources: Names | None = Field(
        None, description="Sources by the predecessor's names; none: all."
    )
    date_range_start: date | None = Field(None, description="The first day; with `date_range_end`.")
    date_range_end: date | None = Field(None, description="The last day; with `date_range_start`.")
    campaign_ids: Names | None = Field(None, description="The sources' own ids of campaigns.")
    metrics: list[str] | None = Field(None, description="Chooses nothing: every metric is told.")
    limit: int = Field(10, ge=1, le=100, description="How many results.")
    search_type: Literal["neural", "conceptual", "knowledge", "hybrid"] = Field(
        "hybrid", description="By what documents are found."
    )


class LegacyRows(BaseModel):
    """Rows of a source: the predecessor's IngestionRequest."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "data_source": "meta_business",
                    "data_entries": [
                        {
                            "date": "2026-10-01",
                            "campaign_id": "c1",
                            "spend": 12.5,
                            "impressions": 1000,
                            "clicks": 20,
                        }
                    ],
                    "date_range_start": "2026-10-01",
                    "date_range_end": "2026-10-01",
                }
            ]
        },
    )

    data_source: str = Field(description="The source by the predecessor's name.")
    data_entries: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_ROWS)] = Field(
        description="A row each; a row that names no `date` is of the one day, if it is one."
    )
    date_range_start: date = Field(description="The first day of the rows.")
    date_range_end: date = Field(description="The last day of the rows.")
    metadata: dict[str, Any] | None = Field(
        None,
        description="`connection_id` names the FILE connection that takes the rows in; the rest "
        "is not kept.",
    )


def read_body(model: type[Model], body: bytes) -> Model:
    """The request that the body is; BadInput where it is none."""
    return understood("the body", model, lambda: model.model_validate_json(body))


def read(model: type[Model], request: Request, body: bytes) -> Model:
    """What a POST says in its body, and a GET in its parameters."""
    if request.method == "POST":
        return read_body(model, body)
    found = _parameters(request)
    return understood("the request", model, lambda: model.model_validate(found))


def understood(what: str, model: type[Model], made: Callable[[], Model]) -> Model:
    """What is `made` of it; BadInput, told of `what`, where it is no such request."""
    try:
        return made()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadInput(
            f"{what} is not understood: {first['msg'].lower()}",
            field=".".join(map(str, first["loc"])) or None,
            mend=f"send {_example(model)}",
        ) from error


def _example(model: type[BaseModel]) -> str:
    return json.dumps(model.model_json_schema()["examples"][0])


def _parameters(request: Request) -> dict[str, Any]:
    """A list is its parameter repeated, everything else stands once."""
    found: dict[str, Any] = {}
    for name in request.query_params:
        values = request.query_params.getlist(name)
        found[name] = values if name in LISTS else values[-1]
    return found
