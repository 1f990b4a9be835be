"""Options that every command shares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

Tenant = Annotated[str, typer.Option(help="Short name of the organisation.")]
"""Whose data a command is about."""

AsJson = Annotated[bool, typer.Option("--json", help="A JSON object a line, for programs.")]
"""For which reader a list is printed."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was given before the command's name."""

    home: Path | None
