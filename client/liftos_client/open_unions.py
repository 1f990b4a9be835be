"""Unions that take a member which a newer API has and this client does not know yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final, TypeAlias, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


class Unknown(BaseModel):
    """A member that this client does not know: its name, and what was asked of every member."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, protected_namespaces=())

    typename__: str = Field(alias="__typename")


class _Open:
    """Tells members apart by `__typename`, and what none of them is by what it has.

    What has the fields that known members share is read as those: an error that is new is a
    Refused. Anything else is Unknown. A known member that is not as it should be stays an error.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        known = [member for member in get_args(source) if member is not Unknown]
        named = {name: member for member in known for name in _names(member)}
        shared = {_like(member): member for member in _shared(known)}

        def tag(value: Any) -> str:
            if not isinstance(value, Mapping):
                name = getattr(value, "typename__", None) or _like(type(value))
                return name if name in named or name in shared else Unknown.__name__
            if value.get("__typename") in named:
                return str(value["__typename"])
            fits = (name for name, member in shared.items() if _asked(member) <= value.keys())
            return next(fits, Unknown.__name__)

        members = {**named, **shared, Unknown.__name__: Unknown}
        choices = {name: handler.generate_schema(each) for name, each in members.items()}
        return core_schema.tagged_union_schema(choices, tag)


OPEN: Final = _Open()
OpenUnion: TypeAlias = Annotated[T | Unknown, OPEN]
"""`OpenUnion[Union["A", "B"]]`: one of these, or Unknown."""


def _names(member: type[BaseModel]) -> tuple[str, ...]:
    """The types of the schema that a generated class stands for."""
    return get_args(member.model_fields["typename__"].annotation)


def _shared(known: Iterable[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """The fragments that members are made of."""
    for base in dict.fromkeys(base for member in known for base in member.__bases__):
        if issubclass(base, BaseModel) and base.model_fields:
            yield base


def _like(fragment: type[BaseModel]) -> str:
    """Tells a fragment apart from the type of the schema that may be called as it is."""
    return f"like {fragment.__name__}"


def _asked(member: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in member.model_fields.items()}
