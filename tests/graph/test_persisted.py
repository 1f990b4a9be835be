"""Registered operations: valid, found by their hash, listed for their clients."""

from __future__ import annotations

import hashlib

import pytest
from graphql import OperationDefinitionNode, parse, validate

from graph.export import manifest_text
from graph.persisted import FOLDER, MANIFEST_FILE, RegisteredOperation, registered
from graph.schema import LiftosSchema

OPERATIONS = tuple(registered().values())


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_a_document_holds_one_valid_operation_called_as_its_file(
    schema: LiftosSchema, operation: RegisteredOperation
) -> None:
    document = parse(operation.document)
    assert validate(schema._schema, document) == []
    [definition] = document.definitions
    assert isinstance(definition, OperationDefinitionNode)
    assert definition.name is not None
    assert definition.name.value == operation.name
    body = (FOLDER / operation.file).read_bytes()
    assert hashlib.sha256(body).hexdigest() == operation.id


def test_the_manifest_is_current() -> None:
    assert MANIFEST_FILE.read_text() == manifest_text(), "run: python -m graph.export"


def test_a_document_that_was_given_out_is_not_changed() -> None:
    given_out = {
        "CausalMedia": "5e9eab404895d4257139d0079e30212756a68f7fa68a9708f4690e6cb614a1a3",
        "CausalMediaByCampaign": "7e5d8ab27bb08bb04c488f30acaf5973ec52e110f8a3fe23300d30e734575882",
        "CausalMediaByGeo": "2e7cb21a449ea55a96d66317170ff7f1e9036b0de71c8885835999c4fffc1b4d",
        "CausalOrders": "b256218f3db3016fd52f92db923169cc2b896eef7349d23bfd70959063029964",
        "CausalSeries": "45ede37a9a940e789800497572cb8f0a89d4a8bf9ebc6f2072317884d85e89fd",
    }
    assert {operation.name: operation.id for operation in OPERATIONS} == given_out
