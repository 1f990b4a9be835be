"""Attribution rows: their definition checked, their pages pinned to one moment."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from core.errors import BadInput
from core.periods import period_of
from core.records.attribution import (
    AttributionDefinition,
    AttributionDimension,
    AttributionFacts,
    AttributionRowRecord,
    WrittenRows,
)
from core.records.connections import Level
from core.records.entries import DateBasis
from core.records.pages import Page, PageRequest
from core.records.performance import PerformanceQuestion
from core.records.shapes import Shape
from core.scope import TenantScope
from core.units import DateRange, currency_code
from resolvers.paging import CURSOR_MEND, Listing, PageArguments, Part
from resolvers.session import Session
from resolvers.text import date_part, text_part

MAX_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class RowsPage:
    """A page, the moment whose knowledge it is, and the list that writes its cursors."""

    page: Page[AttributionRowRecord]
    as_of: datetime
    listing: Listing[AttributionRowRecord]


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """A page whose rows are JSON, its definition as it was checked, and the list of its keys."""

    rows: WrittenRows
    definition: AttributionDefinition
    listing: Listing[tuple[str, ...]]

    def cursor(self, end: int) -> str | None:
        """The cursor of the first (0) or the last (-1) row; None where there are none."""
        if self.rows.ends is None:
            return None
        return self.listing.cursor((self.rows.as_of.isoformat(), *self.rows.ends[end]))

    def periods(self, gap: int) -> set[DateRange]:
        """The whole periods of its rows, where a gap is known by their time."""
        given = self.definition.grain, self.definition.week_start
        times = set(self.rows.written.keys(gap))
        return {period_of(time, *given) for time in times if isinstance(time, date)}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A page that was asked for, checked: where it begins, and as of when if that is said."""

    definition: AttributionDefinition
    listing: Listing[tuple[str, ...]]
    request: PageRequest
    moment: datetime | None
    walks: str | None

    def refused(self, error: BadInput) -> BadInput:
        """What the caller did wrong: a moment of a cursor's is not one of his."""
        return error if self.walks is None else not_past(self.walks)


async def page(
    session: Session,
    definition: AttributionDefinition,
    arguments: PageArguments,
    as_of: datetime | None,
) -> RowsPage:
    """One page of rows, as they stood at `as_of`: that of the cursor, else the present.

    A cursor carries the moment of its walk and fits no other definition and no other tenant.
    """
    asked = _asked(session, definition, arguments, as_of)
    try:
        found = await session.stores.attribution.page(
            session.scope, asked.definition, asked.request, asked.moment
        )
    except BadInput as error:
        raise asked.refused(error) from error
    moment, names = found.as_of.isoformat(), key_names(asked.definition)
    keys = asked.listing
    listing: Listing[AttributionRowRecord] = Listing(
        keys.tag, keys.maximum, keys.parts, lambda row: (moment, *key_texts(row, names))
    )
    return RowsPage(found.page, found.as_of, listing)


async def written(
    session: Session,
    definition: AttributionDefinition,
    arguments: PageArguments,
    as_of: datetime | None,
    shape: Shape,
    *,
    tells_ends: bool,
) -> WrittenPage:
    """The same page, its rows as JSON in `shape`; its cursors can be told if `tells_ends`."""
    asked = _asked(session, definition, arguments, as_of)
    try:
        found = await session.stores.attribution.written(
            session.scope,
            asked.definition,
            asked.request,
            asked.moment,
            shape,
            tells_ends=tells_ends,
        )
    except BadInput as error:
        raise asked.refused(error) from error
    return WrittenPage(found, asked.definition, asked.listing)


def _asked(
    session: Session,
    definition: AttributionDefinition,
    arguments: PageArguments,
    as_of: datetime | None,
) -> _Asked:
    given = checked(definition)
    listing = _listing(session.scope, given)
    request = session.request(listing, arguments)
    if request.cursor is None:
        return _Asked(given, listing, request, as_of, None)
    name = "before" if request.backward else "after"
    moment = moment_of(request.cursor[0], name, as_of)
    request = replace(request, cursor=request.cursor[1:])
    return _Asked(given, listing, request, moment, name if as_of is None else None)


def moment_of(text: str, name: str, as_of: datetime | None) -> datetime:
    """The moment that a cursor carries; BadInput where the caller names another one."""
    moment = datetime.fromisoformat(text)
    if as_of is None or as_of == moment:
        return moment
    raise BadInput(
        f"{name} goes on with what was known at {text}, and asOf is another moment",
        field="asOf",
        mend=f"leave asOf out, or give the one that the page of {name} was asked with",
    )


def not_past(name: str) -> BadInput:
    """A cursor whose moment has not come."""
    return BadInput(f"{name} is not a cursor", field=name, mend=CURSOR_MEND)


def _listing(scope: TenantScope, definition: AttributionDefinition) -> Listing[tuple[str, ...]]:
    names = key_names(definition)
    parts: tuple[Part, ...] = (moment_part, date_part, *(text_part for _ in names))
    tag = f"attribution:{fingerprint(scope, definition)}"
    return Listing(tag, MAX_ROWS, parts, lambda key: key)


def key_names(definition: AttributionDefinition) -> tuple[str, ...]:
    """The parts of a row's key after `time`, in the order that rows are sorted by."""
    is_series = definition.facts is AttributionFacts.SERIES
    kept = (each.lower() for each in AttributionDimension if each in definition.by)
    return ("channel", *kept, *(("series", "series_role") if is_series else ()), "currency")


def key_texts(row: AttributionRowRecord, names: tuple[str, ...]) -> tuple[str, ...]:
    """The key of a row as text: `time`, then the parts of `key_names`, empty for None."""
    found = (getattr(row.key, name) for name in names)
    return (row.key.time.isoformat(), *("" if part is None else str(part) for part in found))


def moment_part(text: str) -> str:
    """`text` as a moment with its zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment.isoformat()


def fingerprint(scope: TenantScope, definition: AttributionDefinition | PerformanceQuestion) -> str:
    """What tells a definition of a tenant from every other."""
    told = json.dumps([str(scope.tenant_id), asdict(definition)], default=str, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def checked(definition: AttributionDefinition) -> AttributionDefinition:
    """The definition in its canonical form, or BadInput naming what would mislead and its mend."""
    _check_quality(definition)
    {
        AttributionFacts.MEDIA: _check_media,
        AttributionFacts.ORDERS: _check_orders,
        AttributionFacts.SERIES: _check_series,
    }[definition.facts](definition)
    if definition.currency is None:
        return definition
    return replace(definition, currency=currency_code(definition.currency))


def _check_quality(definition: AttributionDefinition) -> None:
    bound = definition.min_quality
    if bound is not None and not 0 <= bound <= 1:
        raise BadInput(
            f"minQuality is {bound}, but a score lies between 0 and 1",
            field="minQuality",
            mend="give a share such as 0.8",
        )


def _check_media(definition: AttributionDefinition) -> None:
    _no_series(definition)
    if Level.ORDER in definition.levels:
        raise BadInput(
            "orders are no media: their conversions are not a platform's",
            field="filter.levels",
            mend="ask for them with facts: ORDERS",
        )
    both = {DateBasis.SEND, DateBasis.EVENT} <= set(definition.date_bases)
    if both and AttributionDimension.DATE_BASIS not in definition.by:
        raise BadInput(
            "SEND and EVENT tell the same orders by two dates, and would count them twice",
            field="filter.dateBases",
            mend="ask for one of them, or add DATE_BASIS to by",
        )


def _check_orders(definition: AttributionDefinition) -> None:
    _no_series(definition)
    is_one = len(definition.sources) == 1 or len(definition.connections) == 1
    apart = {AttributionDimension.SOURCE, AttributionDimension.CONNECTION} & set(definition.by)
    if not (is_one or apart):
        raise BadInput(
            "several sources may tell of the same orders, and would count them twice",
            field="by",
            mend="add SOURCE to by, or choose one source or connection",
        )


def _check_series(definition: AttributionDefinition) -> None:
    if definition.currency is not None:
        raise BadInput(
            "series are kept as their file gives them, and are not converted",
            field="currency",
            mend="leave currency out; each row names its own",
        )


def _no_series(definition: AttributionDefinition) -> None:
    named = {"filter.series": definition.series, "filter.seriesRoles": definition.series_roles}
    for field, values in named.items():
        if values:
            raise BadInput(
                f"{field} chooses among series, and facts is {definition.facts}",
                field=field,
                mend="add facts: SERIES, or leave it out",
            )
