"""Tables of the documents, made from the code; `python -m tests.docs.tables` renews them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import get_args

from graphql import GraphQLObjectType
from pydantic_core import PydanticUndefined

from analysis.preflight import CHECKS as PREFLIGHT
from app.http.errors import STATUSES, status_name
from app.http.refused import CLOSES, REFUSED
from core.errors import LiftosError, QuotaExceeded
from core.file_fields import FILE_FIELDS
from core.file_orders import OWN_ORDER_FIELDS
from core.quality import CHECKS, CriticalCheck
from core.records.ingestion import ENTRY_COLUMNS, Column
from core.scope import Permission, Role, permissions_of
from core.settings import Settings
from core.sources import MANIFESTS, SourceManifest
from graph.bounds.walk import BOUNDS, MAX_FRAGMENTS, MAX_OBJECT_FIELDS, MAX_TOKENS
from graph.codes import FINDINGS
from graph.types.errors import TYPES, QuotaExceededError
from resolvers.attribution import MAX_ROWS
from resolvers.budget import MAX_ROWS as BUDGET
from resolvers.calendar import MAX_DAYS
from resolvers.campaigns import MAX_CAMPAIGNS
from resolvers.entries import MAX_ENTRIES
from resolvers.paging import DEFAULT_SIZE
from resolvers.performance import MAX_FIGURES
from resolvers.runs import MAX_EVENTS
from resolvers.text import MAX_CHOICES
from tests.docs.pages import ROOT
from tests.docs.reader import schema
from transform.calendar.columns import CALENDAR_COLUMNS
from transform.frames import ARROW_TYPES

HOUSE = (
    "core", "stores", "connectors", "transform", "analysis", "resolvers", "jobs", "graph", "app",
)  # fmt: skip
_NEEDS = re.compile(r"Needs `([\w:]+)`")


def settings() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        literals = [value for value in get_args(field.annotation) if isinstance(value, str)]
        about = field.description or ""
        choices = f": {', '.join(f'`{value}`' for value in literals)}" if literals else ""
        unset = field.default is None or field.default is PydanticUndefined
        default = "" if unset else f"`{field.default}`"
        rows.append((f"`LIFTOS_{name.upper()}`", default, f"{about}{choices}"))
    return _table(("variable", "default", "what"), rows)


def roles() -> str:
    """Permissions that some field needs, and who has them."""
    rows = [
        (f"`{permission}`", *("yes" if _has(role, permission) else "" for role in Role), fields)
        for permission, fields in _needed().items()
    ]
    return _table(("permission", *(role.value for role in Role), "needed by"), rows)


def _has(role: Role, permission: str) -> bool:
    return Permission(permission) in permissions_of(frozenset({role}))


def _needed() -> Mapping[str, str]:
    needed: dict[str, list[str]] = {}
    for kind in schema().type_map.values():
        if not isinstance(kind, GraphQLObjectType):
            continue
        for name, field in kind.fields.items():
            for permission in _NEEDS.findall(field.description or ""):
                is_root = kind.name in {"Query", "Mutation", "Subscription"}
                needed.setdefault(permission, []).append(name if is_root else f"{kind.name}.{name}")
    needed["memory:write"].append("POST /uploads")
    needed["schema:introspect"][:0] = ["__schema", "__type"]
    needed["memory:read"] = ["everything else that is read"]
    order = [permission.value for permission in Permission if permission.value in needed]
    return {name: ", ".join(f"`{field}`" if " else " not in field else field
                            for field in needed[name]) for name in order}  # fmt: skip


def fields() -> str:
    return _headers(FILE_FIELDS)


def order_fields() -> str:
    return _headers(OWN_ORDER_FIELDS)


def _headers(fields: Mapping[str, Iterable[str]]) -> str:
    rows = [
        (f"`{field}`", ", ".join(f"`{alias}`" for alias in aliases))
        for field, aliases in fields.items()
    ]
    return _table(("field", "headers"), rows)


def limits() -> str:
    given = Settings.model_fields
    rows = (
        ("tokens of a document", MAX_TOKENS),
        ("fragments of a document", MAX_FRAGMENTS),
        ("fields of one input object that is written into a document", MAX_OBJECT_FIELDS),
        *((bound.called, bound.most) for bound in BOUNDS),
        ("rows that all lists of an operation may ask for together", BUDGET),
        ("items of a page when `first` and `last` are left out", DEFAULT_SIZE),
        ("items of a page of `marketingEntries`", MAX_ENTRIES),
        ("items of a page of `attributionRows`", MAX_ROWS),
        ("items of a page of `performance`", MAX_FIGURES),
        ("items of a page of any other list", MAX_CAMPAIGNS),
        ("`events` of a run at once", MAX_EVENTS),
        ("days of `calendar`", MAX_DAYS),
        ("values of one condition, ids of `nodes`", MAX_CHOICES),
        ("bytes of a GraphQL request, `LIFTOS_REQUEST_MAX_BYTES`",
         int(given["request_max_bytes"].default)),
        ("bytes of an uploaded file, `LIFTOS_UPLOAD_MAX_BYTES`",
         int(given["upload_max_bytes"].default)),
    )  # fmt: skip
    return _table(("what", "at most"), [(name, f"{value:,}") for name, value in rows])


def sources() -> str:
    rows = [
        (f"`{each.name}`", each.about, ", ".join(f"`{level}`" for level in each.levels),
         f"{each.look_back_days} days", _opened_with(each), _version(each))
        for each in sorted(MANIFESTS.values(), key=lambda each: each.name)
    ]  # fmt: skip
    return _table(("source", "what", "levels", "looks back", "opened with", "API version"), rows)


def _opened_with(manifest: SourceManifest) -> str:
    """Way by way; what may be left out in brackets."""
    ways = [
        ", ".join(f"(`{each.outside}`)" if each.is_optional else f"`{each.outside}`"
                  for each in manifest.of_way(way))
        for way in manifest.ways or ("",)
    ]  # fmt: skip
    return " or ".join(ways)


def _version(manifest: SourceManifest) -> str:
    pinned = manifest.version_setting
    found = (each.default for each in manifest.settings if each.name == pinned)
    return f"`{next(found)}`" if pinned else ""


def checks() -> str:
    """Every check of an entry, in the order of its bits."""
    rows = [
        (
            f"`{each.id}`",
            each.dimension.lower(),
            each.severity.lower(),
            each.applies,
            each.about,
        )
        for each in CHECKS
    ]
    return _table(("check", "dimension", "severity", "applies where", "is passed where"), rows)


def critical() -> str:
    """What a record must pass to be an entry."""
    rows = [(f"`{each}`", each.about) for each in CriticalCheck]
    return _table(("check", "is passed where"), rows)


def errors() -> str:
    """Every code of the tree, once; a code's first class tells what it means."""
    found: dict[str, type[LiftosError]] = {}
    for kind in every_error():
        found.setdefault(kind.code, kind)
    rows = [
        (
            f"`{code}`",
            f"`{kind.kind}`",
            _status(kind),
            _member(kind),
            _first_line(kind),
            kind.advice,
        )
        for code, kind in found.items()
    ]
    return _table(("code", "kind", "HTTP", "in a mutation's union", "means", "do"), rows)


def _status(kind: type[LiftosError]) -> str:
    return str(next((status for each, status in STATUSES if issubclass(kind, each)), 500))


def _member(kind: type[LiftosError]) -> str:
    found = QuotaExceededError if kind is QuotaExceeded else TYPES.get(kind)
    return "" if found is None else f"`{found.__name__}`"


def findings() -> str:
    """What is found wrong with a document."""
    rows = [(f"`{each.code}`", each.means, each.advice) for each in FINDINGS]
    return _table(("code", "means", "do"), rows)


def refused() -> str:
    """What HTTP itself refuses."""
    rows = [
        (f"`{status_name(status)}`", str(int(status)), each.means, each.advice)
        for status, each in REFUSED.items()
    ]
    return _table(("code", "HTTP", "means", "do"), rows)


def closes() -> str:
    """How sockets are closed."""
    rows = [(f"`{code}`", each.means, each.advice) for code, each in CLOSES.items()]
    return _table(("code", "means", "do"), rows)


def every_error() -> Iterator[type[LiftosError]]:
    """All classes of errors in the house, those of connectors too, parents first."""
    for package in HOUSE:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    waiting: list[type[LiftosError]] = LiftosError.__subclasses__()
    while waiting:
        kind = waiting.pop(0)
        if kind.__module__.partition(".")[0] in HOUSE:
            yield kind
        waiting += kind.__subclasses__()


def preflight() -> str:
    """The checks of an export before modelling, in the order that findings are told in."""
    rows = [
        (f"`{check.id}`", check.severity.value, check.about,
         "" if check.threshold is None else f"{check.threshold:,g}")
        for check in PREFLIGHT.values()
    ]  # fmt: skip
    return _table(("check", "severity", "value", "limit"), rows)


def _first_line(kind: type[LiftosError]) -> str:
    return (kind.__doc__ or "").partition("\n")[0]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(head), *map(tuple, rows)]
    lines.insert(1, ("---",) * len(lines[0]))
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def columns(contract: Iterable[Column]) -> str:
    """A frame's columns as its contract has them."""
    rows = [
        (f"`{each.name}`", f"`{ARROW_TYPES[each.kind]}`", each.unit or "",
         "yes" if each.is_required else "")
        for each in contract
    ]  # fmt: skip
    return _table(("column", "type", "unit", "always there"), rows)


TABLES: Mapping[str, tuple[Path, Callable[[], str]]] = {
    "settings": (ROOT / "docs" / "deploy.md", settings),
    "roles": (ROOT / "docs" / "query.md", roles),
    "limits": (ROOT / "docs" / "query.md", limits),
    "sources": (ROOT / "docs" / "connectors.md", sources),
    "fields": (ROOT / "docs" / "files.md", fields),
    "order-fields": (ROOT / "docs" / "files.md", order_fields),
    "checks": (ROOT / "docs" / "quality.md", checks),
    "critical": (ROOT / "docs" / "quality.md", critical),
    "entry columns": (ROOT / "docs" / "transform.md", lambda: columns(ENTRY_COLUMNS)),
    "calendar columns": (ROOT / "docs" / "transform.md", lambda: columns(CALENDAR_COLUMNS)),
    "errors": (ROOT / "docs" / "errors.md", errors),
    "findings": (ROOT / "docs" / "errors.md", findings),
    "refused": (ROOT / "docs" / "errors.md", refused),
    "closes": (ROOT / "docs" / "errors.md", closes),
    "preflight": (ROOT / "docs" / "preflight.md", preflight),
}


def renewed(name: str) -> str:
    """The document with this table as the code has it."""
    document, make = TABLES[name]
    pattern = re.compile(f"<!-- {name} -->\n.*?<!-- end -->\n", re.DOTALL)
    text, count = pattern.subn(
        lambda _: f"<!-- {name} -->\n{make()}<!-- end -->\n", document.read_text()
    )
    assert count == 1, f"{document.name} has no place for {name}"
    return text


if __name__ == "__main__":
    for table, (document, _) in TABLES.items():
        document.write_text(renewed(table))
