"""Lists of attribution rows."""

from __future__ import annotations

from typing import Annotated, cast

import strawberry

from core.periods import Grain, Weekday
from core.records.answers import Area
from core.records.attribution import (
    AttributionDefinition,
    AttributionDimension,
    AttributionFacts,
)
from core.records.connections import Source
from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.inputs.attribution import AttributionRowFilter, filter_parts
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import ALL, AsOf, texts
from graph.pagination import After, Before, First, Last
from graph.types.attribution import AttributionRow, AttributionRowConnection
from graph.written.attribution import rendered_page
from resolvers import attribution
from resolvers.attribution_calendar import calendar_of, period_of_row
from resolvers.paging import PageArguments
from resolvers.text import choices

By = Annotated[
    list[AttributionDimension] | None,
    strawberry.argument(
        description=(
            "What rows are kept apart by, beside period, channel and currency. Left out: SOURCE. "
            "Empty: nothing more."
        )
    ),
]
ToCurrency = Annotated[
    str | None,
    strawberry.argument(
        description=(
            "ISO 4217 code: every entry's amounts are converted at the rate of its day, rounded "
            "half up to six places, and then summed. Left out: each currency has its own rows."
        )
    ),
]
MinQuality = Annotated[
    float | None,
    strawberry.argument(
        description=(
            "Leave out entries whose quality score is lower, and those never assessed; 0 to 1."
        )
    ),
]


@strawberry.type
class AttributionQueries:
    """Root fields about attribution rows."""

    @guarded(
        "Rows ready for a model, oldest first, then by channel. All pages of a walk tell what was "
        "known at one moment: `asOf`, or the moment of the first page, which their cursors carry. "
        "Null, with an error, for callers without the permission, so that the rest of their "
        "answer stands.",
        needs=Permission.CAUSAL_DATA_ACCESS,
        size=paged(attribution.MAX_ROWS),
        weight=20,
        reads=(Area.DAYS, Area.SOURCES, Area.LABELS, Area.CALENDAR),
    )
    async def attribution_rows(
        self,
        info: Info,
        *,
        dates: Annotated[DateRangeInput, strawberry.argument(description="Days of the entries.")],
        grain: Annotated[
            Grain, strawberry.argument(description="How long the periods are.")
        ] = Grain.DAY,
        week_start: Annotated[
            Weekday, strawberry.argument(description="On which day weeks begin.")
        ] = Weekday.MONDAY,
        by: By = None,
        facts: Annotated[
            AttributionFacts,
            strawberry.argument(description="Which entries rows are made of."),
        ] = AttributionFacts.MEDIA,
        sources: Annotated[
            list[Source] | None, strawberry.argument(description=f"Which sources. {ALL}")
        ] = None,
        channels: Annotated[
            list[str] | None,
            strawberry.argument(description=f"Which channels, spelled exactly. {ALL}"),
        ] = None,
        filter: Annotated[  # noqa: A002 - the argument's name in the schema
            AttributionRowFilter | None,
            strawberry.argument(description="Which entries beside. Left out: all."),
        ] = None,
        min_quality: MinQuality = None,
        currency: ToCurrency = None,
        include_calendar: Annotated[
            bool,
            strawberry.argument(description="Whether the columns of the calendar are filled."),
        ] = True,
        as_of: AsOf = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> AttributionRowConnection | None:
        """One page, and the days of its periods."""
        definition = AttributionDefinition(
            dates=dates.to_range("dates"),
            grain=grain,
            week_start=week_start,
            by=(AttributionDimension.SOURCE,) if by is None else choices(by, "by"),
            facts=facts,
            currency=currency,
            sources=choices(sources, "sources"),
            channels=texts(channels, "channels"),
            min_quality=min_quality,
            **filter_parts(filter),
        )
        session = info.context.session
        arguments = PageArguments(first, after, last, before)
        written = await rendered_page(
            info,
            definition,
            arguments,
            as_of,
            AttributionRow.known_by,
            has_calendar=include_calendar,
        )
        if written is not None:
            # The executor lets it through as the JSON of the connection.
            return cast("AttributionRowConnection", written)
        found = await attribution.page(session, definition, arguments, as_of)
        rows = found.page.items if include_calendar else ()
        calendar = await calendar_of(session, set(map(period_of_row, rows)), found.as_of)
        return AttributionRowConnection.from_page(found, calendar)
