"""liftos search status, liftos search reindex: how the index stands, before and after a run."""

from __future__ import annotations

from core.errors import NotFound
from core.scope import TenantScope
from graph.ids import RUN
from stores.wiring import Stores
from tests.app.commands import Run, by_hand_of, organisation, run
from tests.jobs.by_hand import by_hand
from tests.jobs.indexing import indexed
from tests.support import Services

__all__ = ["organisation", "run"]


def told(run: Run, organisation: str) -> dict[str, str]:
    result = run("search", "status", "--tenant", organisation)
    assert result.exit_code == 0, result.output
    lines = (line.split("  ", 1) for line in result.stdout.splitlines())
    return {name: value.strip() for name, value in lines}


async def read_march(stores: Stores, scope: TenantScope) -> None:
    at = await by_hand(stores, scope)
    spends = {("c1", "2026-03-02"): "10", ("c2", "2026-03-02"): "20"}
    await at.read("2026-03-01", "2026-03-31", [spends])


def test_before_a_run_nothing_is_known(run: Run, organisation: str) -> None:
    assert told(run, organisation) == {
        "known up to": "-",
        "current": "no",
        "documents": "0, and 0 earlier versions",
    }


def test_an_index_is_asked_for_and_stands(run: Run, organisation: str, services: Services) -> None:
    by_hand_of(services, organisation, read_march)
    asked = run("search", "reindex", "--tenant", organisation)
    assert asked.exit_code == 0
    assert asked.stderr == "queued; it runs while `liftos up` or `liftos worker` does\n"
    queued = asked.stdout.strip()
    assert RUN.decode(queued, "id")
    assert told(run, organisation)["run"] == queued
    # One that waits answers for whoever else asks.
    again = run("search", "reindex", "--everything", "--tenant", organisation)
    assert again.stdout.strip() == queued
    shown = run("run", "show", queued, "--tenant", organisation)
    assert "INDEX" in shown.stdout
    by_hand_of(services, organisation, indexed)
    stands = told(run, organisation)
    known = stands.pop("known up to")
    assert known.endswith("Z")
    assert stands == {
        "current": "yes",
        "documents": "3, and 0 earlier versions",
        "vectors": (
            "wordllama-l2-supercat-256, 256 numbers, serving: 3 documents, 3 texts embedded, "
            "0 known"
        ),
        "texts": "3 different, where 2 entries are",
        "repeated": "66.7% of texts, titles apart",
        "restated": "0.0% in thirty days",
        "recall": "1.000, 100.0% of 3 titles asked found themselves",
    }


def test_an_index_that_waits_can_be_cancelled(run: Run, organisation: str) -> None:
    queued = run("search", "reindex", "--tenant", organisation).stdout.strip()
    cancelled = run("run", "cancel", queued, "--tenant", organisation)
    assert cancelled.output == "the run is CANCELLED\n"
    assert "run" not in told(run, organisation)


def test_an_index_of_nobody_is_not_found(run: Run) -> None:
    for name in ("status", "reindex"):
        absent = run("search", name, "--tenant", "nobody-at-all")
        assert isinstance(absent.exception, NotFound)
