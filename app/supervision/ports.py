"""Ports, looked at before anything is started."""

from __future__ import annotations

import socket

from core.errors import ConfigError


def claim_port(host: str, port: int, option: str) -> int:
    """`port`, or a free one for 0; ConfigError naming `option` when something listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigError(
                f"port {port} on {host} cannot be used: {(error.strerror or 'refused').lower()}",
                mend=f"stop what listens there, or choose another port with {option}",
            ) from error
        return int(probe.getsockname()[1])
