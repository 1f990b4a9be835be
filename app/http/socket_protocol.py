"""WebSockets as uvicorn speaks them, without what it leaves open or logs as a fault of ours."""

from __future__ import annotations

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode

UNREADABLE = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedSocket(WebSocketsSansIOProtocol):
    """One WebSocket, which is refused when it cannot be opened and ended when it is not text."""

    def data_received(self, data: bytes) -> None:
        """Take what came, the whole head first; a handshake nobody can read would wait for ever."""
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():
            self.transport.write(UNREADABLE)
            self.transport.close()

    def send_receive_event_to_app(self) -> None:
        """Pass a message on; uvicorn logs one that is not UTF-8 as a fault of ours."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not self._is_text():
            self.conn.send_close(CloseCode.INVALID_DATA, "a message is text in UTF-8")
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def _is_text(self) -> bool:
        try:
            b"".join(self.frames).decode()
        except UnicodeDecodeError:
            return False
        return True
