"""The keys of our entities: all by `id`, some by what other systems call them."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from strawberry.exceptions import StrawberryInputCoercionError

from core.digests import campaign_digest
from core.errors import BadInput
from core.records.connections import Source
from core.records.entries import EntryKey
from graph import ids
from graph.federation.entities import FIELD, MAX_ENTITIES, EntityKey, Keys, refusal
from graph.nodes import NODES, NodeKind
from graph.scalars import SCALARS
from resolvers.session import Session

Representation = Mapping[str, Any]


def _by_id(kind: NodeKind[Any, Any]) -> EntityKey[Session]:
    def find(session: Session, representation: Representation) -> Awaitable[object]:
        global_id = _text(representation, "id")
        return kind.fetch(session, kind.ids.decode(global_id, FIELD))

    return EntityKey(frozenset({"id"}), find)


def entry_keys(representations: Sequence[object]) -> list[EntryKey] | None:
    """The keys of `representations`, if all of them are of entries and can be answered."""
    if len(representations) > MAX_ENTITIES:
        return None
    try:
        return [_entry_key(each) for each in representations]
    except BadInput:
        return None


def _entry_key(representation: object) -> EntryKey:
    if isinstance(representation, Mapping) and representation.keys() >= {"__typename", "id"}:
        name, global_id = representation["__typename"], representation["id"]
        if name == ids.ENTRY.type_name and isinstance(global_id, str):
            return ids.ENTRY.decode(global_id, FIELD)
    raise refusal("a representation is not the id of an entry")


def _day(session: Session, representation: Representation) -> Awaitable[object]:
    return NODES[ids.CALENDAR.type_name].fetch(session, _date(representation["date"]))


def _campaign(session: Session, representation: Representation) -> Awaitable[object]:
    return NODES[ids.CAMPAIGN.type_name].fetch(session, _digest(representation))


def _date(value: object) -> date:
    try:
        read: date = SCALARS[date].parse_value(value)  # type: ignore[misc]  # every scalar has one
    except StrawberryInputCoercionError as error:
        raise refusal("date must be a day such as 2026-11-22") from error
    return read


def _digest(representation: Representation) -> UUID:
    account_id = _text(representation, "accountId")
    campaign_id = _text(representation, "campaignId")
    try:
        source = Source(_text(representation, "source"))
        return campaign_digest(source, account_id, campaign_id)
    except ValueError as error:
        # Of a source, or of text that is no Unicode: neither names a campaign.
        raise refusal("source, accountId and campaignId do not name a campaign") from error


def _text(representation: Representation, name: str) -> str:
    value = representation[name]
    if not isinstance(value, str):
        raise BadInput(f"{name} must be a string", field=FIELD, mend="pass it as it was answered")
    return value


NATURAL: Mapping[str, EntityKey[Session]] = {
    ids.CALENDAR.type_name: EntityKey(frozenset({"date"}), _day),
    ids.CAMPAIGN.type_name: EntityKey(frozenset({"source", "accountId", "campaignId"}), _campaign),
}
KEYS: Keys[Session] = MappingProxyType(
    {
        name: (_by_id(kind), *([NATURAL[name]] if name in NATURAL else []))
        for name, kind in NODES.items()
    }
)
"""By `id` first: it is how an entity that was answered is named."""
