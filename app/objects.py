"""Where files are kept, from settings."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from core.errors import ConfigError
from core.settings import Settings
from stores.objects import ObjectPlace, S3Place

FOLDER = "objects"


def object_place(settings: Settings, home: Path) -> ObjectPlace:
    """The bucket that settings name, else the folder, else `objects` in `home`."""
    if settings.objects_s3_bucket is None:
        return settings.objects_folder or home / FOLDER
    if settings.objects_folder is not None:
        raise ConfigError(
            "files cannot be kept in a folder and in a bucket",
            field="LIFTOS_OBJECTS_FOLDER",
            mend="unset it, or LIFTOS_OBJECTS_S3_BUCKET",
        )
    _check(settings)
    access, secret = settings.objects_s3_access_key, settings.objects_s3_secret_key
    return S3Place(
        bucket=settings.objects_s3_bucket,
        prefix=settings.objects_s3_prefix.strip("/"),
        endpoint=settings.objects_s3_endpoint,
        region=settings.objects_s3_region,
        access_key=access.get_secret_value() if access else None,
        secret_key=secret.get_secret_value() if secret else None,
        has_path_style=settings.objects_s3_path_style,
        encryption=settings.objects_s3_encryption,
        kms_key=settings.objects_s3_kms_key,
    )


def _check(settings: Settings) -> None:
    if (settings.objects_s3_access_key is None) != (settings.objects_s3_secret_key is None):
        raise ConfigError(
            "a key of the object store and its secret belong together",
            field="LIFTOS_OBJECTS_S3_SECRET_KEY",
            mend="set both, or neither where the machine has a role of its own",
        )
    endpoint = settings.objects_s3_endpoint
    parts = urlsplit(endpoint or "https://s3")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ConfigError(
            "the address of the object store is none",
            field="LIFTOS_OBJECTS_S3_ENDPOINT",
            mend="give one such as https://minio.internal:9000, without credentials",
        )
