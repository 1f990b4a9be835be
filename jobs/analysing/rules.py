"""By what tenants are analysed: a change of it has all of them analysed anew."""

from __future__ import annotations

from typing import Final

RULES: Final = "2"
HISTORY_DAYS: Final = 400
"""How far back figures are learned from."""
JUDGED_DAYS: Final = 28
"""The newest days, about which something may be told."""
HEALTH_DAYS: Final = 120
"""The newest days whose quality is looked at."""
CONFIRMED_AFTER_DAYS: Final = 7
"""What is told for as long has held; what is gone before was a false alarm."""
EXPIRES_AFTER_DAYS: Final = 90
"""What nobody has acted on for as long is laid aside."""
