"""Letters reach a mail server, or the console; nobody waits for them, and a server that fails is asked again."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from paperdesk.infra import mail
from paperdesk.infra.mail import ConsoleMailer, Letter, MalformedMailServer, Postman, SmtpMailer, mailer_of
from tests.smtp_server import mail_server

LETTER = Letter("ada@desk.test", "Größe", "First line\n.\n..dots\nLast line")


@asynccontextmanager
async def at_work(postman: Postman) -> AsyncIterator[None]:
    """Let a postman work for as long as the block lasts."""
    task = asyncio.create_task(postman.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_letter_arrives_as_it_was_written() -> None:
    async with mail_server() as server:
        await SmtpMailer(f"smtp://127.0.0.1:{server.port}", "Desk <desk@desk.test>").send(LETTER)
        (letter,) = server.letters
    assert (letter["to"], letter["from"], letter["subject"]) == ("ada@desk.test", "Desk <desk@desk.test>", "Größe")
    assert letter.get_content().splitlines() == LETTER.body.splitlines()
    assert server.recipients == ["ada@desk.test"]


async def test_a_server_that_asks_who_we_are_is_told() -> None:
    async with mail_server(("desk", "p@ss/word")) as server:
        await SmtpMailer(f"smtp://desk:p%40ss%2Fword@127.0.0.1:{server.port}", "desk@desk.test").send(LETTER)
        assert len(server.letters) == 1
        with pytest.raises(OSError, match="535"):
            await SmtpMailer(f"smtp://desk:wrong@127.0.0.1:{server.port}", "desk@desk.test").send(LETTER)


async def test_a_password_is_told_to_no_server_elsewhere_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "LOOPBACK", frozenset[str]())  # as if the server were elsewhere
    async with mail_server(("desk", "secret")) as server:
        with pytest.raises(MalformedMailServer, match="no TLS"):
            await SmtpMailer(f"smtp://desk:secret@127.0.0.1:{server.port}", "desk@desk.test").send(LETTER)
        assert server.letters == []


async def test_a_letter_that_is_refused_is_sent_again_and_given_up_after_the_third_time() -> None:
    async with mail_server(says_no=2) as server:
        postman = Postman(SmtpMailer(f"smtp://127.0.0.1:{server.port}", "desk@desk.test"), pause_s=0)
        async with at_work(postman):
            postman.post(LETTER)
            await server.arrived(1)
            assert server.connections == 3
            server.says_no = 3
            postman.post(LETTER)
            postman.post(Letter("bob@desk.test", "Next", "One"))
            assert [letter["subject"] for letter in await server.arrived(2)] == ["Größe", "Next"]


async def test_a_server_that_is_not_there_holds_nobody_up() -> None:
    async with mail_server() as server:
        url = f"smtp://127.0.0.1:{server.port}"
    with pytest.raises(OSError, match="refused"):
        await SmtpMailer(url, "desk@desk.test").send(LETTER)
    Postman(SmtpMailer(url, "desk@desk.test")).post(LETTER)


async def test_without_a_server_letters_are_printed() -> None:
    out = io.StringIO()
    await ConsoleMailer(out).send(LETTER)
    assert out.getvalue() == f"\nTo: ada@desk.test\nSubject: Größe\n\n{LETTER.body}\n"
    assert isinstance(mailer_of(None, "desk@desk.test"), ConsoleMailer)


@pytest.mark.parametrize("url", ["mail.test", "http://mail.test", "smtp://", ""])
def test_what_is_no_mail_server_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(MalformedMailServer):
        mailer_of(url, "desk@desk.test")
