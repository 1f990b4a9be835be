"""GET /exports/<token>/<file>: a file of an export, by a signed link and without credentials."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.contextvars import bind_contextvars

from app.http.errors import Refusal
from app.http.file_answer import FileAnswer
from app.http.ranges import Span, is_unchanged, refuse_another, span_of
from app.http.request_id import request_id_of
from app.http.services import Downloads, services_of
from app.identity.links import AdmittedFile, LinkOver
from core.errors import NotFound, Transient
from core.records.audit import Act
from core.records.exports import ExportFile, object_path
from core.scope import TenantId

NOT_MODIFIED = 304
MOST_AT_ONCE = 64
MOST_OF_ONE_TENANT = 16
_RETRY_SECONDS = 5


def exports_route() -> Route:
    """The route, with its places."""
    places = Places()

    async def download(request: Request) -> Response:
        """The file, or the bytes of it that are asked for."""
        downloads = services_of(request).downloads
        if downloads is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "this server has no exports")
        admitted = await _admitted(downloads, request)
        file = admitted.file
        etag = f'"{file.sha256}"'
        headers = _headers(file, etag)
        refuse_another(request.headers, etag)
        if is_unchanged(request.headers, etag):
            return Response(status_code=NOT_MODIFIED, headers=headers)
        if request.method == "HEAD":
            return Response(headers=headers | {"Content-Length": str(file.bytes)})
        span = span_of(request.headers, file.bytes, etag)
        await _note(request, admitted)
        status = HTTPStatus.PARTIAL_CONTENT if span.is_part else HTTPStatus.OK
        blocks = _blocks(downloads, admitted, span, places)
        return FileAnswer(status, headers | _lengths(span, file), blocks)

    return Route("/exports/{token}/{file}", download, methods=["GET"])


class Places:
    """How many downloads one process serves at a time, and of one tenant."""

    def __init__(self) -> None:
        self._taken: Counter[TenantId] = Counter()

    @contextmanager
    def taken(self, tenant_id: TenantId) -> Iterator[None]:
        """A place, for as long as the block lasts; refused when none is left."""
        if self._taken.total() >= MOST_AT_ONCE:
            raise Transient("too many downloads at once", retry_after_seconds=_RETRY_SECONDS)
        if self._taken[tenant_id] >= MOST_OF_ONE_TENANT:
            raise Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"more than {MOST_OF_ONE_TENANT} downloads of one tenant at once",
                mend="let one end before another begins",
                headers={"Retry-After": str(_RETRY_SECONDS)},
            )
        self._taken[tenant_id] += 1
        try:
            yield
        finally:
            self._taken[tenant_id] -= 1
            if not self._taken[tenant_id]:
                del self._taken[tenant_id]


async def _admitted(downloads: Downloads, request: Request) -> AdmittedFile:
    try:
        admitted = await downloads.door.enter(**request.path_params)
    except LinkOver:
        raise Refusal(
            HTTPStatus.GONE,
            "the link has expired, or its export was deleted",
            mend="ask for a new link: exports { nodes { files { url } } }",
        ) from None
    bind_contextvars(tenant_id=str(admitted.scope.tenant_id))
    return admitted


async def _note(request: Request, admitted: AdmittedFile) -> None:
    """Keep that the file is fetched; a reader who asks for many parts has one line a minute."""
    scope = replace(admitted.scope, request_id=request_id_of(request))
    subject = f"export:{admitted.export_id}/{admitted.file.name}"
    await services_of(request).audit.note(scope, Act.EXPORT_DOWNLOADED, subject)


async def _blocks(
    downloads: Downloads, admitted: AdmittedFile, span: Span, places: Places
) -> AsyncGenerator[bytes, None]:
    file = admitted.file
    with places.taken(admitted.scope.tenant_id):
        try:
            name = object_path(admitted.export_id, file.name)
            async with downloads.objects.open(admitted.scope, name) as opened:
                _check(file, opened.record.size_bytes)
                async for block in opened.read(span.start, span.stop):
                    yield block
        except NotFound:
            structlog.get_logger().error("export_file_missing", export=str(admitted.export_id))
            raise Transient("the file cannot be read at present") from None


def _check(file: ExportFile, size_bytes: int) -> None:
    if size_bytes != file.bytes:
        raise NotFound(f"{file.name} is not what was exported")


def _headers(file: ExportFile, etag: str) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    return {
        "Content-Type": file.media_type,
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "ETag": etag,
        "Repr-Digest": f"sha-256=:{digest}:",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
    }


def _lengths(span: Span, file: ExportFile) -> dict[str, str]:
    found = {"Content-Length": str(span.stop - span.start)}
    if span.is_part:
        found["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{file.bytes}"
    return found
