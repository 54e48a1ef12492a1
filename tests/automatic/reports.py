# ruff: noqa: E501 - one case a line, to be read as a table
"""Delivery reports, delay notices and complaints, by the book (RFC 3464, RFC 5965) and in plain words."""

from penfriends.mail.inbound import MailClass
from tests.automatic.case import Case

DAEMON = "From: Mail Delivery System <MAILER-DAEMON@mx.example>\nReturn-Path: <>\nTo: b-x@bounces.post.example\n"
REPORT = DAEMON + 'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\n'
STATUS = """--r
Content-Type: text/plain; charset=utf-8

{said}
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; tom@mail.example
Action: {action}
Status: {status}
--r
Content-Type: text/rfc822-headers

X-Penfriends-Loop: abc-def
To: tom@mail.example
--r--"""
FEEDBACK = (
    'From: Feedback <fbl@mail.example>\nContent-Type: multipart/report; report-type=feedback-report; boundary="r"\n'
)
ARF = """--r
Content-Type: text/plain; charset=utf-8

{said}
--r
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: example/1.0
Version: 1
Original-Rcpt-To: tom@mail.example
--r
Content-Type: message/rfc822

X-Penfriends-Loop: abc-def
To: tom@mail.example

Dear Tom
--r--"""


def bounce(oddity: str, head: str, body: str) -> Case:
    return Case(oddity, MailClass.BOUNCE, head, body)


def complaint(oddity: str, head: str, body: str) -> Case:
    return Case(oddity, MailClass.COMPLAINT, head, body)


CASES = (
    bounce("By the book", f"{REPORT}Subject: Undelivered Mail Returned to Sender", STATUS.format(said="No such user.", action="failed", status="5.1.1")),
    bounce("With Auto-Submitted, which a report may carry", f"{REPORT}Auto-Submitted: auto-replied\nSubject: Undeliverable: Letter", STATUS.format(said="Full.", action="failed", status="5.2.2")),
    bounce("Delay notice", f"{REPORT}Subject: Delayed Mail (still being retried)", STATUS.format(said="Still trying.", action="delayed", status="4.4.1")),
    bounce("Delay notice, German", f"{REPORT}Subject: Warnung: Zustellung verzögert", STATUS.format(said="Es wird weiter versucht.", action="delayed", status="4.4.1")),
    bounce("German subject", f"{REPORT}Subject: Unzustellbar: Brief von Anna", STATUS.format(said="Nicht zugestellt.", action="failed", status="5.1.10")),
    bounce("French subject", f"{REPORT}Subject: Non remis : Lettre d’Anna", STATUS.format(said="Échec.", action="failed", status="5.1.1")),
    bounce("Dutch subject", f"{REPORT}Subject: Onbestelbaar: Brief van Anna", STATUS.format(said="Niet bezorgd.", action="failed", status="5.1.1")),
    bounce("Polish subject", f"{REPORT}Subject: Niedostarczalne: List od Anny", STATUS.format(said="Nie dostarczono.", action="failed", status="5.1.1")),
    bounce("Arabic subject", f"{REPORT}Subject: تعذر التسليم: رسالة", STATUS.format(said="تعذر التسليم.", action="failed", status="5.1.1")),
    bounce("No Subject at all", f"{REPORT}Subject: ", STATUS.format(said="No.", action="failed", status="5.0.0")),
    bounce("report-type lost, status part there", f'{DAEMON}Content-Type: multipart/mixed; boundary="r"\nSubject: failure', STATUS.format(said="No.", action="failed", status="5.1.1")),
    bounce("qmail, plain words", f"{DAEMON}Subject: failure notice", "Hi. This is the qmail-send program.\n\n<tom@mail.example>:\nSorry, no mailbox here by that name. (#5.1.1)"),
    bounce("Exim, plain words", f"{DAEMON}X-Failed-Recipients: tom@mail.example\nSubject: Mail delivery failed: returning message to sender", "The following address(es) failed:\n\n  tom@mail.example\n    550 5.1.1 User unknown"),
    bounce("Exim, delay", f"{DAEMON}Subject: Warning: message 1abc delayed 24 hours", "A message that you sent has not yet been delivered:\n\n  tom@mail.example"),
    bounce("German house, plain words", f"{DAEMON}Subject: Mail delivery failed", "Diese Nachricht wurde automatisch erstellt.\n\ntom@mail.example:\nPostfach voll"),
    bounce("Without the null path", "From: Mail Delivery Subsystem <mailer-daemon@mx.example>\nSubject: Delivery Status Notification (Failure)", "Address not found: tom@mail.example"),
    bounce("From the postmaster", "From: postmaster@mx.example\nReturn-Path: <>\nSubject: Undeliverable: Letter", "Recipient: tom@mail.example\nReason: mailbox unavailable"),
    complaint("Abuse", f"{FEEDBACK}Subject: FW: Letter", ARF.format(said="This is an abuse report.", kind="abuse")),
    complaint("Fraud", f"{FEEDBACK}Subject: FW: Letter", ARF.format(said="Fraud report.", kind="fraud")),
    complaint("Opt-out", f"{FEEDBACK}Subject: FW: Letter", ARF.format(said="Does not want it.", kind="opt-out")),
    complaint("Auto-Submitted beside it", f"{FEEDBACK}Auto-Submitted: auto-generated\nSubject: complaint", ARF.format(said="Report.", kind="abuse")),
    complaint("report-type lost", 'From: fbl@mail.example\nContent-Type: multipart/mixed; boundary="r"\nSubject: FW', ARF.format(said="Report.", kind="abuse")),
    complaint("Null path", f"{FEEDBACK}Return-Path: <>\nSubject: Spam report", ARF.format(said="Report.", kind="abuse")),
    complaint("No words, only the report", f"{FEEDBACK}Subject: ", ARF.format(said="", kind="abuse")),
    complaint("Old way: the letter attached, the reason in the subject", 'From: staff@mail.example\nContent-Type: multipart/mixed; boundary="m"\nSubject: complaint about message from 192.0.2.1', "--m\nContent-Type: message/rfc822\n\nTo: tom@mail.example\n\nDear Tom\n--m--"),
)  # fmt: skip
