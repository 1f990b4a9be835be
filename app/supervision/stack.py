"""Which children make up a running platform, and when it is ready."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2

from app.supervision.children import ChildSpec
from app.supervision.supervisor import Supervisor
from core.errors import Transient
from core.settings import Settings
from core.sources import MANIFESTS

READY_SECONDS = 90.0
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Stack:
    """The children of one platform; `sandbox_port` is None where no stand-in is wanted."""

    settings: Settings
    home: Path
    sandbox_port: int | None = None

    @property
    def url(self) -> str:
        """Where the API answers on this machine."""
        host = self.settings.host
        local = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - compared
        return f"http://{local}:{self.settings.port}"

    @property
    def sandbox_url(self) -> str:
        """Where the stand-in platforms answer."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def api(self) -> ChildSpec:
        """The API's process."""
        return self._child("api", "api")

    @property
    def worker(self) -> ChildSpec:
        """The worker's process."""
        return self._child("worker", "worker")

    @property
    def sandbox(self) -> ChildSpec:
        """The stand-in's process."""
        return self._child("sandbox", "sandbox", "--port", str(self.sandbox_port))

    @property
    def children(self) -> tuple[ChildSpec, ...]:
        """Every child, in the order to start them."""
        stand_in = () if self.sandbox_port is None else (self.sandbox,)
        return (*stand_in, self.api, self.worker)

    def _child(self, name: str, *arguments: str) -> ChildSpec:
        return ChildSpec(name, arguments, self.home / "logs" / f"{name}.log", self._environment())

    def _environment(self) -> Mapping[str, str]:
        """What this command line settled, for children to find among their settings."""
        changed = {
            "LIFTOS_HOME": str(self.home),
            "LIFTOS_HOST": self.settings.host,
            "LIFTOS_PORT": str(self.settings.port),
        }
        if self.sandbox_port is not None:
            changed |= {
                manifest.variable(each.name): self.sandbox_url + each.stand_in
                for manifest in MANIFESTS.values()
                for each in manifest.settings
                if each.stand_in is not None
            }
        return changed


async def wait_until_ready(stack: Stack, supervisor: Supervisor) -> None:
    """Return when the API answers that every part is well and the stand-in answers at all."""
    addresses = [f"{stack.url}/readyz"]
    if stack.sandbox_port is not None:
        addresses.append(f"{stack.sandbox_url}/_sandbox/health")
    try:
        async with asyncio.timeout(READY_SECONDS), httpx2.AsyncClient(trust_env=False) as http:
            for address in addresses:
                while not await _is_well(http, address):
                    for child in stack.children:
                        supervisor.require_alive(child)
                    await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise Transient(
            f"the platform was not ready after {READY_SECONDS:g} s",
            mend=f"read {stack.api.log} and {stack.url}/readyz",
        ) from None


async def _is_well(http: httpx2.AsyncClient, address: str) -> bool:
    try:
        return (await http.get(address)).is_success
    except httpx2.TransportError:
        return False
