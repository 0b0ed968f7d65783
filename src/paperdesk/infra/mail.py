"""Letters to people: a port with two adapters, and the room that posts them without holding anybody up."""

import asyncio
import smtplib
import ssl
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol, TextIO
from urllib.parse import unquote, urlsplit

from paperdesk.core.kernel.errors import Invalid, Unavailable
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.telemetry import log

TIMEOUT_S = 20.0
PORTS = {"smtp": 587, "smtps": 465}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WAITING_MAX = 1000
TRIES = 3
PAUSE_S = 5.0
# What we call ourselves to the server; looking our name up would ask the network.
OUR_NAME = "[127.0.0.1]"


class MalformedMailServer(Invalid):
    """A mail server is smtp://host, or smtps://user:password@host:port; a password goes over TLS alone."""


class LetterNotSent(Unavailable):
    """The mail server could not be reached, or did not take a letter."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain text to one person."""

    to: str
    subject: str
    body: str


class Mailer(Protocol):
    """What brings a letter out of the desk."""

    async def send(self, letter: Letter) -> None:
        """Send a letter; raise OSError when it cannot be sent now."""


class ConsoleMailer:
    """Prints letters, for a desk that has no mail server: whoever runs it passes them on."""

    def __init__(self, out: TextIO) -> None:
        """Take where to print."""
        self._out = out

    async def send(self, letter: Letter) -> None:
        """Print a letter."""
        self._out.write(f"\nTo: {letter.to}\nSubject: {letter.subject}\n\n{letter.body}\n")
        self._out.flush()


class SmtpMailer:
    """Hands letters to a mail server, over TLS wherever it offers that."""

    def __init__(self, url: str, sender: str) -> None:
        """Take the address of the server and whom letters are from. Raises MalformedMailServer."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise MalformedMailServer("A mail server is smtp://host or smtps://user:password@host:port.")
        self._is_tls = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender

    async def send(self, letter: Letter) -> None:
        """Send a letter, off the loop."""
        await asyncio.to_thread(self._send, letter)

    def _send(self, letter: Letter) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, letter.to, letter.subject
        message.set_content(letter.body)
        with self._connected() as server:
            if self._user:
                server.login(self._user, self._password)
            server.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        trusted = ssl.create_default_context()
        if self._is_tls:
            return smtplib.SMTP_SSL(self._host, self._port, OUR_NAME, timeout=TIMEOUT_S, context=trusted)
        server = smtplib.SMTP(self._host, self._port, OUR_NAME, timeout=TIMEOUT_S)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=trusted)
            server.ehlo()
        elif self._user and self._host not in LOOPBACK:
            server.close()
            raise MalformedMailServer("This mail server offers no TLS, and is not told a password without it.")
        return server


def mailer_of(url: str | None, sender: str) -> Mailer:
    """Return the mailer that the settings ask for."""
    return ConsoleMailer(sys.stdout) if url is None else SmtpMailer(url, sender)


class Postman:
    """Takes letters at once and sends them one by one; a request never waits for a mail server.

    What waits is lost with the process: whoever misses a letter asks for another.
    """

    def __init__(self, mailer: Mailer, pause_s: float = PAUSE_S) -> None:
        """Begin with nothing to send."""
        self._mailer = mailer
        self._pause_s = pause_s
        self._waiting: asyncio.Queue[Letter] = asyncio.Queue(WAITING_MAX)

    def post(self, letter: Letter) -> None:
        """Take a letter; when too many wait it is thrown away, and the log says so."""
        try:
            self._waiting.put_nowait(letter)
        except asyncio.QueueFull:
            log.warning("letter_thrown_away", waiting=WAITING_MAX)

    async def deliver(self, letter: Letter) -> None:
        """Send a letter now; whoever sends it tries again. Raises LetterNotSent."""
        try:
            await self._mailer.send(letter)
        except (OSError, MalformedMailServer) as error:  # smtplib's own errors are OSErrors
            raise LetterNotSent(f"The mail server did not take the letter: {type(error).__name__}.") from error

    async def run(self) -> None:
        """Send letters for as long as the desk is open."""
        await keep_serving("postman", self._serve)

    async def _serve(self) -> None:
        while True:
            await self._deliver(await self._waiting.get())

    async def _deliver(self, letter: Letter) -> None:
        for left in reversed(range(TRIES)):
            try:
                await self.deliver(letter)
            except LetterNotSent as error:
                log.warning("letter_not_sent", error=type(error.__cause__).__name__, tries_left=left)
                await asyncio.sleep(self._pause_s if left else 0)
            else:
                return
