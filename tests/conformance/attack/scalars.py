"""Values of our scalars for schemathesis, which loads this file by SCHEMATHESIS_HOOKS."""

from __future__ import annotations

import schemathesis
from hypothesis import strategies
from schemathesis.graphql import nodes

schemathesis.graphql.scalar("BigInt", strategies.integers().map(nodes.Int))
schemathesis.graphql.scalar("Decimal", strategies.decimals().map(str).map(nodes.String))
schemathesis.graphql.scalar("JSON", strategies.text().map(nodes.String))
schemathesis.graphql.scalar(
    "_Any", strategies.just(nodes.Object(fields=[])) | strategies.text().map(nodes.String)
)
