"""Questions about what a tenant has: understood, answered by several modes, put in one order."""

from resolvers.search.answering import MAX_HITS, Asked
from resolvers.search.hits import campaign, coordinates, entries_of, export, figures, insight
from resolvers.search.pages import MAX_PAGE, Found, Hit, listing, search

__all__ = [
    "MAX_HITS",
    "MAX_PAGE",
    "Asked",
    "Found",
    "Hit",
    "campaign",
    "coordinates",
    "entries_of",
    "export",
    "figures",
    "insight",
    "listing",
    "search",
]
