"""Health, readiness and metrics."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from core.errors import Transient


async def test_a_platform_that_is_well_is_ready(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/readyz", headers={"Authorization": ""})
    well = {"ok": True, "detail": "ok"}
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "parts": {"database": well, "cache": well, "queue": well},
    }


@pytest.mark.parametrize(
    ("failure", "detail"),
    [
        (Transient("the database does not answer"), "the database does not answer"),
        (OSError("postgresql://liftos:hunter2@db/liftos refused"), "does not answer"),
        (30.0, "no answer within 2 s"),
    ],
)
async def test_a_part_that_is_not_well_is_named(
    stand: Any, http: httpx2.AsyncClient, failure: Exception | float, detail: str
) -> None:
    stand.failing["database"] = failure
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == {"ok": False, "detail": detail}
    assert answer.json()["parts"]["cache"]["ok"] is True
    assert "hunter2" not in answer.text
    assert (await http.get("/healthz")).json() == {"status": "ok"}


async def test_requests_are_counted_by_route_status_and_operation(http: httpx2.AsyncClient) -> None:
    await http.post("/graphql", json={"query": "query Who{actor}", "operationName": "Who"})
    await http.get("/made/up/path")
    text = (await http.get("/metrics")).text
    labels = 'method="POST",operation="Who",route="/graphql",status="200"'
    assert f"liftos_core_data_http_requests_total{{{labels}}} 1.0" in text
    assert 'route="other",status="404"} 1.0' in text
    assert "liftos_core_data_http_in_flight 1.0" in text
    assert "liftos_core_data_process_resident_memory_bytes" in text
    names = {line.split("{")[0].split(" ")[0] for line in text.splitlines() if line[0] != "#"}
    assert all(name.startswith("liftos_core_data_") for name in names)


async def test_callers_cannot_grow_the_metrics_without_end(http: httpx2.AsyncClient) -> None:
    for number in range(230):
        name = f"Op{number}"
        await http.post("/graphql", json={"query": f"query {name}{{actor}}", "operationName": name})
    await http.post("/graphql", json={"query": "{actor}", "operationName": 'x"} evil 1\n'})
    text = (await http.get("/metrics")).text
    told = [
        line for line in text.splitlines() if line.startswith("liftos_core_data_http_requests_t")
    ]
    assert len(told) == 202
    assert 'operation="other"' in text
    assert "evil" not in text
