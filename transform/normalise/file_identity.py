"""Whose day a row of a file is: date, entity, account, currency; all must be beyond doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.file_amounts import stands_for
from core.file_days import parse_day
from core.file_fields import ENTITY_FIELDS
from core.records.connections import Level, Source
from core.units import time_zone, today_in
from transform.normalise.columns import ArrowColumn, Mask
from transform.normalise.context import PageContext
from transform.normalise.file_channels import file_channel
from transform.normalise.file_records import FileRecords
from transform.normalise.reading import mask

NO_SETTING: Final = "default"
"""The attribution setting of rows that do not name theirs."""

_TOTAL: Final = re.compile(
    r"(grand |sub ?)?totals?( général)?|total\s*[:\-\u2013(].*|(gesamt)?(summe|ergebnis)|gesamt"
    r"|somme|ensemble|results from \d+ .*",
    re.IGNORECASE,
)
_LEAVE_OUT: Final = "leave totals out of the file: days are added up when they are read"
_ROUNDED_ID: Final = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_FLOAT_ID: Final = re.compile(r"(\d{1,15})\.0")
_BROKEN_CELL: Final = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)")
_AS_TEXT: Final = "format the column as text before saving, so that ids keep all their digits"
_OTHER_CONNECTION: Final = "upload it to a connection of its own, or correct the connection"


def identity(page: FileRecords, context: PageContext) -> dict[str, ArrowColumn]:
    """The columns that tell entries apart. Rows that lack one or name a stranger are refused."""
    _refuse_totals(page, context.level)
    days = _days(page, context)
    _refuse_strangers(page, context)
    entity_id, entity_name = _entity(page, context)
    campaign_id = _ids(page, "campaign_id" if page.has("campaign_id") else "campaign_name")
    setting = page.column("attribution_setting")
    return {
        "date": days,
        "account_id": _accounts(page, context),
        "entity_id": pa.array(entity_id, pa.string()),
        "entity_name": pa.array(entity_name, pa.string()),
        "campaign_id": pa.array(campaign_id, pa.string()),
        "campaign_name": page.column("campaign_name"),
        "status": page.column("campaign_status"),
        "objective": page.column("objective"),
        "attribution_setting": setting.fill_null(pa.scalar(NO_SETTING)),
        **_channels(page),
        **_constants(page, context),
    }


def _refuse_totals(page: FileRecords, level: Level) -> None:
    """Rows that add up others: known by a name, where a row has no id."""
    id_field, name_field = ENTITY_FIELDS[level]
    ids, names, days = page.texts(id_field), page.texts(name_field), page.texts("date")
    totals = [
        (entity is None and _is_total(name)) or _is_total(day)
        for entity, name, day in zip(ids, names, days, strict=True)
    ]
    page.refuse(np.array(totals, dtype=bool), name_field, "names a summary row", _LEAVE_OUT)
    blank = [not (e or n or d) for e, n, d in zip(ids, names, days, strict=True)]
    page.refuse(np.array(blank, dtype=bool), "date", "is empty, as in a summary row", _LEAVE_OUT)


def _is_total(text: str | None) -> bool:
    return text is not None and _TOTAL.fullmatch(text) is not None


def _days(page: FileRecords, context: PageContext) -> ArrowColumn:
    days = _read_days(page, "date")
    texts = page.texts("date")
    page.refuse(np.array([text is None for text in texts], dtype=bool), "date", "is empty")
    latest = today_in(time_zone(context.time_zone)) + timedelta(days=1)
    page.refuse_each(mask(pc.greater(days, pa.scalar(latest))), "date", texts, "lies in the future")
    stop = _read_days(page, "date_stop")
    page.refuse_each(
        mask(pc.not_equal(days, stop)),
        "date_stop",
        page.texts("date_stop"),
        f"is another day than {page.header('date')}: the row covers several days",
        "export the report with one row per day",
    )
    return days


def _read_days(page: FileRecords, field: str) -> ArrowColumn:
    layout, texts = page.layout, page.texts(field)
    known = {
        text: parse_day(text, layout.date_order, layout.date_format) for text in set(texts) if text
    }
    unread = np.array([text is not None and known[text] is None for text in texts], dtype=bool)
    wanted = layout.date_format or "a format such as 2026-11-22"
    page.refuse_each(unread, field, texts, f"is not a day in {wanted}")
    days: list[date | None] = [None if text is None else known[text] for text in texts]
    return pa.array(days, pa.date32())


def _refuse_strangers(page: FileRecords, context: PageContext) -> None:
    _refuse_other_currency(page, context)
    expected = _account_key(context.account_id)
    if expected:
        strange = _marked(page.texts("account_id"), lambda text: _account_key(text) != expected)
        _refuse_stranger(page, strange, "account_id", "is not connected")


def _refuse_other_currency(page: FileRecords, context: PageContext) -> None:
    named = page.layout.header_currency
    if named is not None and not stands_for(named, context.currency):
        every = np.ones(len(page.records), dtype=bool)
        field = "spend" if page.has("spend") else "conversion_value"
        reason = f"is in another currency than the connection's {context.currency}"
        page.refuse(every, field, reason, _OTHER_CONNECTION)
    strange = _marked(page.texts("currency"), lambda text: not stands_for(text, context.currency))
    _refuse_stranger(
        page, strange, "currency", f"is not the connection's currency {context.currency}"
    )


def _refuse_stranger(page: FileRecords, strange: Mask, field: str, reason: str) -> None:
    page.refuse_each(strange, field, page.texts(field), reason, _OTHER_CONNECTION)


def _marked(texts: Sequence[str | None], test: Callable[[str], bool]) -> Mask:
    """Where a text is present and passes; each distinct text is tested once."""
    passed = {text: test(text) for text in set(texts) if text is not None}
    return np.array([text is not None and passed[text] for text in texts], dtype=bool)


def _account_key(text: str) -> str:
    """An account's number as all its spellings share it: act_1, and 123-456 for 123456."""
    number = text.strip().removeprefix("act_")
    plain = number.replace("-", "")
    return plain if plain.isdigit() else number


def _accounts(page: FileRecords, context: PageContext) -> ArrowColumn:
    own = context.account_id.strip().removeprefix("act_")
    if own:
        return pa.repeat(pa.scalar(own), len(page.records))
    accounts = _ids(page, "account_id")
    page.refuse(_blank(accounts), "account_id", "is empty")
    return pa.array([a and a.removeprefix("act_") for a in accounts], pa.string())


def _entity(
    page: FileRecords, context: PageContext
) -> tuple[Sequence[str | None], Sequence[str | None]]:
    """Id and name of each row's entity. Where the file has names only, the name is the id."""
    id_field, name_field = ENTITY_FIELDS[context.level]
    names = page.texts(name_field)
    if context.level is Level.ACCOUNT:
        return _accounts(page, context).to_pylist(), names
    field = id_field if page.has(id_field) else name_field
    entities = _ids(page, field)
    page.refuse(_blank(entities), field, "is empty")
    return entities, names


def _ids(page: FileRecords, field: str) -> Sequence[str | None]:
    """Ids as they are; those that a spreadsheet has rounded or broken are refused."""
    texts = page.texts(field)
    broken = _marked(texts, lambda text: _BROKEN_CELL.fullmatch(text) is not None)
    page.refuse_each(broken, field, texts, "is a broken cell")
    if field.endswith("_name"):
        return texts
    rounded = _marked(texts, lambda text: _ROUNDED_ID.fullmatch(text) is not None)
    page.refuse_each(rounded, field, texts, "is a rounded number, no id", _AS_TEXT)
    return [text and _FLOAT_ID.sub(r"\1", text) for text in texts]


def _blank(texts: Sequence[str | None]) -> Mask:
    return np.array([text is None for text in texts], dtype=bool)


def _channels(page: FileRecords) -> dict[str, ArrowColumn]:
    names = page.texts("channel"), page.texts("platform"), page.texts("medium")
    rows = list(zip(*names, strict=True))
    known = {row: file_channel(*row) for row in set(rows)}
    return {
        "channel": pa.array([known[row] for row in rows], pa.string()),
        "platform_channel": pa.array(
            [platform or channel or medium for channel, platform, medium in rows], pa.string()
        ),
    }


def _constants(page: FileRecords, context: PageContext) -> Mapping[str, ArrowColumn]:
    texts = {
        "source": Source.FILE.value,
        "level": context.level.value,
        "date_basis": page.layout.date_basis,
        "currency": context.currency,
    }
    rows = len(page.records)
    repeated = {name: pa.repeat(pa.scalar(text), rows) for name, text in texts.items()}
    return {**repeated, "position": pa.array(np.arange(rows))}
