"""Registered operations: valid, found by their hash, listed for their clients."""

from __future__ import annotations

import hashlib

import pytest
from graphql import OperationDefinitionNode, parse, validate

from core.records.operations import BuiltIn
from graph.manifest import manifest_text
from graph.schema import LiftosSchema
from persisted import FOLDER, MANIFEST_FILE, built_in

OPERATIONS = tuple(built_in().values())


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_a_document_holds_one_valid_operation_called_as_its_file(
    schema: LiftosSchema, operation: BuiltIn
) -> None:
    document = parse(operation.document)
    assert validate(schema.graphql, document) == []
    [definition] = [
        each for each in document.definitions if isinstance(each, OperationDefinitionNode)
    ]
    assert definition.name is not None
    assert definition.name.value == operation.name
    text = (FOLDER / operation.file).read_text()
    assert text.startswith("# ")
    assert text.endswith(operation.document)
    assert operation.description.endswith(".")
    assert hashlib.sha256(operation.document.encode()).hexdigest() == operation.id


def test_the_manifest_is_current(schema: LiftosSchema) -> None:
    assert MANIFEST_FILE.read_text() == manifest_text(schema.graphql), "run: python -m graph.export"


def test_a_document_that_was_given_out_is_not_changed() -> None:
    given_out = {
        "CausalMedia": "5e9eab404895d4257139d0079e30212756a68f7fa68a9708f4690e6cb614a1a3",
        "CausalMediaByCampaign": "7e5d8ab27bb08bb04c488f30acaf5973ec52e110f8a3fe23300d30e734575882",
        "CausalMediaByGeo": "2e7cb21a449ea55a96d66317170ff7f1e9036b0de71c8885835999c4fffc1b4d",
        "CausalOrders": "b256218f3db3016fd52f92db923169cc2b896eef7349d23bfd70959063029964",
        "CausalSeries": "45ede37a9a940e789800497572cb8f0a89d4a8bf9ebc6f2072317884d85e89fd",
    }
    assert {each.name: each.id for each in OPERATIONS if each.name in given_out} == given_out
