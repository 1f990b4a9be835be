"""How Meta is to be treated, by whatever part of its folder asks it."""

from __future__ import annotations

from typing import Final

from connectors.http import HttpRules
from connectors.meta.errors import judge
from connectors.meta.limits import pause_seconds
from connectors.meta.notices import notices

RULES: Final = HttpRules(
    judge=judge, pause=lambda answer: pause_seconds(answer.headers), notices=notices
)
