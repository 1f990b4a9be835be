"""The manifest of the platform's own operations, as it lies beside their documents."""

from __future__ import annotations

import json
from dataclasses import asdict

from graphql import GraphQLSchema

from core.records.operations import BuiltIn
from graph.documents import registrable
from persisted import FORMAT, VERSION, built_in


def manifest_text(schema: GraphQLSchema) -> str:
    """What clients read to know the ids: {format, version, operations: {id: {…}}}."""
    operations = {id_: _entry(schema, each) for id_, each in built_in().items()}
    told = {"format": FORMAT, "version": VERSION, "operations": operations}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _entry(schema: GraphQLSchema, operation: BuiltIn) -> dict[str, object]:
    found = registrable(schema, operation.document)
    told = {"file": operation.file, "client": operation.client}
    return {**told, **asdict(found), "description": operation.description}
