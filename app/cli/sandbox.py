"""liftos sandbox: the stand-in ad platforms as a process of their own, and its switches."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Annotated

import typer

from core.errors import BadInput, Transient
from core.jsonvalue import JSONObject, JSONValue
from sandbox.__main__ import main

commands = typer.Typer(
    help="Serve the stand-in ad platforms; move their clock, make things go wrong.",
    add_completion=False,
)
Url = Annotated[str, typer.Option(help="Where the running sandbox answers.")]
AT = "http://127.0.0.1:8900"
_SECONDS = 10


@commands.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8900,
    seed: Annotated[int, typer.Option(help="Another seed is another world.")] = 1,
) -> None:
    """Serve the stand-in ad platforms until Ctrl-C, or steer those that are running."""
    if context.invoked_subcommand is None:
        main(["--port", str(port), "--seed", str(seed)])


@commands.command()
def faults(
    changes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[name=value]…", help="Such as rate_limited=0.1 outage=true."),
    ] = None,
    *,
    clear: Annotated[bool, typer.Option("--clear", help="Let nothing go wrong.")] = False,
    url: Url = AT,
) -> None:
    """Show what goes wrong in the running sandbox, after changing what is named.

    Shares of requests: rate_limited, server_error, truncated, reset, transient; of reports:
    report_failure. latency_min_ms and latency_max_ms; outage; restatement_pace; vanishing.
    """
    change: JSONObject = dict(map(_assignment, changes or ()))
    if clear:
        _tell(url, "faults", {"clear": True})
    _show(_tell(url, "faults", change) if change else _tell(url, "faults", None))


@commands.command()
def clock(
    now: Annotated[
        str | None, typer.Argument(help="Freeze it at this moment, such as 2026-11-20T12:00Z.")
    ] = None,
    *,
    advance_days: Annotated[float | None, typer.Option(help="Move it on.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Let it run with the real one.")] = False,
    url: Url = AT,
) -> None:
    """Show the running sandbox's moment, after moving it."""
    change: JSONObject = {
        **({"reset": True} if reset else {}),
        **({"now": now} if now is not None else {}),
        **({"advance_days": advance_days} if advance_days is not None else {}),
    }
    _show(_tell(url, "clock", change or None))


def _assignment(text: str) -> tuple[str, JSONValue]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"{text!r} is not name=value",
            mend="write numbers and true or false, as in: rate_limited=0.1 outage=true",
        ) from error


def _tell(url: str, what: str, change: JSONObject | None) -> JSONObject:
    """Send a change, or none, and answer how things stand."""
    body = None if change is None else json.dumps(change).encode()
    address = f"{url.rstrip('/')}/_sandbox/{what}"
    if not address.startswith(("http://", "https://")):
        raise BadInput(f"{url!r} is not an address", mend=f"use one like {AT}")
    request = urllib.request.Request(address, body)  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - as above
            found: JSONObject = json.load(answer)
    except urllib.error.HTTPError as error:
        reason = str(json.load(error)["error"]).partition(": ")[2]
        raise BadInput(reason, mend="see: liftos sandbox --help") from error
    except OSError as error:
        raise Transient(
            f"no sandbox answers at {url}", mend="start one: liftos sandbox, or liftos demo"
        ) from error
    return found


def _show(found: JSONObject) -> None:
    typer.echo(json.dumps(found, indent=2))
