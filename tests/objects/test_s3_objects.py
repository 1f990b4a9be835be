"""S3, against a server of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.objects import object_place
from core.errors import ConfigError, Transient
from core.settings import Settings
from stores.objects import ObjectStore, S3Place, open_objects
from stores.objects.s3 import _addressed
from tests.objects.s3_server import ACCESS_KEY, SECRET_KEY, S3Server
from tests.objects.suite import BIG, ObjectSuite, in_chunks, noise, somebody


def place(server: S3Server, bucket: str, **changes: Any) -> S3Place:
    fields = {"endpoint": server.url, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
    return S3Place(bucket, **(fields | {"prefix": "liftos/objects"} | changes))


class TestS3Objects(ObjectSuite):
    @pytest.fixture
    def bucket(self, s3: S3Server) -> str:
        return s3.new_bucket()

    @pytest.fixture
    def objects(self, s3: S3Server, bucket: str) -> ObjectStore:
        return open_objects(place(s3, bucket))

    @pytest.fixture(autouse=True)
    def looked_at(self, s3: S3Server, bucket: str) -> None:
        self.server, self.name = s3, bucket

    async def assert_nothing_is_left(self, objects: ObjectStore) -> None:
        del objects
        found = self.server.client.list_multipart_uploads(Bucket=self.name)
        assert found.get("Uploads", []) == []


async def test_keys_lie_below_the_prefix_and_are_encrypted_as_asked(s3: S3Server) -> None:
    bucket, scope = s3.new_bucket(), somebody()
    objects = open_objects(place(s3, bucket, encryption="AES256"))
    for name, size in (("exports/1/small", 5), ("exports/1/big", BIG)):
        await objects.put(scope, name, in_chunks(noise(size)))
        key = f"liftos/objects/tenants/{scope.tenant_id}/{name}"
        head = s3.client.head_object(Bucket=bucket, Key=key)
        assert (head["ContentLength"], head["ServerSideEncryption"]) == (size, "AES256")


async def test_a_service_that_is_away_is_transient(s3: S3Server) -> None:
    objects = open_objects(place(s3, "none", endpoint="http://127.0.0.1:1"))
    with pytest.raises(Transient) as caught:
        await objects.find(somebody(), "a")
    assert SECRET_KEY not in repr(caught.value)


async def test_a_bucket_that_is_missing_is_told_as_a_setting(s3: S3Server) -> None:
    objects = open_objects(place(s3, "liftos-missing"))
    for size in (1, BIG):
        with pytest.raises(ConfigError, match="bucket") as caught:
            await objects.put(somebody(), "a", in_chunks(noise(size)))
        assert caught.value.field == "LIFTOS_OBJECTS_S3_BUCKET"


def test_a_place_shows_no_key(s3: S3Server) -> None:
    shown = repr(place(s3, "b")) + repr(open_objects(place(s3, "b")))
    assert SECRET_KEY not in shown
    assert ACCESS_KEY not in shown


def test_settings_name_the_place(tmp_path: Path) -> None:
    assert object_place(Settings(), tmp_path) == tmp_path / "objects"
    assert object_place(Settings(objects_folder=tmp_path / "x"), tmp_path) == tmp_path / "x"
    given = Settings.model_validate(
        {
            "objects_s3_bucket": "b",
            "objects_s3_prefix": "/a/b/",
            "objects_s3_endpoint": "https://minio.internal:9000",
            "objects_s3_access_key": "key",
            "objects_s3_secret_key": "secret",
            "objects_s3_encryption": "aws:kms",
            "objects_s3_kms_key": "arn:aws:kms:eu-central-1:1:key/2",
        }
    )
    assert object_place(given, tmp_path) == S3Place(
        "b",
        "a/b",
        "https://minio.internal:9000",
        None,
        "key",
        "secret",
        has_path_style=True,
        encryption="aws:kms",
        kms_key="arn:aws:kms:eu-central-1:1:key/2",
    )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"objects_folder": "/tmp/x"}, "LIFTOS_OBJECTS_FOLDER"),  # noqa: S108 - never touched
        ({"objects_s3_access_key": "key"}, "LIFTOS_OBJECTS_S3_SECRET_KEY"),
        ({"objects_s3_secret_key": "key"}, "LIFTOS_OBJECTS_S3_SECRET_KEY"),
        ({"objects_s3_endpoint": "minio:9000"}, "LIFTOS_OBJECTS_S3_ENDPOINT"),
        ({"objects_s3_endpoint": "https://a:b@minio"}, "LIFTOS_OBJECTS_S3_ENDPOINT"),
    ],
)
def test_settings_that_do_not_fit_are_told(
    tmp_path: Path, given: dict[str, str], field: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        object_place(Settings.model_validate({"objects_s3_bucket": "b", **given}), tmp_path)
    assert caught.value.field == field


def test_buckets_can_be_hosts() -> None:
    there = S3Place("b", endpoint="https://s3.example:9000/", has_path_style=False)
    assert _addressed("https://s3.example:9000/", there) == "https://b.s3.example:9000/"
