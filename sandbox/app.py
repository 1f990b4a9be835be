"""Puts the platforms, the control endpoints and the faults together into one ASGI app."""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.applications import Starlette
from starlette.types import ASGIApp

from sandbox.control import Control
from sandbox.fault_middleware import FaultMiddleware
from sandbox.google_ads.platform import GoogleAdsPlatform
from sandbox.klaviyo.platform import KlaviyoPlatform
from sandbox.kms import TransitEngine
from sandbox.meta.platform import MetaPlatform
from sandbox.platform import Platform, Sandbox, new_sandbox
from sandbox.settings import SandboxSettings

PLATFORMS: Final[Mapping[str, Callable[[Sandbox], Platform]]] = {
    "klaviyo": KlaviyoPlatform,
    "meta": MetaPlatform,
    "google_ads": GoogleAdsPlatform,
}
"""Every platform by name; a new one is a folder and a line here."""


def create_app(settings: SandboxSettings | None = None) -> ASGIApp:
    """A sandbox of its own: nothing is shared with other apps in the process."""
    sandbox = new_sandbox(settings or SandboxSettings())
    platforms = {name: build(sandbox) for name, build in PLATFORMS.items()}
    routes = [
        *Control(sandbox, platforms).routes(),
        *TransitEngine().routes(),
        *(route for platform in platforms.values() for route in platform.routes()),
    ]
    return FaultMiddleware(Starlette(routes=routes), sandbox.faults)
