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
from app.http.body import CHUNK_BYTES, chunks, declared_length, linger, refuse_declared
from app.http.knocks import admit
from app.http.permission import demand
from app.http.services import Uploads, services_of
from app.identity.caller import refusal
from app.identity.gateway import BODY_SHA256
from app.identity.headers import Headers
from core.errors import BadInput, QuotaExceeded
from core.records.lineage import UploadRecord
from core.records.quotas import Quota
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
        await demand(request, scope, Permission.MEMORY_WRITE)
        services = services_of(request)
        uploads = services.uploads
        arriving = await _within_storage(request, scope, upload_max_bytes)
        await services.single_uses.take(scope)
        async with _begun(uploads, scope, filename, _media_type(request)) as upload_id:
            size, sha256 = await _keep(arriving, uploads, scope, upload_id)
            _check(size, sha256, declared)
            record = await uploads.finish(scope, upload_id, size, sha256)
        return json_answer(201, _told(record))

    return router


async def keep(request: Request, scope: TenantScope, filename: str, content: bytes) -> UploadRecord:
    """Keep what a request told otherwise than as a file, as the file that it comes to."""
    services = services_of(request)
    if services.storage is not None:
        (await services.storage(scope)).demand(len(content))
    async with _begun(services.uploads, scope, filename, DEFAULT_MEDIA_TYPE) as upload_id:
        size, sha256 = await _keep(_blocks(content), services.uploads, scope, upload_id)
        return await services.uploads.finish(scope, upload_id, size, sha256)


async def _blocks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), CHUNK_BYTES):
        yield content[start : start + CHUNK_BYTES]


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


async def _within_storage(request: Request, scope: TenantScope, limit: int) -> AsyncIterator[bytes]:
    """The body; QuotaExceeded as soon as it is known not to fit into the tenant's storage."""
    storage = services_of(request).storage
    if storage is None:
        return chunks(request, limit)
    quota = await storage(scope)
    await _demand(request, quota, max(1, declared_length(request)))
    return _fitting(request, quota, limit)


async def _fitting(request: Request, quota: Quota, limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks(request, limit):
        size += len(chunk)
        await _demand(request, quota, size)
        yield chunk


async def _demand(request: Request, quota: Quota, size: int) -> None:
    try:
        quota.demand(size)
    except QuotaExceeded:
        await linger(request)
        raise


async def _keep(
    arriving: AsyncIterator[bytes], uploads: Uploads, scope: TenantScope, upload_id: UUID
) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = number = 0
    async for chunk in arriving:
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
