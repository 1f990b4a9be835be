"""/marketing/search: a question, by the predecessor's names."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any, Final
from uuid import UUID

from starlette.responses import Response

from app.http.legacy_caller import Caller, Json
from app.http.legacy_envelope import answered
from app.http.legacy_request import LegacySearch, read
from app.http.legacy_sources import CALLED, sources_called
from core.errors import BadInput
from graph.ids import CAMPAIGN

PAGES: Final = 30
"""Of a hundred campaigns each: so many are looked at for one of a name."""


async def search(caller: Caller, body: bytes) -> Response:
    """What answers a question, best first; with figures as they stand now."""
    started = perf_counter()
    asked = read(LegacySearch, caller.request, body)
    data = await caller.ask("Find", await _variables(caller, asked))
    found = data["search"]
    results = [_result(hit) for hit in found["nodes"]]
    told = {
        "results": results,
        "count": len(results),
        "search_type": asked.search_type,
        "filters_applied": _applied(asked),
        "degraded": found["degraded"],
        "duration": perf_counter() - started,
    }
    return answered("Marketing data search completed", told, caller.metadata)


async def _variables(caller: Caller, asked: LegacySearch) -> Json:
    wanted: Json = {
        "sources": [each.value for each in sources_called(asked.data_sources or [])],
        "dates": _dates(asked),
    }
    if asked.campaign_ids:
        wanted["campaigns"] = await _campaigns(caller, asked.campaign_ids)
    return {
        "text": asked.query,
        "mode": asked.search_type.upper(),
        "filter": {name: value for name, value in wanted.items() if value},
        "first": asked.limit,
    }


def _dates(asked: LegacySearch) -> Json | None:
    since, until = asked.date_range_start, asked.date_range_end
    if since is None and until is None:
        return None
    if since is None or until is None:
        missing = "date_range_start" if since is None else "date_range_end"
        raise BadInput(f"{missing} is missing", field=missing, mend="give both days, or neither")
    return {"since": str(since), "until": str(until)}


async def _campaigns(caller: Caller, named: list[str]) -> list[str]:
    """Ids of the campaigns of these names, of whatever account."""
    found = list[str]()
    async for each in caller.each("Campaigns", "campaigns", PAGES):
        if each["campaignId"] in named:
            found.append(each["id"])
    # None of them: nothing is found, rather than everything.
    return found or [CAMPAIGN.encode(UUID(int=0))]


def _applied(asked: LegacySearch) -> Json:
    kept = ("data_sources", "date_range_start", "date_range_end", "campaign_ids")
    return asked.model_dump(mode="json", include=set(kept), exclude_none=True)


def _result(hit: Mapping[str, Any]) -> Json:
    """A result of the predecessor; `metadata` tells what it kept beside its content."""
    period, campaign = hit["period"] or {}, hit["campaign"] or {}
    return {
        "id": _id(hit),
        "content": hit["text"],
        "title": hit["title"],
        "score": hit["score"],
        "memory_type": f"marketing_{hit['kind'].lower()}",
        "timestamp": period.get("until"),
        "metadata": {
            "data_source": CALLED.get(hit["source"]),
            "source_id": hit["accountId"],
            "campaign_id": campaign.get("campaignId"),
            "campaign_name": campaign.get("name"),
            "entity_id": hit["entityId"],
            "channel": hit["channel"],
            "date_range_start": period.get("since"),
            "date_range_end": period.get("until"),
            "data_quality_score": hit["quality"],
            "is_stale": hit["isStale"],
            **_figures(hit["figures"] or {}),
        },
    }


def _id(hit: Mapping[str, Any]) -> str:
    """The same for the same thing: of an insight, a campaign or an export its id for `node`."""
    for name in ("insight", "export", "campaign"):
        if hit[name]:
            since = (hit["period"] or {}).get("since") if name == "campaign" else None
            parts = (hit[name]["id"], hit["entityId"], since)
            return "/".join(part for part in parts if part)
    parts = (hit["kind"], hit["accountId"], (hit["period"] or {}).get("since"))
    return "/".join(part for part in parts if part)


def _figures(figures: Mapping[str, Any]) -> Json:
    """Rates in the predecessor's units: ctr and conversion_rate are percentages."""

    def number(name: str, factor: int = 1) -> float | None:
        value = figures.get(name)
        return None if value is None else factor * float(value)

    return {
        "currency": figures.get("currency"),
        "spend": number("spend"),
        "impressions": figures.get("impressions"),
        "clicks": figures.get("clicks"),
        "conversions": number("conversions"),
        "revenue": number("conversionValue"),
        "cpm": number("cpm"),
        "cpc": number("cpc"),
        "ctr": number("ctr", 100),
        "conversion_rate": number("cvr", 100),
        "roas": number("roas"),
    }
