"""The specification's UnifiedDataAPI: what modules of the predecessor ask for, by its names.

`ctr` and `cvr` are percentages here, and `day_of_week` counts from Monday, 0, as those modules
expect; everywhere else in this client they are the API's own: shares, and 1 for Monday.
What is unknown is None or NaN, where the specification's sketch said 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .generated.async_operations import AsyncOperations
from .generated.enums import InsightKind
from .generated.fragments import AttributionRow
from .generated.input_types import DateRangeInput, SearchFilter
from .generated.operations import Operations
from .unified_context import told_context
from .unified_insights import surfaced
from .unified_rows import attribution_frame, seasons_of
from .walking import each, walk

if TYPE_CHECKING:
    import pandas as pd

Days: TypeAlias = tuple[date, date]
"""First and last day, both included."""

MIN_QUALITY: Final = 0.8
THRESHOLD: Final = 0.7
TOKENS: Final = 4000
KINDS: Final = {kind.value.lower(): kind for kind in InsightKind}


class UnifiedDataAPI:
    """Over a `Liftos` client; for the organisation that its credentials name."""

    def __init__(self, client: Operations) -> None:
        self._client = client

    def get_attribution_ready_data(
        self,
        date_range: Days,
        channels: Sequence[str] | None = None,
        *,
        include_calendar: bool = True,
        include_quality_filter: bool = True,
        min_quality_score: float = MIN_QUALITY,
        as_of: datetime | None = None,
    ) -> pd.DataFrame:
        """One row per day, channel, source, account and campaign, in the reporting currency.

        Entries below `min_quality_score`, and those never assessed, are left out with
        `include_quality_filter`. The same `as_of` gives the same rows for ever.
        """
        client = self._client
        rows = each(
            client.attribution_rows,
            dates=_days(date_range),
            channels=_some(channels),
            min_quality=min_quality_score if include_quality_filter else None,
            currency=client.viewer().viewer.tenant.reporting_currency,
            as_of=as_of,
        )
        prior = client.seasonality_prior().seasonality_prior if include_calendar else None
        return attribution_frame(rows, seasons_of(prior) if prior else None)

    def get_surfacing_insights(
        self,
        insight_type: str = "all",
        context_window_days: int = 30,
        similarity_threshold: float = THRESHOLD,
        max_insights: int = 50,
        *,
        until: date | None = None,
    ) -> list[dict[str, Any]]:
        """What was found of the last `context_window_days` days and is not over, the newest first.

        `insight_type` is `all` or a kind such as `anomaly` or `restatement`; ValueError for what
        is not looked for. `confidence_score` is 1 less the share of false ones among all that
        were told with it, and 1 of what is counted; less than `similarity_threshold` is left out.
        """
        found = self._client.surfacing_insights(
            kind=_kind(insight_type),
            window_days=context_window_days,
            until=until,
            min_confidence=similarity_threshold,
            first=max_insights,
        )
        return surfaced(found.insights)

    def get_llm_context_data(
        self,
        user_query: str,
        context_limit: int = 10,
        max_context_age_days: int = 90,
        *,
        token_budget: int = TOKENS,
    ) -> list[dict[str, Any]]:
        """Facts that answer a question, from documents about the last days, the best first.

        Empty where there is not enough to answer from; `Liftos.llm_context` says what is missing,
        and has the facts packed into one text.
        """
        today = datetime.now(UTC).date()
        found = self._client.llm_context(
            question=user_query,
            limit=context_limit,
            token_budget=token_budget,
            filter_=_recent(max_context_age_days, today),
        )
        return told_context(found.context, today)


class AsyncUnifiedDataAPI:
    """UnifiedDataAPI over an `AsyncLiftos` client."""

    def __init__(self, client: AsyncOperations) -> None:
        self._client = client

    async def get_attribution_ready_data(
        self,
        date_range: Days,
        channels: Sequence[str] | None = None,
        *,
        include_calendar: bool = True,
        include_quality_filter: bool = True,
        min_quality_score: float = MIN_QUALITY,
        as_of: datetime | None = None,
    ) -> pd.DataFrame:
        """As UnifiedDataAPI has it."""
        client = self._client
        walked = walk(
            client.attribution_rows,
            dates=_days(date_range),
            channels=_some(channels),
            min_quality=min_quality_score if include_quality_filter else None,
            currency=(await client.viewer()).viewer.tenant.reporting_currency,
            as_of=as_of,
        )
        rows: list[AttributionRow] = [row async for row in walked]
        prior = (await client.seasonality_prior()).seasonality_prior if include_calendar else None
        return attribution_frame(rows, seasons_of(prior) if prior else None)

    async def get_surfacing_insights(
        self,
        insight_type: str = "all",
        context_window_days: int = 30,
        similarity_threshold: float = THRESHOLD,
        max_insights: int = 50,
        *,
        until: date | None = None,
    ) -> list[dict[str, Any]]:
        """As UnifiedDataAPI has it."""
        found = await self._client.surfacing_insights(
            kind=_kind(insight_type),
            window_days=context_window_days,
            until=until,
            min_confidence=similarity_threshold,
            first=max_insights,
        )
        return surfaced(found.insights)

    async def get_llm_context_data(
        self,
        user_query: str,
        context_limit: int = 10,
        max_context_age_days: int = 90,
        *,
        token_budget: int = TOKENS,
    ) -> list[dict[str, Any]]:
        """As UnifiedDataAPI has it."""
        today = datetime.now(UTC).date()
        found = await self._client.llm_context(
            question=user_query,
            limit=context_limit,
            token_budget=token_budget,
            filter_=_recent(max_context_age_days, today),
        )
        return told_context(found.context, today)


def _days(days: Days) -> DateRangeInput:
    return DateRangeInput(since=days[0], until=days[1])


def _recent(days: int, today: date) -> SearchFilter:
    return SearchFilter(dates=_days((today - timedelta(days=days), today)))


def _some(channels: Sequence[str] | None) -> list[str] | None:
    return list(channels) if channels else None


def _kind(insight_type: str) -> InsightKind | None:
    if insight_type == "all":
        return None
    if insight_type not in KINDS:
        known = ", ".join(("all", *sorted(KINDS)))
        raise ValueError(f"no insights of the type {insight_type!r} are looked for; use {known}")
    return KINDS[insight_type]
