"""A page that is just as its source describes it, read as whole columns.

Records as Python objects cost more than all else that is done with them. A page with anything
out of the ordinary is not plain, and is read by `Reading`, which tells record from record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.quality import CriticalCheck
from core.records.ingestion import Rejection
from core.sources import QualityRules
from transform.normalise.columns import ArrowColumn, Mask, whole
from transform.normalise.contract import Held
from transform.normalise.reading import MEND

_ZERO: Final = pa.scalar(0)


class NotPlain(Exception):
    """Raised when a page has to be read record by record."""


class PlainReading:
    """A page's columns of text; does as `Reading` does while no record is refused."""

    replay: Final = None
    held: Final = Held(())

    def __init__(
        self, texts: Mapping[str, ArrowColumn], rows: int, latest: date | None = None
    ) -> None:
        self.fetched = rows
        self.latest = latest
        self._texts = texts

    def column(
        self, field: str, kind: str, *, is_required: bool = False, may_be_negative: bool = True
    ) -> ArrowColumn:
        """`field` as a column of `kind`. Raises NotPlain where a value does not fit."""
        found = self.typed(self._texts[field], kind)
        if is_required and found.null_count:
            raise NotPlain
        if not may_be_negative and pc.any(pc.less(found, _ZERO)).as_py():
            raise NotPlain
        return found

    def typed(self, texts: ArrowColumn, kind: str) -> ArrowColumn:
        """`texts` as a column of `kind`. Raises NotPlain where a value does not fit."""
        try:
            return whole(texts, kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise NotPlain from error

    def refuse(
        self,
        refused: Mask,
        _field: str,
        _reason: str,
        _mend: str = MEND,
        *,
        check: CriticalCheck | None = None,  # noqa: ARG002 -- nothing of it is told
    ) -> None:
        """Raise NotPlain if any record is marked."""
        if refused.any():
            raise NotPlain

    @property
    def accepted(self) -> Mask:
        """Which records go in: all."""
        return np.ones(self.fetched, dtype=bool)

    def rejections(self, _rules: QualityRules) -> tuple[Rejection, ...]:
        """The refused records: none."""
        return ()
