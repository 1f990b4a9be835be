"""What fields say that they read is what the statements of golden operations read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from graphql import FieldNode, GraphQLObjectType, TypeInfo, TypeInfoVisitor, Visitor, parse, visit

from core.records.answers import Area
from graph.areas import read_by
from graph.bounds.sizes import declared
from graph.schema import build_schema
from tests.queries.golden import document, names, tables
from tests.tenancy.test_data_versions import VERSIONED

SCHEMA = build_schema().graphql
BY_FUNCTION = frozenset({"restatement_lesson", "former_look_back"})
"""What settles_after reads, which is named in no statement: both go with `connection`."""
NO_ANSWER = frozenset({"data_clock", "attribution_day", "attribution_sum"})
"""Read to wait for merges, and sums of facts: the answer is the same whether they are there."""


def areas(name: str) -> frozenset[Area] | None:
    """Those of facts of some days are those of facts."""
    text = document(name)
    read = read_by(SCHEMA, text, parse(text), None)
    if read is None:
        return None
    return frozenset(Area.FACTS if each is Area.DAYS else each for each in read.areas)


def test_what_functions_read_goes_with_its_connection() -> None:
    assert {VERSIONED[table] for table in BY_FUNCTION} == {frozenset({Area.SOURCES})}


@pytest.mark.parametrize("name", [each for each in names() if areas(each) is not None])
def test_an_operation_reads_what_its_fields_say(name: str) -> None:
    said = areas(name) or frozenset()
    for table in tables(name) - NO_ANSWER:
        of_table = VERSIONED.get(table)
        assert of_table is not None, table
        kinds = {Area.LABELS if each == "RATES" else Area(each) for each in of_table}
        assert kinds & said, (table, said)


def kept_fields() -> Iterator[str]:
    for type_ in SCHEMA.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            for name, definition in type_.fields.items():
                said = declared(definition).reads
                if said:
                    yield f"{type_.name}.{name}"


class Selected(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.found.add(f"{self.info.get_parent_type()}.{node.name.value}")


def test_every_field_that_says_what_it_reads_is_asked_by_a_golden_operation() -> None:
    asked: set[str] = set()
    for name in names():
        if areas(name) is not None:
            info = TypeInfo(SCHEMA)
            selected = Selected(info)
            visit(parse(document(name)), TypeInfoVisitor(info, selected))
            asked |= selected.found
    assert sorted(set(kept_fields()) - asked) == []
