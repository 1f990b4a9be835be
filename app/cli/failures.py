"""How the command line tells what went wrong."""

from __future__ import annotations

import traceback

import typer

from app.embedded.errors import EmbeddedError
from core.errors import ErrorKind, LiftosError
from core.redaction import redact_text

FAILED, MISUSED = 1, 2


def report(error: Exception) -> int:
    """Tell `error` on stderr; the exit code is 2 where the caller can mend it, else 1."""
    if isinstance(error, LiftosError) and error.kind is not ErrorKind.BUG:
        _tell(error.message, error.next_step)
        return MISUSED if error.kind in {ErrorKind.USER, ErrorKind.CONFIG} else FAILED
    if isinstance(error, EmbeddedError):
        _tell(f"{error.what}: {error.reason.rstrip('.')}", error.mend)
        return FAILED
    typer.echo(redact_text("".join(traceback.format_exception(error))), err=True)
    _tell("this is a fault of ours", "please report the lines above")
    return FAILED


def _tell(message: str, mend: str | None) -> None:
    typer.secho(f"error: {redact_text(message)}", fg="red", err=True)
    if mend:
        typer.echo(f"  mend: {mend}", err=True)
