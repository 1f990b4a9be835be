"""Files outside the database, each behind its tenant: the port and what opens an adapter of it."""

from stores.objects.places import ObjectPlace, S3Place
from stores.objects.port import ObjectStore, OpenObject
from stores.objects.wiring import open_objects

__all__ = ["ObjectPlace", "ObjectStore", "OpenObject", "S3Place", "open_objects"]
