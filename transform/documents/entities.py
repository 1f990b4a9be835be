"""Documents of accounts, campaigns, ad sets and ads, one for each month that has entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from core.channel_aliases import aliases_of
from core.naming import read
from core.records.calendar import CalendarEventKind
from core.records.document_facts import EntityFacts, EntityMonth, MonthDays
from core.records.documents import DocumentKind
from core.records.naming import NamedCampaign, NamingRuleRecord
from transform.documents.bands import Bands, bands
from transform.documents.verdicts import plain_verdicts, told_bands, told_quality
from transform.documents.written import Written, month_name, said, words

_QUARTERS: Final = ("first", "second", "third", "fourth")
_KINDS: Final[Mapping[DocumentKind, str]] = {
    DocumentKind.ACCOUNT: "Account",
    DocumentKind.CAMPAIGN: "Campaign",
    DocumentKind.AD_SET: "Ad set",
    DocumentKind.AD: "Ad",
}
_MOST_DAYS: Final = 6
"""Names of holidays, and of retail events, that a month tells at most."""


def entity_documents(facts: EntityFacts) -> Iterator[Written]:
    """One for each of `months`, in their order."""
    months = {month: _monthwords(month, days) for month, days in facts.days.items()}
    names: dict[tuple[UUID, date], str] = {}
    for each, found in zip(facts.months, bands(facts.months, facts.before), strict=True):
        yield Written(
            subject=each.subject,
            period=each.subject.period,
            source=each.source,
            account_id=each.account_id,
            entity_id=None if each.kind in _ABOVE else each.entity_id,
            campaign_id=each.campaign_id,
            channel=each.channel,
            title=_title(each),
            text=_text(each, found, months[each.month], _name_parts(each, facts.naming, names)),
            quality=each.quality,
        )


_ABOVE: Final = frozenset({DocumentKind.ACCOUNT, DocumentKind.CAMPAIGN})


def _title(month: EntityMonth) -> str:
    name = _name(month)
    return f"{_KINDS[month.kind]} {name}, {month.channel}, {month_name(month.month)}"


def _name(month: EntityMonth) -> str:
    names = {
        DocumentKind.ACCOUNT: (month.account_name, month.account_id),
        DocumentKind.CAMPAIGN: (month.campaign_name, month.entity_id),
    }.get(month.kind, (month.entity_name, month.entity_id))
    return next((name for name in names if name), "without a name")


def _text(month: EntityMonth, found: Bands, days: str, name_parts: str) -> str:
    peers, own = told_bands(found)
    sentences = (
        _what(month),
        name_parts,
        said("Objective", words(month.objective)),
        days,
        said("Verdict", ", ".join(plain_verdicts(month.figures))),
        said(f"Among {month.channel}", ", ".join(peers)),
        said("Against its own history", ", ".join(own)),
        f"Numbers: {told_quality(month.quality)}.",
    )
    return "\n".join(each for each in sentences if each)


def _what(month: EntityMonth) -> str:
    """What it is, and where it belongs."""
    manifest = month.source.manifest
    source = ", ".join((manifest.title, *manifest.aliases))
    channel = ", ".join((month.channel, *aliases_of(month.channel)))
    belongs = ""
    if month.kind in {DocumentKind.AD, DocumentKind.AD_SET} and month.campaign_name:
        belongs = f" of campaign {month.campaign_name}"
    if month.kind is not DocumentKind.ACCOUNT and month.account_name:
        belongs += f" in account {month.account_name}"
    return f"{_KINDS[month.kind]}{belongs} on {source}. Channel: {channel}."


def _name_parts(
    month: EntityMonth,
    rules: Sequence[NamingRuleRecord],
    known: dict[tuple[UUID, date], str],
) -> str:
    """What the campaign's name says by the tenant's own rules."""
    if month.campaign_id is None or month.campaign_name is None or not rules:
        return ""
    at = month.campaign_id, month.month
    if at not in known:
        named = NamedCampaign(
            month.campaign_id, month.source, month.account_id, month.campaign_name
        )
        parsed = read(rules, named, month.month)
        parts = parsed.fields.items() if parsed is not None else ()
        told = ", ".join(f"{words(field)} {words(value)}" for field, value in parts if value)
        known[at] = said("Its name says", told)
    return known[at]


def _monthwords(month: date, days: MonthDays) -> str:
    quarter = _QUARTERS[(month.month - 1) // 3]
    named = said("Holidays", ", ".join(days.holidays[:_MOST_DAYS]))
    retail = said("Shopping days", ", ".join(days.retail_events[:_MOST_DAYS]))
    own = "; ".join(_event(kind, name) for kind, name in days.own_events[:_MOST_DAYS])
    seasons = (f"{quarter} quarter", words(days.season), words(days.marketing_season))
    told = dict.fromkeys((month_name(month), *(each for each in seasons if each)))
    when = said("When", ", ".join(told))
    return " ".join(each for each in (when, named, retail, said("Events", own)) if each)


def _event(kind: CalendarEventKind, name: str) -> str:
    return f"{name} ({words(kind)})"
