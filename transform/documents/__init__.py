"""Documents from structured facts alone: the same facts give the same bytes.

No figure stands in a text: it says bands and words, so that a number that is restated makes at
most a verdict out of date, never a number wrong (docs/adr/0039-what-a-document-says.md).
"""

from __future__ import annotations

RULES = "1"
"""Changed with every rule that changes a text: all documents are then written anew."""
