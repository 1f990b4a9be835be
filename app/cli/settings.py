"""Settings from the environment, with the command line's options over them."""

from __future__ import annotations

from typing import cast

import typer
from pydantic import ValidationError

from app.cli.options import Options
from core.errors import ConfigError
from core.settings import Settings


def settings_of(context: typer.Context, **changes: object) -> Settings:
    """The settings of this command; `changes` that are None change nothing."""
    home = cast("Options", context.obj).home
    given = {name: value for name, value in {"home": home, **changes}.items() if value is not None}
    try:
        return Settings.model_validate(Settings().model_dump() | given)
    except ValidationError as error:
        raise _unusable(error) from None


def _unusable(error: ValidationError) -> ConfigError:
    """Names the setting and what it must be, never the value: it may be a secret."""
    first = error.errors(include_input=False, include_url=False)[0]
    name = "LIFTOS_" + "_".join(str(part) for part in first["loc"]).upper()
    return ConfigError(f"{name}: {first['msg']}", field=name, mend="set it to another value")
