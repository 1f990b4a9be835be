"""What streams may take, whatever carries them."""

from __future__ import annotations

from dataclasses import dataclass

from core.settings import Settings

STALLED = "you read too slowly; resume after the last sequence you saw"


@dataclass(frozen=True, slots=True)
class StreamBounds:
    """`stall_seconds`: how long a reader may take nothing while something waits for it.

    What waits meanwhile is one result beyond the connection's own buffers: results are made one
    after the other, each when the one before has been handed over.
    """

    heartbeat_seconds: float
    stall_seconds: float
    init_seconds: float
    operations: int

    @classmethod
    def of(cls, settings: Settings) -> StreamBounds:
        """As the settings say."""
        return cls(
            heartbeat_seconds=settings.stream_heartbeat_seconds,
            stall_seconds=settings.stream_stall_seconds,
            init_seconds=settings.socket_init_seconds,
            operations=settings.socket_operations,
        )
