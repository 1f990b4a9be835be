"""What is known of every source without opening it: the manifest in each connector's folder.

A manifest is data (`connectors/<folder>/source.toml`), so that the API process knows a source
without importing the code that reads it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final

from pydantic import ConfigDict, TypeAdapter, ValidationError

from core.errors import ConfigError
from core.quality import CriticalCheck

CONNECTORS: Final = Path(__file__).resolve().parents[1] / "connectors"
FILENAME: Final = "source.toml"

_STRICT: Final = ConfigDict(extra="forbid")


class SourceKind(StrEnum):
    """How its data comes: asked for by day, sent to us, or uploaded."""

    PULL = "PULL"
    PUSH = "PUSH"
    UPLOAD = "UPLOAD"


@dataclass(frozen=True, slots=True)
class AccountRule:
    """How the source writes an account's id: the groups of `pattern` together are the id.

    `called` and `mend` tell a caller what was expected.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    called: str
    pattern: str
    mend: str

    def account_id(self, text: str) -> str | None:
        """The id as rows carry it, None for what is no account of the source."""
        found = re.fullmatch(self.pattern, text, re.ASCII)
        return "".join(found.groups()) if found else None


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One part of what opens an account; `name` is also what its sealed part is called.

    Fields of one `way` belong together and stand in place of every other way's. `account`:
    its value is the id of an account of the source. `json_keys`: it is a JSON object that has
    these.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str
    about: str
    way: str = ""
    is_secret: bool = True
    is_optional: bool = False
    is_account: bool = False
    json_keys: tuple[str, ...] = ()
    mend: str = ""

    @property
    def outside(self) -> str:
        """What callers know it by."""
        return camel_case(self.name)


@dataclass(frozen=True, slots=True)
class SettingField:
    """A setting of this installation, read from `LIFTOS_<FOLDER>_<NAME>`; None is unset.

    `stand_in`: where the sandbox answers in place of this address, as a path of its own.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str
    about: str
    default: str | None = None
    is_secret: bool = False
    stand_in: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """How a user's consent is asked for, by OAuth 2.0 with a code.

    `url`, `client_id` and `client_secret` name settings. `has_pkce`: the source checks a code
    challenge (S256). `extra`: parameters of the consent page that the source wants besides.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    url: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...]
    has_pkce: bool
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of answer of the source. `required`: what a record cannot do without.

    `fields`: what a record is expected to hold, by dotted path, each with the JSON types that it
    may have (`string`, `number`, `boolean`, `array`, `object`, or several: `string|number`).
    Without any, nothing is expected.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str
    about: str
    required: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


_UNSTATED: Final = "a call for each 30 days: its manifest states nothing else"


@dataclass(frozen=True, slots=True)
class ReadingCost:
    """What reading days takes, before any of an account was read; `about` says why.

    A window is what one reading covers. Each has `pages_per_window`, and `pages_per_day` for
    each of its days, at least; `history_days`: how far back the source answers.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    window_days: int
    about: str
    pages_per_window: int = 1
    pages_per_day: int = 0
    calls_per_page: int = 1
    seconds_per_page: float = 2.0
    history_days: int | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """An allowance of the source: `calls` in each period of `period_seconds`.

    All calls count, unless `calls_per_window` or `calls_per_day` say which of them do.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str
    about: str
    calls: int
    period_seconds: int
    calls_per_window: int = 0
    calls_per_day: int = 0


@dataclass(frozen=True, slots=True)
class QualityRules:
    """What can be expected of every row of the source.

    `tells`: columns of an entry that a row with delivery has (entity_name, campaign, spend,
    impressions, clicks); a source without any may still say so with its pages. `named_levels`:
    at which levels its entities have names. `has_numeric_ids`: of digits alone.
    `clicks_follow_impressions`, `views_follow_impressions`: a click or a view counts on the day
    of its impression, so there are never more. `omits_zero_rows`: a day that was read and has no
    rows was one without delivery, so that only a day that was never read is missing; where nobody
    can tell, no day is said to be missing. `date_fields`, `account_fields`, `currency_fields`: by
    what a refused record's field tells which critical check it failed.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    tells: tuple[str, ...] = ()
    named_levels: tuple[str, ...] = ()
    has_numeric_ids: bool = False
    clicks_follow_impressions: bool = False
    views_follow_impressions: bool = False
    omits_zero_rows: bool = False
    date_fields: tuple[str, ...] = ()
    account_fields: tuple[str, ...] = ()
    currency_fields: tuple[str, ...] = ()

    def critical_of(self, field: str) -> CriticalCheck:
        """The critical check that a record fails whose `field` is at fault."""
        if field in self.date_fields:
            return CriticalCheck.DATE_KNOWN
        if field in self.account_fields:
            return CriticalCheck.ACCOUNT_KNOWN
        if field in self.currency_fields:
            return CriticalCheck.CURRENCY_KNOWN
        return CriticalCheck.RECORD_READABLE


@dataclass(frozen=True, slots=True)
class SourceManifest:
    """All that others need to know of a source.

    `levels`: values of core.records.connections.Level; none where each connection says so.
    `look_back_days`: how long the source restates a day. `version_setting` names the setting
    that pins its API. `channels`: the GA4 group of each of the platform's own channels, and of
    all its other traffic under `default`. `predecessor`: what it was called in the predecessor's
    payloads, which knew whatever came by hand as `manual`. `breakdowns`: what it calls each
    core.records.connections.Breakdown that its rows may be broken down by. `aliases`: what else
    people call it, and where it shows what is paid for.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    folder: str
    name: str
    title: str
    about: str
    kind: SourceKind
    look_back_days: int
    levels: tuple[str, ...]
    account: AccountRule | None = None
    version_setting: str | None = None
    credentials: tuple[CredentialField, ...] = ()
    settings: tuple[SettingField, ...] = ()
    streams: tuple[Stream, ...] = ()
    reading: ReadingCost = field(default_factory=lambda: ReadingCost(30, _UNSTATED))
    quotas: tuple[Quota, ...] = ()
    quality: QualityRules = field(default_factory=QualityRules)
    consent: ConsentRule | None = None
    aliases: tuple[str, ...] = ()
    channels: Mapping[str, str] = field(default_factory=dict)
    breakdowns: Mapping[str, str] = field(default_factory=dict)
    predecessor: str = "manual"

    @property
    def key(self) -> str:
        """Its name in lower case, as fields are called."""
        return self.name.lower()

    @property
    def outside(self) -> str:
        """What callers know its credentials by."""
        return camel_case(self.key)

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways of opening an account, of which a caller chooses one."""
        return tuple(dict.fromkeys(each.way for each in self.credentials if each.way))

    def of_way(self, way: str) -> tuple[CredentialField, ...]:
        """What is asked for on one way."""
        return tuple(each for each in self.credentials if each.way in {"", way})

    def variable(self, setting: str) -> str:
        """The environment variable of one of its settings."""
        return f"LIFTOS_{self.folder}_{setting}".upper()


def camel_case(name: str) -> str:
    """`refresh_token` as `refreshToken`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def read_manifests(folder: Path = CONNECTORS) -> dict[str, SourceManifest]:
    """Every manifest below `folder` by the source's name, in the order of the folders."""
    found = (_manifest(path) for path in sorted(folder.glob(f"*/{FILENAME}")))
    return {each.name: each for each in found}


def _manifest(path: Path) -> SourceManifest:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        return _READ.validate_python({**table, "folder": path.parent.name})
    except ValidationError as error:
        raise ConfigError(f"{path} is no manifest of a source: {error}") from error


_READ: Final = TypeAdapter(SourceManifest)

MANIFESTS: Final[Mapping[str, SourceManifest]] = MappingProxyType(read_manifests())
"""By the name of the source."""
