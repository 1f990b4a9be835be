"""Puts the platforms, the control endpoints and the faults together into one ASGI app."""

from starlette.applications import Starlette
from starlette.types import ASGIApp

from sandbox.control import Control
from sandbox.discovery import accounts, platforms
from sandbox.fault_middleware import FaultMiddleware
from sandbox.kms import TransitEngine
from sandbox.platform import new_sandbox
from sandbox.settings import SandboxSettings


def create_app(settings: SandboxSettings | None = None) -> ASGIApp:
    """A sandbox of its own: nothing is shared with other apps in the process."""
    sandbox = new_sandbox(settings or SandboxSettings(), accounts())
    built = {name: build(sandbox) for name, build in platforms().items()}
    routes = [
        *Control(sandbox, built).routes(),
        *TransitEngine().routes(),
        *(route for platform in built.values() for route in platform.routes()),
    ]
    return FaultMiddleware(Starlette(routes=routes), sandbox.faults)
