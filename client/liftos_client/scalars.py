"""Scalars of the schema, by names that no field has: a field called `date` would hide its type."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeAlias

Day: TypeAlias = date
Moment: TypeAlias = datetime
