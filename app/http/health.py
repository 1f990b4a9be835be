"""/healthz: the process answers. /readyz: it can do its work, part by part."""

from __future__ import annotations

import asyncio

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.http.answers import json_answer
from app.http.services import Probe, services_of
from core.errors import LiftosError

PROBE_SECONDS = 2.0

health_router = APIRouter()


@health_router.get("/healthz")
async def healthz() -> Response:
    """Alive, whatever the state of the services behind."""
    return json_answer(200, {"status": "ok"})


@health_router.get("/readyz")
async def readyz(request: Request) -> Response:
    """200 when every part is well, else 503; `parts` names each with what is wrong."""
    probes = services_of(request).probes
    details = await asyncio.gather(*(_ailment(name, probe) for name, probe in probes.items()))
    parts = {
        name: {"ok": detail is None, "detail": detail or "ok"}
        for name, detail in zip(probes, details, strict=True)
    }
    is_ready = not any(details)
    return json_answer(
        200 if is_ready else 503, {"status": "ready" if is_ready else "unready", "parts": parts}
    )


async def _ailment(name: str, probe: Probe) -> str | None:
    """What is wrong, in words that are safe to show to anyone."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await probe()
    except TimeoutError:
        return f"no answer within {PROBE_SECONDS:g} s"
    except LiftosError as error:
        return error.message
    except Exception as error:  # noqa: BLE001 - a probe may fail in any way; that is its answer
        structlog.get_logger().warning("probe_failed", part=name, exc_info=error)
        return "does not answer"
    return None
