"""Documents and their vectors on their way in, in a temporary table: it alone takes a COPY."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from core.vectors import VectorItem
from stores.postgres.database import Connection

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"


async def stage_vectors(
    connection: Connection, items: Sequence[VectorItem]
) -> tuple[list[object], ...]:
    """`staged_vector` with id and vector of each item, for as long as the transaction.

    Answers what the items' documents are about, a list for each column in the table's order.
    """
    await connection.execute(_TABLE)
    body = io.BytesIO(_encoded(items))
    await connection.copy_to_table("staged_vector", source=body, format="binary")
    documents = [item.document for item in items]
    return (
        [each.id for each in documents],
        [each.kind for each in documents],
        [each.source for each in documents],
        [each.account_id for each in documents],
        [each.campaign_id for each in documents],
        [each.channel for each in documents],
        [each.period and each.period.since for each in documents],
        [each.period and each.period.until for each in documents],
        [each.quality for each in documents],
    )


def _encoded(items: Sequence[VectorItem]) -> bytes:
    """Ids and vectors in binary COPY format; a halfvec is its length, zero, and its numbers."""
    dimension = len(items[0].vector)
    rows = np.zeros(
        len(items),
        [("fields", ">i2"), ("id_bytes", ">i4"), ("id", "V16"), ("vector_bytes", ">i4"),
         ("dimension", ">i2"), ("unused", ">i2"), ("numbers", ">f2", (dimension,))],
    )  # fmt: skip
    rows["fields"], rows["id_bytes"], rows["dimension"] = 2, 16, dimension
    rows["vector_bytes"] = 4 + 2 * dimension
    rows["id"] = np.frombuffer(b"".join(item.document.id.bytes for item in items), "V16")
    rows["numbers"] = np.array([item.vector for item in items], np.float32)
    return b"".join((_HEADER, rows.tobytes(), _TRAILER))


# Of the lists that are joined to it nothing is known: a loop in a loop would be planned.
_TABLE = """
CREATE TEMPORARY TABLE staged_vector (document_id uuid, vector halfvec) ON COMMIT DROP;
SET LOCAL enable_nestloop = off
"""
