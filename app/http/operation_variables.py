"""Variables of a registered operation in the query string of its address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from graphql import GraphQLInputObjectType, GraphQLInputType, get_nullable_type, is_list_type

from app.http.strict_json import strict_json
from core.errors import BadInput
from graph.operation_variables import Variables, checked, fault, mend_of, refuse_unknown

WHOLE: Final = re.compile(r"-?\d{1,16}", re.ASCII)
NUMBER: Final = re.compile(r"-?\d{1,17}(\.\d{1,17})?([eE][+-]?\d{1,3})?", re.ASCII)
TRUTHS: Final = {"true": True, "false": False}


def _whole(text: str) -> int:
    if not WHOLE.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _number(text: str) -> float:
    if not NUMBER.fullmatch(text):
        raise ValueError(text)
    return float(text)


READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "Int": _whole,
    "BigInt": _whole,
    "Float": _number,
    "Boolean": TRUTHS.__getitem__,
}
"""How values are written that are no text in JSON; every other scalar is its text."""


def in_url(variables: Variables, sent: Iterable[tuple[str, str]]) -> dict[str, object]:
    """The variables that parameters name; BadInput naming the parameter at fault.

    A list is its parameter repeated, an input object its JSON, everything else its text.
    """
    texts: dict[str, list[str]] = {}
    for name, text in sent:
        texts.setdefault(name, []).append(text)
    refuse_unknown(variables, texts)
    given = {name: _read(name, variables[name].type, each) for name, each in texts.items()}
    return checked(variables, given)


def _read(name: str, declared: GraphQLInputType, texts: list[str]) -> object:
    type_: Any = get_nullable_type(declared)
    if is_list_type(type_):
        return [_value(name, type_.of_type, text) for text in texts]
    if len(texts) > 1:
        raise BadInput(f"{name} was sent {len(texts)} times", field=name, mend="send it once")
    return _value(name, type_, texts[0])


def _value(name: str, type_: Any, text: str) -> object:
    inner = get_nullable_type(type_)
    if is_list_type(inner) or isinstance(inner, GraphQLInputObjectType) or inner.name == "JSON":
        return _json(name, type_, text)
    try:
        return READERS.get(inner.name, str)(text)
    except (ValueError, KeyError):
        raise fault(name, type_) from None


def _json(name: str, type_: GraphQLInputType, text: str) -> object:
    try:
        return strict_json(text.encode("utf-8", "replace"), name)
    except BadInput as error:
        raise BadInput(error.message, field=name, mend=mend_of(type_)) from error
