"""What the predecessor's routes answer, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from core.legacy_export import FIELDS

Json: TypeAlias = dict[str, Any]


def _object(told: str, properties: Mapping[str, Json], *, is_open: bool = False) -> Json:
    """Every property is there; others only where it is open."""
    found: Json = {"type": "object", "description": told, "properties": dict(properties)}
    found["required"] = list(properties)
    return found if is_open else {**found, "additionalProperties": False}


def _text(told: str, *, nullable: bool = False, form: str | None = None) -> Json:
    kind: Json = {"type": ["string", "null"] if nullable else "string", "description": told}
    return kind if form is None else {**kind, "format": form}


def _number(told: str) -> Json:
    return {"type": ["number", "null"], "description": told}


def _whole(told: str) -> Json:
    return {"type": "integer", "description": told}


def _truth(told: str) -> Json:
    return {"type": "boolean", "description": told}


def _list(told: str, items: Json) -> Json:
    return {"type": "array", "description": told, "items": items}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _by(told: str, values: Json) -> Json:
    return {"type": "object", "description": told, "additionalProperties": values}


def _envelope(told: str, data: Json) -> Json:
    return _object(
        told,
        {
            "success": {"const": True, "description": "It was answered."},
            "message": _text("It in a sentence."),
            "data": data,
            "errors": {"type": "array", "maxItems": 0, "description": "None."},
            "metadata": _ref("Metadata"),
        },
    )


_METRICS: Final = {
    "spend": _number("What was paid, in the currency that the answer names."),
    "impressions": _number("How often it was shown."),
    "clicks": _number("Clicks."),
    "conversions": _number("Conversions, as the source counts them."),
    "revenue": _number("What those conversions were worth."),
}
_RATES: Final = {
    "cpm": _number("Spend for 1,000 impressions."),
    "cpc": _number("Spend for a click."),
    "ctr": _number("Clicks for 100 impressions, a percentage."),
    "conversion_rate": _number("Conversions for 100 clicks, a percentage."),
    "roas": _number("Revenue for each unit of spend."),
}
_DAYS: Final = _object(
    "The days of the request.",
    {"start": _text("The first.", form="date"), "end": _text("The last.", form="date")},
)
_SECONDS: Final = {"type": "number", "description": "Seconds it took."}
_CALENDAR: Final = {
    "date": _text("The day.", form="date"),
    "year": _whole("Its year."),
    "quarter": _whole("1 to 4."),
    "month": _whole("1 to 12."),
    "week": _whole("Week of ISO 8601."),
    "day_of_year": _whole("From 1."),
    "day_of_month": _whole("From 1."),
    "day_of_week": _whole("From Monday, 0."),
    "is_weekend": _truth("Whether it is a day of the weekend where you are."),
    "is_holiday": _truth("Whether it is a public holiday in one of your countries."),
    "holiday_name": _text("Which ones.", nullable=True),
    "season": {"enum": ["winter", "spring", "summer", "fall"], "description": "Its season."},
    "fiscal_year": _whole("Your fiscal year."),
    "fiscal_quarter": _whole("Your fiscal quarter."),
}
_FOUND: Final = {
    "data_source": _text("The source by the predecessor's name.", nullable=True),
    "source_id": _text("The source's own id of the account.", nullable=True),
    "campaign_id": _text("The source's own id of the campaign.", nullable=True),
    "campaign_name": _text("What the campaign is called.", nullable=True),
    "entity_id": _text("The source's own id of the ad set or ad.", nullable=True),
    "channel": _text("The marketing channel.", nullable=True),
    "date_range_start": _text("The first day it is about.", nullable=True),
    "date_range_end": _text("The last day it is about.", nullable=True),
    "data_quality_score": _number("Quality of the entries behind it, 0 to 1."),
    "is_stale": _truth("Whether its words may be out of date; its figures never are."),
    "currency": _text("ISO 4217 code of the amounts.", nullable=True),
}

SCHEMAS: Final[Mapping[str, Json]] = {
    "Metadata": _object(
        "About the answer.",
        {
            "correlation_id": _text("The id under which the request is logged."),
            "org_id": _text("Your organisation.", form="uuid"),
        },
        is_open=True,
    ),
    "Error": _object(
        "Why there is nothing.",
        {"code": _text("Stable, for programs."), "message": _text("What is wrong.")},
        is_open=True,
    ),
    "Refused": _object(
        "A request that was not answered.",
        {
            "success": {"const": False, "description": "It was not answered."},
            "message": _text("The first error's message."),
            "data": {"type": "null", "description": "Nothing."},
            "errors": _list("What stands in the way, with `field` and `mend`.", _ref("Error")),
            "metadata": _object(
                "About the request.", {"correlation_id": _text("The id under which it is logged.")}
            ),
        },
    ),
    "Ingested": _envelope(
        "Rows that were accepted.",
        _object(
            "The job that stores them.",
            {
                "job_id": _text("Id of the run; follow it by `run(id)`."),
                "status": _text("`pending` until a worker takes it up."),
                "records_total": _whole("How many rows there are."),
                "stored_entries": _list("None yet.", {}),
                "data_source": _text("As it was asked."),
                "date_range": _DAYS,
                "duration": _SECONDS,
            },
        ),
    ),
    "Transformed": _envelope(
        "Rows as they read.",
        _object(
            "Each row with what it comes to.",
            {
                "transformed_data": _list("The rows, in their order.", _ref("TransformedRow")),
                "transformation_summary": _object(
                    "What was done.",
                    {
                        "original_records": _whole("Rows that were sent."),
                        "transformed_records": _whole("Rows that are answered."),
                        "columns_added": _list("New columns.", {"type": "string"}),
                        "data_source": _text("As it was asked."),
                        "transformation_applied": {"const": True, "description": "Always."},
                    },
                ),
                "sample_record": _ref("TransformedRow"),
                "duration": _SECONDS,
            },
        ),
    ),
    "TransformedRow": _object(
        "A row as it was sent, with metrics, rates and, where it names a day, its calendar.",
        {
            "date": _text("Its day.", nullable=True),
            "data_source": _text("As it was asked."),
            **_METRICS,
            **_RATES,
            "cost_per_conversion": _number("Spend for a conversion."),
        },
        is_open=True,
    ),
    "Search": _envelope(
        "Results, best first.",
        _object(
            "What was found.",
            {
                "results": _list("Best first.", _ref("Result")),
                "count": _whole("How many."),
                "search_type": _text("As it was asked."),
                "filters_applied": {"type": "object", "description": "As they were asked."},
                "degraded": _list("Modes that could not answer, and why.", {"type": "object"}),
                "duration": _SECONDS,
            },
        ),
    ),
    "Result": _object(
        "A document that answers.",
        {
            "id": _text("The same for the same thing."),
            "content": _text("Its words."),
            "title": _text("What it is about, in one line."),
            "score": {"type": "number", "description": "Higher is better, in this answer alone."},
            "memory_type": _text("What it is about, such as `marketing_campaign`."),
            "timestamp": _text("The last day it is about.", nullable=True),
            "metadata": _object(
                "Its figures, as they stand now.", {**_FOUND, **_METRICS, **_RATES}
            ),
        },
    ),
    "Insights": _envelope(
        "Figures of some days.",
        _object(
            "Sums, and rates that are sums over sums.",
            {
                **{f"total_{name}": schema for name, schema in _METRICS.items()},
                **{f"average_{name}": _RATES[name] for name in ("cpc", "cpm", "ctr")},
                "conversion_rate": _RATES["conversion_rate"],
                "roas": _RATES["roas"],
                "data_sources_summary": _by("By source.", _ref("Figures")),
                "top_campaigns": _list("Ten that spent most.", {"type": "object"}),
                "performance_trends": _by("By day.", _ref("Figures")),
                "calendar_insights": _by("By kind of day.", _ref("Figures")),
            },
        ),
    ),
    "Figures": _object("Sums of a part.", _METRICS, is_open=True),
    "Calendar": _envelope(
        "The days of a year.",
        _object(
            "Every day.",
            {
                "year": _whole("The year."),
                "calendar_dimensions": _list("In order.", _ref("CalendarDay")),
                "total_days": _whole("365 or 366."),
            },
        ),
    ),
    "CalendarDay": _object("A day.", _CALENDAR),
    "CausalExport": _envelope(
        "Rows for a model.",
        _object(
            "Rows and their statistics.",
            {
                "causal_data": {
                    "type": "object",
                    "description": (
                        f"`time_series` has rows of {', '.join(FIELDS)}; beside it stand features, "
                        "correlation_matrix, export_metadata and statistical_summary. Empty "
                        "without rows."
                    ),
                },
                "records_count": _whole("How many rows."),
                "duration": _SECONDS,
            },
            is_open=True,
        ),
    ),
}
