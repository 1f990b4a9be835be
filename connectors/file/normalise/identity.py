"""Whose day a row of a file is: date, entity, account, currency; all must be beyond doubt."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.file.normalise.channels import channel_columns
from connectors.file.normalise.records import FileRecords, mapped
from core.breakdowns import country_code, device_of
from core.file_amounts import stands_for
from core.file_days import parse_day
from core.file_fields import ENTITY_FIELDS
from core.records.connections import Level, Source
from core.units import time_zone, today_in
from transform.normalise.columns import ArrowColumn
from transform.normalise.context import PageContext
from transform.normalise.reading import mask

NO_SETTING: Final = "default"
"""The attribution setting of rows that do not name theirs."""

_TOTAL: Final = re.compile(
    r"(grand |sub ?)?totals?( général)?|total\s*[:\-\u2013(].*|(gesamt)?(summe|ergebnis)|gesamt"
    r"|somme|ensemble|results from \d+ .*",
    re.IGNORECASE,
)
_ROUNDED_ID: Final = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_FLOAT_ID: Final = re.compile(r"(\d{1,15})\.0")
_BROKEN_CELL: Final = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)")
_LEAVE_OUT: Final = "leave totals out of the file: days are added up when they are read"
_ONE_DAY: Final = "export the report with one row per day"
_AS_TEXT: Final = "format the column as text before saving, so that ids keep all their digits"
_COUNTRY: Final = "write its ISO 3166-1 code, such as DE, or its English name"
_OTHER_CONNECTION: Final = "upload it to a connection of its own, or correct the connection"


def identity(page: FileRecords, context: PageContext) -> dict[str, ArrowColumn]:
    """The columns that tell entries apart. Rows that lack one or name a stranger are refused."""
    _refuse_totals(page, context.level)
    days = _days(page, context)
    _refuse_strangers(page, context)
    accounts = _accounts(page, context)
    return {
        "date": days,
        "account_id": accounts,
        "entity_id": accounts if context.level is Level.ACCOUNT else _entity(page, context.level),
        "entity_name": page.column(ENTITY_FIELDS[context.level][1]),
        "campaign_id": _ids(page, "campaign_id" if page.has("campaign_id") else "campaign_name"),
        "campaign_name": page.column("campaign_name"),
        "status": page.column("campaign_status"),
        "objective": page.column("objective"),
        "attribution_setting": page.column("attribution_setting").fill_null(NO_SETTING),
        **channel_columns(page),
        **breakdown_columns(page),
        **constants(page, context),
    }


def series_identity(page: FileRecords, context: PageContext) -> dict[str, ArrowColumn]:
    """The columns that all series of a row of a wide file share."""
    page.refuse_each(page.where("date", _is_total), "date", "names a summary row", _LEAVE_OUT)
    days = _days(page, context)
    _refuse_strangers(page, context)
    return {
        "date": days,
        "account_id": _accounts(page, context),
        "attribution_setting": pa.repeat(pa.scalar(NO_SETTING), len(page)),
        **breakdown_columns(page),
        **constants(page, context),
    }


def breakdown_columns(page: FileRecords) -> dict[str, ArrowColumn]:
    """Country, geo and device of each row, where the file has them."""
    found: dict[str, ArrowColumn] = {}
    if page.has("country"):
        found["country"] = mapped(page.column("country"), country_code, pa.string())
        unknown = mask(found["country"].is_null()) & ~page.blank("country")
        page.refuse_each(unknown, "country", "is no country", _COUNTRY)
    if page.has("geo"):
        found["geo"] = page.column("geo")
    if page.has("device"):
        found["device"] = mapped(page.column("device"), device_of, pa.string())
    return found


def _refuse_totals(page: FileRecords, level: Level) -> None:
    """Rows that add up others: known by a name, where a row has no id, or by having no key."""
    id_field, name_field = ENTITY_FIELDS[level]
    has_no_id = page.blank(id_field)
    named = page.where(name_field, _is_total) & has_no_id
    page.refuse_each(named, name_field, "names a summary row", _LEAVE_OUT)
    page.refuse_each(page.where("date", _is_total), "date", "names a summary row", _LEAVE_OUT)
    has_no_key = page.blank("date") & has_no_id & page.blank(name_field)
    page.refuse(has_no_key, "date", "is empty, as in a summary row", _LEAVE_OUT)


def _is_total(text: str) -> bool:
    return _TOTAL.fullmatch(text) is not None


def _days(page: FileRecords, context: PageContext) -> ArrowColumn:
    days = _read_days(page, "date")
    page.refuse(page.blank("date"), "date", "is empty")
    latest = today_in(time_zone(context.time_zone)) + timedelta(days=1)
    page.refuse_each(mask(pc.greater(days, pa.scalar(latest))), "date", "lies in the future")
    other = mask(pc.not_equal(days, _read_days(page, "date_stop")))
    reason = f"is another day than {page.header('date')}: the row covers several days"
    page.refuse_each(other, "date_stop", reason, _ONE_DAY)
    return days


def _read_days(page: FileRecords, field: str) -> ArrowColumn:
    layout, texts = page.layout, page.column(field)

    def day(text: str) -> date | None:
        return parse_day(text, layout.date_order, layout.date_format)

    days = mapped(texts, day, pa.date32())
    unread = mask(days.is_null()) & mask(texts.is_valid())
    wanted = layout.date_format or "a format such as 2026-11-22"
    page.refuse_each(unread, field, f"is not a day in {wanted}")
    return days


def _refuse_strangers(page: FileRecords, context: PageContext) -> None:
    """Refuse rows of another account or currency than the connection's."""
    currency, account = context.currency, _account_key(context.account_id)
    named = page.layout.header_currency
    if named is not None and not stands_for(named, currency):
        field = "spend" if page.has("spend") else "conversion_value"
        reason = f"is in another currency than the connection's {currency}"
        page.refuse(np.ones(len(page), dtype=bool), field, reason, _OTHER_CONNECTION)
    strange = page.where("currency", lambda text: not stands_for(text, currency))
    reason = f"is not the connection's currency {currency}"
    page.refuse_each(strange, "currency", reason, _OTHER_CONNECTION)
    if account:
        strange = page.where("account_id", lambda text: _account_key(text) != account)
        page.refuse_each(strange, "account_id", "is not connected", _OTHER_CONNECTION)


def _account_key(text: str) -> str:
    """An account's number as all its spellings share it: act_1, and 123-456 for 123456."""
    number = text.strip().removeprefix("act_")
    plain = number.replace("-", "")
    return plain if plain.isdigit() else number


def _accounts(page: FileRecords, context: PageContext) -> ArrowColumn:
    own = context.account_id.strip().removeprefix("act_")
    if own:
        return pa.repeat(pa.scalar(own), len(page))
    page.refuse(page.blank("account_id"), "account_id", "is empty")
    accounts = _ids(page, "account_id")
    return mapped(accounts, lambda text: text.removeprefix("act_"), pa.string())


def _entity(page: FileRecords, level: Level) -> ArrowColumn:
    """The id of each row's entity. Where the file has names only, the name is the id."""
    id_field, name_field = ENTITY_FIELDS[level]
    field = id_field if page.has(id_field) else name_field
    page.refuse(page.blank(field), field, "is empty")
    return _ids(page, field)


def _ids(page: FileRecords, field: str) -> ArrowColumn:
    """Ids as they are; those that a spreadsheet has rounded or broken are refused."""
    broken = page.where(field, lambda text: _BROKEN_CELL.fullmatch(text) is not None)
    page.refuse_each(broken, field, "is a broken cell")
    if field.endswith("_name"):
        return page.column(field)
    rounded = page.where(field, lambda text: _ROUNDED_ID.fullmatch(text) is not None)
    page.refuse_each(rounded, field, "is a rounded number, no id", _AS_TEXT)
    return mapped(page.column(field), lambda text: _FLOAT_ID.sub(r"\1", text), pa.string())


def constants(page: FileRecords, context: PageContext) -> dict[str, ArrowColumn]:
    """What is alike on every row, and the row's place in its page."""
    texts = {
        "source": Source.FILE.value,
        "level": context.level.value,
        "date_basis": page.layout.date_basis,
        "currency": context.currency,
    }
    repeated = {name: pa.repeat(pa.scalar(text), len(page)) for name, text in texts.items()}
    return {**repeated, "position": pa.array(np.arange(len(page)))}
