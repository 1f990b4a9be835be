"""The channel of a row of a file, from what the file itself says."""

from __future__ import annotations

import pyarrow as pa

from connectors.file.normalise.records import FileRecords
from transform.normalise.channels import UNASSIGNED
from transform.normalise.columns import ArrowColumn
from transform.normalise.named_channels import named_channel


def channel_columns(page: FileRecords) -> dict[str, ArrowColumn]:
    """The channel of each row, what the file itself calls it, and its medium."""
    named = ("channel", "platform", "medium")
    if not any(page.has(field) for field in named):
        return {
            "channel": pa.repeat(pa.scalar(UNASSIGNED), len(page)),
            "platform_channel": pa.nulls(len(page), pa.string()),
        }
    rows = list(zip(*(page.column(field).to_pylist() for field in named), strict=True))
    known = {row: named_channel(*row) for row in set(rows)}
    own = [platform or channel or medium for channel, platform, medium in rows]
    return {
        "channel": pa.array([known[row] for row in rows], pa.string()),
        "platform_channel": pa.array(own, pa.string()),
        "medium": pa.array([medium for *_, medium in rows], pa.string()),
    }
