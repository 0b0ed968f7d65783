"""A mail server on the loopback address that keeps what it is given: enough of RFC 5321 and of AUTH PLAIN."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """Takes letters; it says no as often as it is told to, and lets in one user if it knows any."""

    user: tuple[str, str] | None = None
    says_no: int = 0
    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list[EmailMessage])
    recipients: list[str] = field(default_factory=list[str])
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with one client."""
        self.connections += 1
        is_known = self.user is None
        writer.write(b"220 mail.test ESMTP\r\n")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO":
                    writer.write(b"250-mail.test\r\n250 AUTH PLAIN\r\n" if self.user else b"250 mail.test\r\n")
                case "AUTH":
                    is_known = tuple(b64decode(rest.split()[1]).decode().split("\0")[1:]) == self.user
                    writer.write(b"235 ok\r\n" if is_known else b"535 no\r\n")
                case "RCPT" if is_known:
                    self.recipients.append(rest.partition("<")[2].rstrip(">"))
                    writer.write(b"250 ok\r\n")
                case "DATA" if self.says_no:
                    self.says_no -= 1
                    writer.write(b"451 try again\r\n")
                case "DATA":
                    writer.write(b"354 go on\r\n")
                    text = (await reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
                    self.letters.append(message_from_bytes(text, policy=policy.default))
                    writer.write(b"250 kept\r\n")
                case "QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                case _:
                    writer.write(b"250 ok\r\n" if is_known else b"530 who are you\r\n")
        writer.close()

    async def arrived(self, count: int) -> list[EmailMessage]:
        """Return the letters once so many have arrived."""
        async with asyncio.timeout(30):
            while len(self.letters) < count:
                await asyncio.sleep(0.01)
        return self.letters


@asynccontextmanager
async def mail_server(user: tuple[str, str] | None = None, says_no: int = 0) -> AsyncIterator[MailServer]:
    """Run a mail server for as long as the block lasts."""
    served = MailServer(user, says_no)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        await server.wait_closed()
