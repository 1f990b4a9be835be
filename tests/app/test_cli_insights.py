"""liftos insights: what was found, one of it whole, how it turned out, and a new look."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.errors import NotFound
from core.records.insight_acts import InsightRating, InsightWish, InsightWord
from core.records.insights import InsightState
from core.scope import TenantScope
from graph.ids import INSIGHT, RUN
from stores.wiring import Stores
from tests.app.commands import Run, by_hand_of, organisation, run
from tests.jobs.analysing import FOUND, told
from tests.support import Services

__all__ = ["organisation", "run"]


async def acted_on(stores: Stores, scope: TenantScope) -> None:
    record = await told(stores, scope, FOUND)
    wish = InsightWish(InsightState.ACKNOWLEDGED, InsightWord("on it"))
    await stores.insight_acts.act(scope, record.id, wish)
    await stores.insight_acts.rate(scope, record.id, InsightRating.ACTED_ON)


@pytest.fixture
def found(run: Run, organisation: str, services: Services) -> dict[str, Any]:
    """The one insight of an organisation, as programs read it."""
    by_hand_of(services, organisation, acted_on)
    listed = run("insights", "list", "--tenant", organisation, "--json")
    assert listed.exit_code == 0, listed.output
    [line] = [json.loads(each) for each in listed.stdout.splitlines()]
    return dict(line)


def test_what_was_found_is_listed(run: Run, organisation: str, found: dict[str, Any]) -> None:
    assert INSIGHT.decode(found["id"], "id")
    assert RUN.decode(found["run_id"], "id")
    assert {name: found[name] for name in ("kind", "metric", "since", "until", "n", "q")} == {
        "kind": "ANOMALY",
        "metric": "spend",
        "since": "2026-10-06",
        "until": "2026-10-07",
        "n": 60,
        "q": 0.01,
    }
    assert found["effect"] == {
        "size": -0.6, "low": -0.7, "high": -0.5, "unit": "SHARE", "confidence": 0.95,
    }  # fmt: skip
    table = run("insights", "list", "--tenant", organisation, "--kind", "anomaly")
    heading, row = table.stdout.splitlines()
    assert heading.split() == ["id", "kind", "days", "severity", "state", "verdict", "title"]
    assert row.startswith(
        f"{found['id']}  ANOMALY  2026-10-06 to 2026-10-07  HIGH      ACKNOWLEDGED  ACTED_ON  "
    )
    assert row.endswith(found["title"])
    for other in (("--kind", "trend"), ("--state", "resolved"), ("--severity", "low")):
        empty = run("insights", "list", "--tenant", organisation, *other, "--json")
        assert (empty.exit_code, empty.stdout) == (0, "")
    days = ("--since", "2026-10-08", "--until", "2026-10-09")
    assert run("insights", "list", "--tenant", organisation, *days, "--json").stdout == ""


def test_one_is_shown_whole(run: Run, organisation: str, found: dict[str, Any]) -> None:
    shown = run("insights", "show", found["id"], "--tenant", organisation)
    assert shown.exit_code == 0, shown.output
    fields = dict(line.split("  ", 1) for line in shown.stdout.splitlines())
    told = {name: value.strip() for name, value in fields.items()}
    assert told["text"] == found["text"]
    assert told["method"] == "one-step-ahead error, learned from 60 days"
    assert told["p and q"] == "0.001 and 0.01"
    assert told["run"] == found["run_id"]
    whole = json.loads(
        run("insights", "show", found["id"], "--tenant", organisation, "--json").stdout
    )
    [step], [outcome] = whole["history"], whole["outcomes"]
    assert (step["said"], step["note"]) == ("ACKNOWLEDGED", "on it")
    assert (outcome["said"], outcome["note"]) == ("ACTED_ON", None)
    assert told["acknowledged"].endswith(f" by {step['by']}: on it")
    assert told["acted_on"].endswith(f" by {outcome['by']}")
    assert {name: whole[name] for name in found} == found


def test_how_they_turned_out_is_told(run: Run, organisation: str, found: dict[str, Any]) -> None:
    del found
    table = run("insights", "ledger", "--tenant", organisation).stdout.splitlines()
    assert table[0].split("  ")[0] == "kind"
    assert table[1].split() == ["ANOMALY", "1", "0", "0", "0", "1", "0", "-"]
    line = json.loads(run("insights", "ledger", "--tenant", organisation, "--json").stdout)
    assert (line["kind"], line["raised"], line["hit_rate"]) == ("ANOMALY", 1, None)


def test_a_new_look_is_asked_for_once(run: Run, organisation: str) -> None:
    asked = run("insights", "analyse", "--tenant", organisation)
    assert asked.exit_code == 0, asked.output
    assert asked.stderr == "queued; it runs while `liftos up` or `liftos worker` does\n"
    assert RUN.decode(asked.stdout.strip(), "id")
    again = run("insights", "analyse", "--tenant", organisation)
    assert again.stdout == asked.stdout


def test_what_is_not_there_is_not_found(run: Run, organisation: str, found: dict[str, Any]) -> None:
    assert run("tenant", "create", f"{organisation}-b", "--currency", "EUR").exit_code == 0
    absent = run("insights", "show", found["id"], "--tenant", f"{organisation}-b")
    assert isinstance(absent.exception, NotFound)
    assert run("insights", "list", "--tenant", f"{organisation}-b", "--json").stdout == ""
