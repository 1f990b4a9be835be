"""POST /uploads?filename=…: a file as the raw body, streamed into the store as it arrives."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.http.answers import json_answer
from app.http.body import chunks, refuse_declared
from app.http.knocks import admit
from app.http.services import Uploads, services_of
from app.identity.caller import refusal
from app.identity.gateway import BODY_SHA256
from app.identity.headers import Headers
from core.errors import BadInput, Forbidden
from core.records.lineage import UploadRecord
from core.scope import Permission, TenantScope

LONGEST_NAME = 255
MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)
DEFAULT_MEDIA_TYPE = "application/octet-stream"


def uploads_router(upload_max_bytes: int) -> APIRouter:
    """The route, with its limit."""
    router = APIRouter()

    @router.post("/uploads", status_code=201)
    async def upload(request: Request) -> Response:
        """Keep a file; `id` is what the mutation that reads it takes."""
        await refuse_declared(request, upload_max_bytes)
        filename = _filename(request.query_params.get("filename", ""))
        declared = _declared_sha256(request)
        scope = await admit(request, declared)
        _demand_write(scope)
        uploads = services_of(request).uploads
        async with _begun(uploads, scope, filename, _media_type(request)) as upload_id:
            size, sha256 = await _keep(request, uploads, scope, upload_id, upload_max_bytes)
            _check(size, sha256, declared)
            record = await uploads.finish(scope, upload_id, size, sha256)
        return json_answer(201, _told(record))

    return router


@asynccontextmanager
async def _begun(
    uploads: Uploads, scope: TenantScope, filename: str, media_type: str
) -> AsyncIterator[UUID]:
    """An upload that is forgotten unless the block ends well, also when the sender leaves."""
    upload_id = await uploads.begin(scope, filename, media_type)
    is_whole = False
    try:
        yield upload_id
        is_whole = True
    finally:
        if not is_whole:
            await asyncio.shield(uploads.abandon(scope, upload_id))


async def _keep(
    request: Request, uploads: Uploads, scope: TenantScope, upload_id: UUID, limit: int
) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = number = 0
    async for chunk in chunks(request, limit):
        digest.update(chunk)
        await uploads.append(scope, upload_id, number, chunk)
        size += len(chunk)
        number += 1
    return size, digest.hexdigest()


def _check(size: int, sha256: str, declared: str | None) -> None:
    if size == 0:
        raise BadInput("the file is empty", mend="send the file as the body of the request")
    if declared is not None and not hmac.compare_digest(declared, sha256):
        raise refusal("the body is not the one that was signed")


def _demand_write(scope: TenantScope) -> None:
    if not scope.may(Permission.MEMORY_WRITE):
        raise Forbidden(
            f"this needs the permission {Permission.MEMORY_WRITE}",
            mend="ask an administrator of your tenant for a role that has it",
        )


def _filename(sent: str) -> str:
    """The last part of the name; folders of the sender's machine are nobody's business."""
    name = re.split(r"[/\\]", sent)[-1].strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(
            f"filename must be a name of 1 to {LONGEST_NAME} printable characters",
            field="filename",
            mend="send POST /uploads?filename=spend.csv",
        )
    return name


def _media_type(request: Request) -> str:
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return sent if MEDIA_TYPE.fullmatch(sent) else DEFAULT_MEDIA_TYPE


def _declared_sha256(request: Request) -> str | None:
    values = Headers.of(request.scope["headers"]).values(BODY_SHA256)
    return values[0].lower() if len(values) == 1 and values[0].isascii() else None


def _told(record: UploadRecord) -> dict[str, object]:
    return {
        "id": str(record.id),
        "filename": record.filename,
        "mediaType": record.media_type,
        "sizeBytes": record.size_bytes,
        "sha256": record.sha256,
    }
