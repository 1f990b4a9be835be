"""The columns an uploaded file may hold: a field for each, and the names that exports give it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from core.file_amounts import CURRENCY_SYMBOLS
from core.quality import CriticalCheck
from core.records.connections import Level

SEND_DATE_ALIASES: tuple[str, ...] = (
    "send date",
    "send time",
    "campaign send date",
    "sent at",
    "versanddatum",
    "date d'envoi",
)
"""Headers of `date` under which a row is dated by when a message was sent."""

FILE_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "date": (
            *("date", "day", "date day", "date start", "reporting starts", "report date"),
            *("segments.date", "by day", "stat time day", "start date", "start date (in utc)"),
            *("datum", "tag", "berichtsstart", "anfang des berichtszeitraums", "berichtsbeginn"),
            *("jour", "debut des rapports", "date de debut", *SEND_DATE_ALIASES),
        ),
        "date_stop": (
            *("date stop", "date end", "reporting ends", "end date", "end date (in utc)"),
            *("berichtsende", "ende des berichtszeitraums", "fin des rapports", "date de fin"),
        ),
        "account_id": (
            *("account id", "customer id", "ad account id", "advertiser id"),
            *("konto-id", "kontonummer", "identifiant du compte", "id du compte"),
        ),
        "account_name": (
            *("account name", "account", "customer.descriptive_name", "advertiser name"),
            *("kontoname", "konto", "nom du compte", "compte"),
        ),
        "campaign_id": (
            *("campaign id", "kampagnen-id", "id kampagne"),
            *("id de campagne", "id de la campagne", "identifiant de la campagne"),
        ),
        "campaign_name": (
            *("campaign name", "campaign", "kampagnenname", "kampagne"),
            *("name der kampagne", "nom de la campagne", "campagne"),
        ),
        "campaign_status": ("campaign status", "campaign delivery"),
        "objective": ("objective", "campaign objective", "zielsetzung", "objectif"),
        "ad_set_id": (
            *("ad set id", "ad group id"),
            *("anzeigengruppen-id", "id de l'ensemble de publicites", "id du groupe d'annonces"),
        ),
        "ad_set_name": (
            *("ad set name", "ad set", "ad group name", "ad group"),
            "anzeigengruppenname",
            *("name der anzeigengruppe", "anzeigengruppe", "nom de l'ensemble de publicites"),
            *("ensemble de publicites", "groupe d'annonces"),
        ),
        "ad_id": (
            *("ad id", "ad_group_ad.ad.id", "creative id", "anzeigen-id", "werbeanzeigen-id"),
            *("id de la publicite", "id de l'annonce"),
        ),
        "ad_name": (
            *("ad name", "ad", "ad_group_ad.ad.name", "creative name", "anzeigenname", "anzeige"),
            *("name der werbeanzeige", "werbeanzeige", "nom de la publicite", "publicite"),
        ),
        "channel": (
            *("channel", "channel group", "default channel group", "campaign channel"),
            *("send channel", "message channel", "marketing channel", "kanal", "canal"),
        ),
        "platform": (
            *("platform", "publisher platform", "source", "utm source", "campaign source"),
            *("plattform", "quelle", "plateforme"),
        ),
        "country": (
            *("country", "country code", "country name", "country/territory"),
            *("land", "pays"),
        ),
        "geo": (
            *("geo", "region", "dma", "dma region", "metro", "metro area", "state", "province"),
            *("location", "city", "market", "store", "bundesland", "departement"),
        ),
        "device": (
            *("device", "device type", "device category", "segments.device", "device platform"),
            *("gerat", "geratetyp", "appareil"),
        ),
        "medium": ("medium", "utm medium", "campaign medium"),
        "currency": (
            *("currency", "currency code", "account currency", "customer.currency_code"),
            *("wahrung", "wahrungscode", "devise", "code de devise"),
        ),
        "spend": (
            *("spend", "cost", "amount spent", "total spent", "total spend", "ad spend"),
            *("media spend", "costs", "total cost", "kosten", "ausgaben"),
            *("ausgegebener betrag", "montant depense", "cout", "couts", "depenses"),
        ),
        "spend_micros": ("cost micros", "metrics.cost_micros", "spend micros"),
        "impressions": (
            *("impressions", "impr.", "metrics.impressions", "impressionen"),
            *("paid impressions", "ad impressions"),
        ),
        "clicks": (
            *("clicks", "clicks (all)", "metrics.clicks", "total clicks", "unique clicks"),
            *("klicks", "klicks (alle)", "clics", "clics (tous)"),
        ),
        "link_clicks": (
            *("link clicks", "inline link clicks", "clicks (destination)", "link-klicks"),
            *("clics sur un lien", "clics sur le lien"),
        ),
        "reach": ("reach", "reichweite", "couverture", "portee"),
        "video_views": (
            *("video views", "metrics.video_views", "video plays"),
            *("3-second video plays", "videoaufrufe", "vues de la video"),
        ),
        "conversions": (
            *("conversions", "metrics.conversions", "purchases", "total conversions"),
            *("website purchases", "placed order", "total placed orders", "placed orders"),
            *("unique placed order", "orders", "results", "conv.", "konversionen", "kaufe"),
            *("ergebnisse", "achats", "resultats"),
        ),
        "conversion_value": (
            *("conversion value", "conversions value", "metrics.conversions_value"),
            *("conv. value", "total conversion value", "purchase value"),
            *("purchases conversion value", "website purchases conversion value"),
            *("placed order value", "total placed order value", "revenue", "total revenue"),
            *("conversion-wert", "conversion-wert von kaufen", "umsatz"),
            *("valeur de conversion des achats", "valeur de conversion", "chiffre d'affaires"),
        ),
        "ctr": ("ctr", "ctr (all)", "ctr (alle)", "metrics.ctr"),
        "cpc": ("cpc", "cpc (all)", "avg. cpc", "cpc (alle)"),
        "cpm": ("cpm", "cpm (cost per 1,000 impressions)", "avg. cpm"),
        "attribution_setting": ("attribution setting", "attributionseinstellung"),
        "action_type": ("action type",),
        "value": ("value", "action value", "wert", "valeur"),
        "action_field": ("ads action name", "action field"),
    }
)
"""Aliases of each field, best first; told apart by letters and digits only (`header_key`).

`spend_micros` is spend in millionths; `action_type`, `value` and `action_field` make a long
layout: one row per entity, day and action type, the metrics repeated on each. `ctr`, `cpc` and
`cpm` are the platform's own rates, which the row's counts are held against.
"""

SERIES_DATE_ALIASES: tuple[str, ...] = (
    *("time", "ds", "week", "date week", "week start", "week of", "week beginning", "month"),
    *("date month", "period", "period start", "woche", "semaine"),
)
"""More headers of `date` in a wide file, where a row may cover more than a day."""

SERIES_FIELDS = ("date", "account_id", "currency", "country", "geo", "device")
"""What a wide file may hold beside its series."""

BREAKDOWN_FIELDS = ("country", "geo", "device")

MONEY_FIELDS = ("spend", "conversion_value", "refunded_value")
WHOLE_FIELDS = ("impressions", "clicks", "link_clicks", "reach", "video_views", "spend_micros")
NUMBER_FIELDS = (*MONEY_FIELDS, *WHOLE_FIELDS, "conversions", "value")


def critical_of(field: str) -> CriticalCheck | None:
    """The critical check that a row fails whose `field` is at fault; None: none of its own."""
    if field in {"date", "date_stop"}:
        return CriticalCheck.DATE_KNOWN
    if field in NUMBER_FIELDS:
        return CriticalCheck.VALUE_POSSIBLE
    return {
        "account_id": CriticalCheck.ACCOUNT_KNOWN,
        "currency": CriticalCheck.CURRENCY_KNOWN,
    }.get(field)


ENTITY_FIELDS: Mapping[Level, tuple[str, str]] = MappingProxyType(
    {
        Level.ACCOUNT: ("account_id", "account_name"),
        Level.CAMPAIGN: ("campaign_id", "campaign_name"),
        Level.AD_SET: ("ad_set_id", "ad_set_name"),
        Level.AD: ("ad_id", "ad_name"),
        Level.ORDER: ("order_id", "order_name"),
    }
)
"""The id and the name of the entity that a row of each level is about."""

NODE_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "page_campaigns_insights": "campaign_id",
        "page_adsets_insights": "ad_set_id",
        "page_ads_insights": "ad_id",
    }
)
"""What `parent_id` holds in a Keboola extract, by the value of its column `fb_graph_node`."""

_CODES = (
    "AED ARS AUD BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GHS HKD HUF IDR ILS INR "
    "ISK JPY KES KRW KWD KZT MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD SAR SEK "
    "SGD THB TRY TWD UAH USD UYU VND ZAR"
)
CURRENCIES = frozenset(_CODES.split())
"""Codes recognised in a header, where any three letters could be a word."""

_UNIT = re.compile(r"^(?P<name>.*?)[\s_(\[]+(?:in\s+)?(?P<unit>[^\s\d_()\[\]]{1,3})[)\]]?$")


def header_key(text: str) -> str:
    """A header by its letters and digits alone: lower case, without accents or punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


_FIELD_OF_KEY: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        header_key(alias): (field, rank)
        for field, aliases in FILE_FIELDS.items()
        for rank, alias in enumerate(aliases)
    }
)
_SERIES_DATE_KEYS = tuple(header_key(alias) for alias in SERIES_DATE_ALIASES)
_SEND_DATE_KEYS = frozenset(header_key(alias) for alias in SEND_DATE_ALIASES)


def field_of(header: str) -> tuple[str, int] | None:
    """The field that `header` names and how far down its aliases (0 is best), or None."""
    known = _FIELD_OF_KEY.get(header_key(header))
    if known is not None:
        return known
    name, currency = split_currency(header)
    known = _FIELD_OF_KEY.get(header_key(name)) if currency else None
    return known if known is not None and known[0] in MONEY_FIELDS else None


def series_field_of(header: str) -> tuple[str, int] | None:
    """`field_of` for the headers of a wide file."""
    key = header_key(header)
    if key in _SERIES_DATE_KEYS:
        return "date", len(FILE_FIELDS["date"]) + _SERIES_DATE_KEYS.index(key)
    known = _FIELD_OF_KEY.get(key)
    return known if known is not None and known[0] in SERIES_FIELDS else None


def split_currency(header: str) -> tuple[str, str | None]:
    """A header such as `Amount spent (EUR)` as its name and its currency, code or symbol."""
    match = _UNIT.match(header.strip())
    if match is None:
        return header, None
    unit = match["unit"]
    if unit.upper() in CURRENCIES:
        return match["name"], unit.upper()
    return (match["name"], unit) if unit in CURRENCY_SYMBOLS else (header, None)


def is_send_date(header: str) -> bool:
    """Whether a date column of that name says when a message was sent."""
    return header_key(header) in _SEND_DATE_KEYS
