"""A table of commands whose modules are loaded when they are used.

`liftos --help` and the quick commands would otherwise wait for what only others need.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any, cast

import typer
from typer.core import TyperGroup
from typer.main import get_command


@dataclass(frozen=True, slots=True)
class Entry:
    """The module of app.cli that holds a command (its Typer is named `commands`), and its line."""

    module: str
    line: str


COMMANDS: Mapping[str, Entry] = MappingProxyType(
    {
        "demo": Entry("demo", "Everything with demo data, then an answer to a first question."),
        "up": Entry("up", "The product: services, API and worker, until Ctrl-C."),
        "tenant": Entry("tenants", "Create, limit, list and erase organisations."),
        "token": Entry("tokens", "Print a token, and nothing else."),
        "key": Entry("keys", "Create, list and revoke API keys of modules."),
        "connection": Entry("connections", "Connect, list, test and disconnect sources."),
        "webhook": Entry("webhooks", "Secrets and mappings of webhooks; sending a test event."),
        "run": Entry("runs", "List, show, cancel and retry runs."),
        "health": Entry("health", "How far the data can be trusted, and what speaks against it."),
        "rejected": Entry("rejected", "Refused records: list, count, correct, replay, dismiss."),
        "schedule": Entry("schedules", "Have connections read by themselves."),
        "deadletter": Entry("dead_letters", "Runs that ended badly: list, requeue, dismiss."),
        "drift": Entry("drift", "Changes of sources' streams: list, accept, set a policy."),
        "ingest": Entry("ingest", "Read days of a connection."),
        "backfill": Entry("backfills", "Quote and start the reading of past days."),
        "naming": Entry("naming", "Rules by which the names of campaigns are read."),
        "channel-rule": Entry("channel_rules", "Rules by which rows are counted to channels."),
        "budget": Entry("budgets", "What is to be spent on certain days: set, list, remove."),
        "exchange": Entry("exchange", "Exchange rates of your own: set, list, end."),
        "seasonality": Entry("seasonality", "How many times the usual a season brings."),
        "transform": Entry("transform", "Make entries anew by the present rules."),
        "calendar": Entry("calendar", "What the calendar is made from, its days, own events."),
        "upload": Entry("upload", "Upload a file and read it."),
        "export": Entry("exports", "Files of one snapshot of the data, for models."),
        "search": Entry("search", "Ask in plain words what a tenant has; how its index stands."),
        "insights": Entry("insights", "What was found in the data, and how it turned out."),
        "sums": Entry("sums", "The sums that attribution rows are read from: rebuild."),
        "operation": Entry("operations", "Registered operations, and what clients may send."),
        "mcp": Entry("mcp", "Let an assistant ask, by the Model Context Protocol."),
        "audit": Entry("audit", "Who did what: list, verify, keep the end of, export."),
        "migrate": Entry("migrate", "Bring the database to this version."),
        "keys": Entry("master_keys", "Rotate the keys under which secrets are kept."),
        "schema": Entry("schema", "Print the GraphQL schema."),
        "api": Entry("api", "Serve the API alone."),
        "worker": Entry("worker", "Work on runs alone."),
        "sandbox": Entry(
            "sandbox", "Serve the stand-in ad platforms; move their clock, let things fail."
        ),
    }
)


class LazyGroup(TyperGroup):
    """Looks commands up in the table."""

    def list_commands(self, ctx: Any) -> list[str]:
        """In the table's order."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load one command."""
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = import_module(f"app.cli.{entry.module}")
        command = get_command(cast("typer.Typer", module.commands))
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the table without loading anything."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.line) for name, entry in COMMANDS.items()])
