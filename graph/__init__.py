"""Floor 4: the GraphQL schema, in Strawberry. Converts between records and the wire.

Enumerations come first: Strawberry reads an annotation as soon as it sees it, so an enum that a
type met before its descriptions were given would be in the schema twice.
"""

from graph.types.enums import ENUMS
from graph.types.search_enums import SEARCH_ENUMS

__all__ = ["ENUMS", "SEARCH_ENUMS"]
