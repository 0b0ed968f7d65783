"""Messages as WebSocket frames: what a thousand clients hear is made once, and what has come for one goes out at once.

The frames of a server are not masked and ours are not compressed, so that those of one text are all the same.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from starlette.websockets import WebSocket
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from paperdesk.features.marketdata.channels import MARKET
from paperdesk.infra.bus import Message

FRAMES_KEPT = 512


class FramedProtocol(WebSocketsSansIOProtocol):
    """The server's WebSocket protocol, which also writes frames that are ready."""

    async def send(self, message: Any) -> None:  # noqa: ANN401 - a message of the server's interface
        """Write the frames that a message brings along; everything else is done as ever."""
        frames = message.get("frames")
        if frames is None:
            await super().send(message)
            return
        await self.writable.wait()
        if self.disconnected or self.close_sent or self.conn.state is not State.OPEN:
            raise ClientDisconnected
        self.transport.write(frames)


async def send_all(socket: WebSocket, messages: Sequence[Message]) -> None:
    """Send messages together; the server must speak `FramedProtocol`."""
    await socket.send({"type": "websocket.send", "frames": b"".join(map(_frame, messages))})


def _frame(message: Message) -> bytes:
    """Return a message as a frame; what many hear was encoded once for all of them."""
    return framed_once(message["text"]) if message["topic"] == MARKET else framed(msgspec.json.encode(message))


def framed(text: bytes) -> bytes:
    """Return a text as the frame of a server."""
    return Frame(Opcode.TEXT, text).serialize(mask=False)


@lru_cache(FRAMES_KEPT)
def framed_once(text: str) -> bytes:
    """Return the same for a text that others hear too."""
    return framed(text.encode())
