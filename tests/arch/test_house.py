"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import inspect
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.scope import SystemScope, TenantScope
from stores.postgres.readings import ReadingStore
from stores.postgres.run_work import RunWorkStore
from stores.postgres.webhook_work import WebhookWorkStore
from stores.wiring import Stores

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "analysis",
    "app",
    "connectors",
    "core",
    "graph",
    "jobs",
    "loaders",
    "migrations",
    "persisted",
    "resolvers",
    "sandbox",
    "stores",
    "transform",
)
DOORS = {
    "app/identity/consents.py": "a single-use state, brought back from a consent page",
    "app/identity/links.py": "a signed link to a file of an export",
    "app/identity/webhooks.py": "a signed webhook",
    "app/identity/door.py": "a verified token, a key, a signed gateway",
    "app/cli/tenancy.py": "--tenant on the command line",
    "jobs/scopes.py": "a job row; a tenant that upkeep listed",
}
SCOPELESS = {
    ("Database", "ping"),
    ("CalendarStore", "outdated"),
    ("ExchangeStore", "newest"),
    ("StatisticsStore", "learn"),
    ("VersionStore", "changes"),
    ("KeyStore", "authenticate"),
    ("WebhookStore", "endpoint"),
    ("WebhookWorkStore", "waiting"),
    ("QueueStore", "ping"),
    ("QueueStore", "orphans"),
    ("QueueStore", "open_runs"),
    ("DeadLetterStore", "count"),
    ("AttributionDayStore", "due"),
    ("AnalysisWorkStore", "due"),
    ("DocumentStore", "due"),
    ("SearchStatusStore", "lag"),
    ("QuotaStore", "embedding_totals"),
    ("AuthorizationStore", "take_state"),
    ("ErrandStore", "waiting"),
    ("EventStore", "positions"),
    ("EventStreams", "lasts"),
    ("ScheduleFiringStore", "due"),
    ("RunTopics", "ping"),
    ("RunTopics", "publish"),
    ("RunTopics", "resync"),
    ("RunTopics", "aclose"),
    ("Buckets", "aclose"),
    ("Database", "watch"),
    ("Database", "unbound"),
    ("Database", "glance"),
}
MAX_LINES = 400


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def test_every_top_level_package_is_known_to_the_linter_and_the_wheel() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert found == set(PACKAGES)
    assert found == set(settings["tool"]["importlinter"]["root_packages"])
    assert found == set(settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_scopes_are_issued_at_the_doors_only() -> None:
    issuers = {
        str(path.relative_to(ROOT))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "TenantScope"
    }
    assert issuers == set(DOORS)


def test_no_file_grows_past_its_limit() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (*sources(), *(ROOT / "tests").rglob("*.py"))
        if (lines := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert long == {}


def test_nothing_reads_the_environment_but_settings() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in sources()
        if "os.environ" in path.read_text() or "getenv(" in path.read_text()
    }
    # The command line tells numpy how many threads to use before it is loaded, and reads nothing.
    told = "app/cli/__init__.py"
    assert readers == {"app/embedded/home.py", "app/supervision/children.py", told}


@pytest.mark.parametrize(
    "store",
    [
        *(annotation for annotation in inspect.get_annotations(Stores, eval_str=True).values()),
        RunWorkStore,
        ReadingStore,
        WebhookWorkStore,
    ],
)
def test_every_store_method_demands_a_scope_first(store: type) -> None:
    for name, method in inspect.getmembers(store, inspect.isfunction):
        if name.startswith("_") or (store.__name__, name) in SCOPELESS:
            continue
        first = list(inspect.signature(method, eval_str=True).parameters.values())[1]
        assert first.name == "scope", f"{store.__name__}.{name}"
        assert first.annotation in {TenantScope, SystemScope}, f"{store.__name__}.{name}"
