"""How the names of campaigns are read, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from core.records.connections import Source
from core.records.rules import RuleRecord


class NamingSyntax(StrEnum):
    """How a pattern is written.

    TEMPLATE: the name with its fields in braces, `dis_{market}_{title*}_lead`. REGEX: an RE2
    expression with named groups, which must match the whole name.
    """

    TEMPLATE = "TEMPLATE"
    REGEX = "REGEX"


@dataclass(frozen=True, slots=True)
class NamingRule:
    """A rule as someone writes it. None restricts nothing; `since` and `until` are both included.

    Of several rules that match a name on a day, the one of the lowest `position` is taken, and
    of those the oldest.
    """

    name: str
    syntax: NamingSyntax
    pattern: str
    source: Source | None = None
    account_id: str | None = None
    since: date | None = None
    until: date | None = None
    position: int = 100


NamingRuleRecord: TypeAlias = RuleRecord[NamingRule]


@dataclass(frozen=True, slots=True)
class ParsedName:
    """What a name says by a rule: values without blanks around them, in the pattern's order."""

    by: NamingRuleRecord
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NamedCampaign:
    """A campaign under a name that it has, or had from `since` until `until`.

    The name held for what was learned in that time; None: from ever, and still.
    """

    digest: UUID
    source: Source
    account_id: str
    name: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class NameMoment:
    """A campaign, and the moment whose name is asked for."""

    digest: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class NamingCondition:
    """Entries whose campaign's name says one of `values` for `field`, in any case."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CampaignSpan:
    """A campaign on the days from `since` to `until`, both included.

    Only what was learned from `named_from` until `named_until`, when it had the name in question.
    """

    digest: UUID
    since: date
    until: date
    named_from: datetime | None = None
    named_until: datetime | None = None
