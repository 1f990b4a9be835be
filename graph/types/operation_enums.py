"""Enumerations of operations, described for the schema."""

from __future__ import annotations

from enum import Enum

from core.records.operations import CacheTier, OperationKind, Stage
from graph.types.described import described

OPERATION_ENUMS: tuple[type[Enum], ...] = (
    described(
        Stage,
        "Which documents a caller may have carried out. Ids of registered operations, and the "
        "platform's own operations, pass at every stage.",
        {
            Stage.ALLOW: "Every document. The stage of a tenant that has set none.",
            Stage.LOG: "Every document; those sent as text are told in `operationsSeen`.",
            Stage.SAFELIST: "Only registered documents, sent as text or named by their id.",
            Stage.BLOCK: "No document at all, only ids of registered ones.",
        },
        name="OperationStage",
    ),
    described(
        CacheTier,
        "Where the answer of an operation would come from.",
        {
            CacheTier.AGGREGATE: (
                "From the database, out of sums by day that are kept beside the entries."
            ),
            CacheTier.NONE: "From the database: it is not kept, or may not be.",
            CacheTier.L1: "From the memory of the process that was asked.",
            CacheTier.L2: "From what all processes keep together.",
        },
    ),
    described(
        OperationKind,
        "What an operation does.",
        {
            OperationKind.QUERY: "It reads.",
            OperationKind.MUTATION: "It writes.",
            OperationKind.SUBSCRIPTION: "It streams.",
        },
    ),
)
