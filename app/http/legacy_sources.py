"""Sources by the names of the predecessor."""

from __future__ import annotations

from typing import Final

from core.errors import BadInput
from core.legacy_export import legacy_name
from core.records.connections import Source

CALLED: Final = {source.value: legacy_name(source) for source in Source}
"""The predecessor's names, by ours."""


def sources_called(names: list[str]) -> list[Source]:
    """The sources that the predecessor called so; BadInput for a name that it did not know."""
    known: dict[str, list[Source]] = {}
    for source in Source:
        known.setdefault(legacy_name(source), []).append(source)
    for name in names:
        if name not in known:
            raise BadInput(
                f"{name!r} is no source",
                field="data_sources",
                mend=f"use of {', '.join(sorted(known))}, or none for all",
            )
    return [source for name in dict.fromkeys(names) for source in known[name]]
