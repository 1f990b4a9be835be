"""The adapter for a place."""

from __future__ import annotations

from pathlib import Path

from stores.objects.folder import FolderObjects
from stores.objects.places import ObjectPlace
from stores.objects.port import ObjectStore


def open_objects(place: ObjectPlace) -> ObjectStore:
    """Objects at `place`; nothing is looked at before one is asked for."""
    if isinstance(place, Path):
        return FolderObjects(place)
    # Only installations with a bucket pay for its client.
    from stores.objects.s3 import S3Objects  # noqa: PLC0415

    return S3Objects(place)
