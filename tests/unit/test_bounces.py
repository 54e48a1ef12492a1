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
        ("450 4.1.1 User unknown", "4.1.1", BounceReason.EXPIRED, False),
        ("552 5.3.4 Message too big for system", "5.3.4", BounceReason.TOO_LARGE, False),
    ],
)
def test_reasons(said: str, status: str, reason: BounceReason, *, hard: bool) -> None:
    found = report(said, status)
    assert (found.reason, found.hard) == (reason, hard)


def test_a_refusal_after_the_letter_is_not_about_the_address() -> None:
    assert report("550 Unknown user", "5.0.0", step="end of DATA").reason is BounceReason.FILTERED


def test_a_delay_is_only_a_note() -> None:
    assert report("host not found", "4.4.1", action="delayed").reason is BounceReason.DELAYED


@pytest.mark.parametrize(
    "body",
    [
        "This is the qmail-send program.\n\n<anna@town.example>:\nSorry, no mailbox here by that name.\n",
        "The following address(es) failed:\n\n  anna@town.example\n    550 User unknown\n",
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
