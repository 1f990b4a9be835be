"""Postgres and Valkey from installed wheels, so that nothing else need be set up on one machine.

`attach(home)` starts the services of a home folder or joins them; every process that attaches
shares them, and they stop when the last one has left, however it left. Linux and macOS.
"""

from app.embedded.attach import Attachment, attach
from app.embedded.errors import EmbeddedError
from app.embedded.home import default_home
from app.embedded.status import ServiceStatus, Status, status

__all__ = [
    "Attachment",
    "EmbeddedError",
    "ServiceStatus",
    "Status",
    "attach",
    "default_home",
    "status",
]
