"""Checks of a page's entries: which apply to each, and which of those it fails. Pure."""

from transform.quality.assess import with_checks
from transform.quality.rows import Expected

__all__ = ["Expected", "with_checks"]
