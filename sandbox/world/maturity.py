"""How a day's numbers grow up: what is known of them so long after the day began.

Ages are in days since the day began in the account's zone, so 0.5 is noon of the day itself
and 1.0 the midnight that ends it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sandbox.world.hashing import Floats

LATE_DAYS: Final = 28
VANISHING_DAYS: Final = 60
_SAME_DAY_SHARE: Final = 0.58


@dataclass(frozen=True, slots=True)
class Restatement:
    """How restless the past is.

    `pace` 1 lets conversions arrive over 28 days, 2 over 14; 0 makes a closed day final at
    once. `vanishing` lets rows without spend disappear again.
    """

    pace: float = 1.0
    vanishing: bool = True

    @property
    def settled_after_days(self) -> int:
        """Days after which nothing about a day changes any more."""
        late = LATE_DAYS / self.pace if self.pace > 0 else 1.0
        return int(max(late, VANISHING_DAYS)) + 2


def delivered_share(age: Floats) -> Floats:
    """The share of a day's delivery that has happened: slow nights, busy middays."""
    part = np.clip(age, 0.0, 1.0)
    return part * part * (3.0 - 2.0 * part)


def arrived_share(age: Floats, pace: float) -> Floats:
    """The share of a day's conversions that has been reported: rises, reaches 1 at day 28."""
    if pace <= 0:
        return delivered_share(age)
    late = np.clip((age - 1.0) / (LATE_DAYS - 1.0) * pace, 0.0, 1.0)
    arrived: Floats = _SAME_DAY_SHARE + (1.0 - _SAME_DAY_SHARE) * (1.0 - (1.0 - late) ** 3)
    return np.where(age < 1.0, _SAME_DAY_SHARE * delivered_share(age), arrived)
