"""The wide frame as the checks read it: arrays by column, geos as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.records.preflight import WideRoles

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]
NATIONAL = "all"


@dataclass(frozen=True, slots=True)
class Wide:
    """`of_geo` numbers each row's geo by its place in `geos`; one geo when there are none."""

    roles: WideRoles
    grain: str
    times: Days
    geos: tuple[str, ...]
    of_geo: npt.NDArray[np.int64]
    frame: pd.DataFrame

    def column(self, name: str) -> Floats:
        """A column's values; infinite ones are unknown."""
        values = self.frame[name].to_numpy(np.float64, na_value=np.nan)
        return np.where(np.isinf(values), np.nan, values)

    def matrix(self, names: Sequence[str]) -> Floats:
        """Columns side by side; what is unknown in them is told by VALUE_MISSING, and 0 here."""
        if not names:
            return np.empty((len(self.times), 0))
        return np.nan_to_num(np.column_stack([self.column(name) for name in names]))

    def rows_by_geo(self) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
        """Each geo with the rows that are its own; nothing when there are no geos."""
        if self.roles.geo is not None:
            yield from ((name, self.of_geo == place) for place, name in enumerate(self.geos))

    @property
    def explanatory(self) -> tuple[str, ...]:
        """Columns that a model has a parameter for, events left out; each once."""
        parts = self.roles
        return tuple(
            dict.fromkeys(
                (*parts.media, *parts.reach, *parts.organic_media, *parts.controls,
                 *parts.treatments)
            )
        )  # fmt: skip

    @property
    def paid(self) -> tuple[str, ...]:
        """Spend and exposure, each column once."""
        parts = self.roles
        return tuple(
            dict.fromkeys((*parts.media, *parts.media_spend, *parts.reach, *parts.frequency))
        )


def wide_of(frame: pd.DataFrame, roles: WideRoles, grain: str) -> Wide:
    """Read a frame whose rows stand in any order."""
    times = pd.to_datetime(frame[roles.time]).to_numpy("datetime64[D]")
    if roles.geo is None:
        return Wide(roles, grain, times, (NATIONAL,), np.zeros(len(frame), np.int64), frame)
    names, of_geo = np.unique(frame[roles.geo].to_numpy(str), return_inverse=True)
    return Wide(roles, grain, times, tuple(map(str, names)), of_geo.astype(np.int64), frame)
