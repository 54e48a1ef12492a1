"""Does each fault of a mail server lead to the one outcome that neither loses nor repeats a letter?"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from penfriends.mail.outcomes import Outcome, OutcomeKind, Phase
from penfriends.mail.smtp import SmtpServer, Tls, send
from tests.support.faulty_smtp import FaultySmtp, faulty_smtp
from workers import postbox

RAW = b"Subject: x\r\n\r\nHello\r\n.a line with a dot\r\n"
FROM, TO = "b-id-mac@bounce.example.org", "henk@example.net"


class Asked:
    """The last check, and whether it was asked."""

    def __init__(self, answer: bool = True) -> None:
        self.answer, self.times = answer, 0

    async def __call__(self) -> bool:
        self.times += 1
        return self.answer


def server_at(port: int, **changed: object) -> SmtpServer:
    return SmtpServer("127.0.0.1", port, timeout=0.5, data_timeout=0.5, **changed)  # type: ignore[arg-type]


async def post(sink: FaultySmtp, check: Callable[[], Awaitable[bool]], **changed: object) -> Outcome:
    server = server_at(sink.port, **changed)
    return await send(RAW, envelope_from=FROM, envelope_to=TO, server=server, before_data=check)


async def test_a_taken_mail_is_sent_and_the_check_was_asked_once() -> None:
    asked = Asked()
    async with faulty_smtp() as sink:
        outcome = await post(sink, asked)
    assert (outcome.kind, outcome.code, outcome.phase) == (OutcomeKind.SENT, 250, Phase.DATA)
    assert asked.times == 1
    assert sink.mails == [RAW.replace(b"\r\n.a", b"\r\n..a") + b".\r\n"]
    assert sink.verbs == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


@pytest.mark.parametrize(
    ("step", "fault", "kind", "phase"),
    [
        ("GREETING", b"421 busy", OutcomeKind.DEFERRED, Phase.CONNECT),
        ("GREETING", b"554 no", OutcomeKind.DEFERRED, Phase.CONNECT),
        ("GREETING", "hang", OutcomeKind.DEFERRED, Phase.CONNECT),
        ("GREETING", "drop", OutcomeKind.DEFERRED, Phase.CONNECT),
        ("EHLO", "drop", OutcomeKind.DEFERRED, Phase.CONNECT),
        ("EHLO", "hang", OutcomeKind.DEFERRED, Phase.CONNECT),
        ("MAIL", b"451 later", OutcomeKind.DEFERRED, Phase.MAIL),
        ("MAIL", b"550 never", OutcomeKind.REFUSED, Phase.MAIL),
        ("MAIL", "drop", OutcomeKind.DEFERRED, Phase.MAIL),
        ("MAIL", "hang", OutcomeKind.DEFERRED, Phase.MAIL),
        ("RCPT", b"450 later", OutcomeKind.DEFERRED, Phase.RCPT),
        ("RCPT", b"421 closing", OutcomeKind.DEFERRED, Phase.RCPT),
        ("RCPT", b"550 5.1.1 nobody", OutcomeKind.REFUSED, Phase.RCPT),
        ("RCPT", "drop", OutcomeKind.DEFERRED, Phase.RCPT),
        ("RCPT", "hang", OutcomeKind.DEFERRED, Phase.RCPT),
        ("RCPT", b"garbage", OutcomeKind.DEFERRED, Phase.RCPT),
    ],
)
async def test_what_fails_before_data_never_reaches_the_point_of_no_return(
    step: str, fault: bytes | str, kind: OutcomeKind, phase: Phase
) -> None:
    asked = Asked()
    async with faulty_smtp(**{step: fault}) as sink:
        outcome = await post(sink, asked)
    assert (outcome.kind, outcome.phase) == (kind, phase)
    assert asked.times == 0
    assert sink.mails == []


@pytest.mark.parametrize(
    ("step", "fault", "kind"),
    [
        ("DATA", b"451 later", OutcomeKind.DEFERRED),
        ("DATA", b"554 never", OutcomeKind.REFUSED),
        ("DATA", "drop", OutcomeKind.UNSURE),
        ("DATA", "hang", OutcomeKind.UNSURE),
        ("DOT", b"452 full", OutcomeKind.DEFERRED),
        ("DOT", b"421 closing", OutcomeKind.DEFERRED),
        ("DOT", b"552 too big", OutcomeKind.REFUSED),
        ("DOT", b"251 forwarded", OutcomeKind.SENT),
        ("DOT", "drop", OutcomeKind.UNSURE),
        ("DOT", "hang", OutcomeKind.UNSURE),
        ("DOT", b"garbage", OutcomeKind.UNSURE),
    ],
)
async def test_after_data_only_an_explicit_answer_counts(step: str, fault: bytes | str, kind: OutcomeKind) -> None:
    asked = Asked()
    async with faulty_smtp(**{step: fault}) as sink:
        outcome = await post(sink, asked)
    assert (outcome.kind, outcome.phase) == (kind, Phase.DATA)
    assert asked.times == 1


async def test_a_no_of_the_last_check_withdraws_and_sends_nothing() -> None:
    async with faulty_smtp() as sink:
        outcome = await post(sink, Asked(answer=False))
    assert outcome.kind is OutcomeKind.WITHDRAWN
    assert "DATA" not in sink.verbs
    assert sink.verbs[-1] == "QUIT"


async def test_an_error_in_the_last_check_passes_through_and_sends_nothing() -> None:
    async def broken() -> bool:
        raise RuntimeError("no database")

    async with faulty_smtp() as sink:
        with pytest.raises(RuntimeError, match="no database"):
            await post(sink, broken)
    assert sink.mails == []
    assert "DATA" not in sink.verbs


async def test_a_lost_goodbye_does_not_make_a_sent_mail_unsure() -> None:
    async with faulty_smtp(QUIT="drop") as sink:
        assert (await post(sink, Asked())).kind is OutcomeKind.SENT


async def test_nobody_listening_and_missing_tls_are_tried_again() -> None:
    async with faulty_smtp() as sink:
        no_tls = await post(sink, Asked(), tls=Tls.STARTTLS)
        no_auth = await post(sink, Asked(), username="u", password="p")
    nobody = await post(sink, Asked())
    assert {no_tls.kind, no_auth.kind, nobody.kind} == {OutcomeKind.DEFERRED}


async def test_an_address_that_is_none_is_refused_before_anything_is_opened() -> None:
    outcome = await send(
        RAW, envelope_from=FROM, envelope_to="a@b>\r\nRCPT TO:<c@d", server=server_at(1), before_data=Asked()
    )
    assert outcome.kind is OutcomeKind.REFUSED


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(SmtpServer("h", 25, username="u", password="secret"))


async def test_a_real_server_takes_the_mail_into_the_postbox(tmp_path: Path) -> None:
    server = await postbox.open_postbox(tmp_path, 0, 1_000_000)
    async with server:
        port = server.sockets[0].getsockname()[1]
        outcome = await send(RAW, envelope_from=FROM, envelope_to=TO, server=server_at(port), before_data=Asked())
    assert outcome.kind is OutcomeKind.SENT
    (mail,) = postbox.list_mail(tmp_path)
    assert (mail.raw, mail.envelope_from, mail.envelope_to) == (RAW, FROM, (TO,))
    assert postbox.read_mail(tmp_path, mail.id) == mail
    assert postbox.read_mail(tmp_path, "../../etc/passwd") is None
