"""Vector stores outside of Postgres."""

from stores.vectors.places import PineconePlace, PostgresPlace, VectorPlace
from stores.vectors.wiring import open_vectors

__all__ = ["PineconePlace", "PostgresPlace", "VectorPlace", "open_vectors"]
