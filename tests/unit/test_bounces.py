"""Delivery reports: whom they are about, and whether the address is dead."""

import pytest

from penfriends.mail.inbound import MailClass, parse
from penfriends.rules.bounces import BouncedRecipient, BounceReason, judge

DSN = """From: MAILER-DAEMON@mx.example
To: bounce+x@bounces.penfriends.example
Return-Path: <>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary=r

--r
Content-Type: text/plain

I could not deliver your mail.

<anna@town.example>: {said} (in reply to {step} command)
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; anna@town.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}
--r
Content-Type: message/rfc822

To: anna@town.example
Subject: Letter

--r--
"""


def report(said: str, status: str, action: str = "failed", step: str = "RCPT TO") -> BouncedRecipient:
    mail = parse(DSN.format(said=said, status=status, action=action, step=step).encode())
    assert mail.mail_class is MailClass.BOUNCE
    (found,) = mail.bounces
    assert found.address == "anna@town.example"
    return found


@pytest.mark.parametrize(
    ("said", "status", "reason", "hard"),
    [
        ("550 5.1.1 User unknown", "5.1.1", BounceReason.UNKNOWN_ADDRESS, True),
        ("550 sorry", "5.1.1", BounceReason.UNKNOWN_ADDRESS, True),
        ("550 Host or domain name not found", "5.4.4", BounceReason.UNKNOWN_HOST, True),
        ("551 5.1.6 recipient has moved", "5.1.6", BounceReason.MOVED, True),
        ("556 5.1.10 Recipient domain has null MX", "5.1.10", BounceReason.TAKES_NO_MAIL, True),
        ("552 5.2.2 Mailbox is full", "5.2.2", BounceReason.MAILBOX_FULL, False),
        ("550 5.7.1 blocked by Spamhaus", "5.7.1", BounceReason.REFUSED, False),
        ("450 4.1.1 User unknown", "4.1.1", BounceReason.UNKNOWN_ADDRESS, True),  # tried for days, then given up
        ("450 greylisted", "4.1.1", BounceReason.EXPIRED, False),
        ("550 <anna@town.example> rejected", "5.0.0", BounceReason.UNKNOWN_ADDRESS, True),
        ("550 5.1.1 Adresse d au moins un destinataire invalide", "5.1.1", BounceReason.UNKNOWN_ADDRESS, True),
        ("550 Brak takiego uzytkownika", "5.0.0", BounceReason.UNKNOWN_ADDRESS, True),
        ("550 Geadresseerde onbekend", "5.0.0", BounceReason.UNKNOWN_ADDRESS, True),
        ("552 Postfach ist voll", "5.0.0", BounceReason.MAILBOX_FULL, False),
        ("552 5.3.4 Message too big for system", "5.3.4", BounceReason.TOO_LARGE, False),
    ],
)
def test_reasons(said: str, status: str, reason: BounceReason, *, hard: bool) -> None:
    found = report(said, status)
    assert (found.reason, found.hard) == (reason, hard)


def test_a_refusal_after_the_letter_is_not_about_the_address() -> None:
    assert report("550 Unknown user", "5.0.0", step="end of DATA").reason is BounceReason.FILTERED


@pytest.mark.parametrize(
    ("said", "step", "reason"),
    [
        # Words and code say different things, and no step tells which is meant.
        ("550 5.7.1 User unknown", "that", BounceReason.FILTERED),
        ("550 5.7.1 User unknown", "RCPT TO", BounceReason.UNKNOWN_ADDRESS),
        ("550 5.2.1 User unknown", "that", BounceReason.FILTERED),
        # Named as nobody's mailbox: meant at whatever step.
        ("554 This user doesn't have a town.example account", "end of DATA", BounceReason.UNKNOWN_ADDRESS),
        ("550 Unknown user, this account has been disabled", "RCPT TO", BounceReason.SUSPENDED),
    ],
)
def test_called_unknown_without_the_code_for_it(said: str, step: str, reason: BounceReason) -> None:
    assert report(said, "5.0.0", step=step).reason is reason


def test_the_reason_may_stand_above_the_address() -> None:
    raw = DSN.replace("I could not deliver your mail.", "The account is disabled.")
    mail = parse(raw.format(said="550 user unknown", status="5.0.0", action="failed", step="RCPT TO").encode())
    assert [found.reason for found in mail.bounces] == [BounceReason.SUSPENDED]


def test_a_bare_550_without_code_and_step_is_not_believed() -> None:
    raw = b"From: Mailer-Daemon@mx.example\nSubject: failure notice\n\n<anna@town.example>: mx said: 550 User unknown\n"
    assert [found.hard for found in parse(raw).bounces] == [False]


@pytest.mark.parametrize(
    "said",
    [
        "550 <anna@town.example>: mailbox does not exist",
        "550 Requested action not taken: account no longer exists",
        "550 No such mailbox",
        "550-Das Postfach anna@town.example existiert nicht",
        "550 La boîte aux lettres n’existe plus",
        "550 Mailbox bestaat niet",
        "550 Ta skrzynka nie istnieje",
        "550 صندوق البريد غير موجود",
    ],
)
def test_a_bare_550_that_says_there_is_no_such_mailbox_is_believed(said: str) -> None:
    raw = f"From: Mailer-Daemon@mx.example\nSubject: failure notice\n\n<anna@town.example>: it said: {said}\n"
    assert [(one.reason, one.hard) for one in parse(raw.encode()).bounces] == [(BounceReason.UNKNOWN_ADDRESS, True)]


def test_who_writes_to_themselves_is_told_about_themselves() -> None:
    raw = (
        b"From: Mailer-Daemon@mx.example\nTo: anna@town.example\nSubject: failure notice\n\n"
        b"The following address failed:\n\nanna@town.example:\n  552 5.2.2 Mailbox is full\n"
        b"\n--- The header of the original message ---\nTo: tom@mail.example\n"
    )
    assert [found.address for found in parse(raw).bounces] == ["anna@town.example"]


def test_a_quoted_local_part() -> None:
    raw = DSN.replace("rfc822; anna@town.example", 'rfc822; "an..na"@town.example')
    mail = parse(raw.format(said="550 5.1.1 no", status="5.1.1", action="failed", step="RCPT TO").encode())
    assert [found.address for found in mail.bounces] == ['"an..na"@town.example']


def test_a_delay_is_only_a_note() -> None:
    assert report("host not found", "4.4.1", action="delayed").reason is BounceReason.DELAYED


@pytest.mark.parametrize(
    "body",
    [
        "This is the qmail-send program.\n\n<anna@town.example>:\nSorry, no mailbox here by that name.\n",
        "The following address(es) failed:\n\n  anna@town.example\n    550 5.1.1 User unknown\n",
        "Your mail was not delivered.\n\nRecipient: <anna@town.example>\nReason: User unknown\n",
    ],
)
def test_reports_in_plain_words(body: str) -> None:
    mail = parse(f"From: Mailer-Daemon@mx.example\nTo: x@us.example\nSubject: failure notice\n\n{body}".encode())
    assert mail.mail_class is MailClass.BOUNCE
    assert [(found.address, found.hard) for found in mail.bounces] == [("anna@town.example", True)]


def test_a_complaint() -> None:
    raw = (
        b"From: fbl@mail.example\nSubject: report\n"
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=r\n\n"
        b"--r\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
        b"Original-Rcpt-To: <anna@town.example>\n--r--\n"
    )
    mail = parse(raw)
    assert mail.mail_class is MailClass.COMPLAINT
    assert [(found.address, found.reason) for found in mail.bounces] == [("anna@town.example", BounceReason.COMPLAINT)]


def test_a_person_writing_about_undelivered_post_is_no_report() -> None:
    raw = b"From: Tom <tom@mail.example>\nSubject: Undelivered mail\n\nThe postman did not come. tom@mail.example\n"
    assert parse(raw).mail_class is MailClass.HUMAN


def test_no_words_and_no_code() -> None:
    assert judge("", "") is BounceReason.OTHER
