"""What many hear is framed once, and any client reads it."""

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import State
from websockets.uri import parse_uri

from paperdesk.doors.stream.frames import framed_once


def read(data: bytes) -> list[Frame]:
    """Let a client read what a server sent once they had shaken hands."""
    client = ClientProtocol(parse_uri("ws://desk.test/"), state=State.OPEN)
    client.receive_data(data)
    return [event for event in client.events_received() if isinstance(event, Frame)]


# Each way to write a length, at its ends; letters of two bytes.
@pytest.mark.parametrize("length", [0, 1, 62, 63, 64, 32767, 32768, 100_000])
def test_a_client_reads_the_text_that_was_framed(length: int) -> None:
    (frame,) = read(framed_once("é" * length))
    assert (bytes(frame.data).decode(), frame.fin) == ("é" * length, True)


def test_a_text_is_framed_once_however_many_hear_it() -> None:
    assert framed_once("the same") is framed_once("the same")
