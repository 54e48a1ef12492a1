# ruff: noqa: E501 - one case a line, to be read as a table
"""Machines that are no absence notice: challenges, receipts, calendars, lists, tickets, newsletters, our own mail."""

from penfriends.mail.inbound import MailClass
from tests.automatic.case import Case


def machine(oddity: str, head: str, body: str) -> Case:
    return Case(oddity, MailClass.AUTO_REPLY, head, body)


def own(oddity: str, head: str, body: str) -> Case:
    return Case(oddity, MailClass.LOOP, head, body)


RECEIPT = 'Content-Type: multipart/report; report-type=disposition-notification; boundary="r"'
RECEIPT_BODY = """--r
Content-Type: text/plain; charset=utf-8

{said}
--r
Content-Type: message/disposition-notification

Reporting-UA: mail.example
Final-Recipient: rfc822; anna@mail.example
Disposition: {disposition}
--r--"""
CALENDAR_BODY = """--c
Content-Type: text/plain; charset=utf-8

{said}
--c
Content-Type: text/calendar; charset=utf-8; method={method}

BEGIN:VCALENDAR
METHOD:{method}
END:VCALENDAR
--c--"""
CALENDAR = 'Content-Type: multipart/alternative; boundary="c"'

CASES = (
    machine("Challenge, with RFC 3834", "Auto-Submitted: auto-replied\nSubject: Please confirm your message", "Click here so that Anna gets your mail: https://challenge.example/1"),
    machine("Challenge of TMDA", "X-TMDA-Fingerprint: abc\nPrecedence: bulk\nSubject: Please confirm your message", "Reply to this mail to confirm."),
    machine("Challenge, Boxbe", "X-Boxbe-Originator: tom\nPrecedence: bulk\nSubject: Letter (Action Required)", "Anna has not added you to a guest list."),
    machine("Challenge, null path only", "Return-Path: <>\nSubject: Bitte bestätigen Sie Ihre Nachricht", "Bitte klicken Sie hier."),
    machine("Read receipt", RECEIPT, RECEIPT_BODY.format(said="Your message was read.", disposition="manual-action/MDN-sent-manually; displayed")),
    machine("Deleted unread", RECEIPT, RECEIPT_BODY.format(said="Deleted without being read.", disposition="manual-action/MDN-sent-automatically; deleted")),
    machine("Read receipt, German", f"{RECEIPT}\nSubject: Lesebestätigung: Brief", RECEIPT_BODY.format(said="Ihre Nachricht wurde gelesen.", disposition="manual-action/MDN-sent-manually; displayed")),
    machine("Read receipt without report-type", 'Content-Type: multipart/mixed; boundary="r"\nSubject: Read: Letter', RECEIPT_BODY.format(said="Your message was read.", disposition="automatic-action/MDN-sent-automatically; displayed")),
    machine("Calendar: accepted", f"{CALENDAR}\nSubject: Accepted: Chess by letter", CALENDAR_BODY.format(said="Anna has accepted.", method="REPLY")),
    machine("Calendar: declined, French", f"{CALENDAR}\nSubject: Refusé : échecs", CALENDAR_BODY.format(said="Anna a refusé cette invitation.", method="REPLY")),
    machine("Calendar: tentative, Polish", f"{CALENDAR}\nSubject: Wstępnie: szachy", CALENDAR_BODY.format(said="Anna wstępnie przyjęła zaproszenie.", method="REPLY")),
    machine("Calendar: answer with capital letters missing", f"{CALENDAR}\nSubject: Angenommen: Schach", CALENDAR_BODY.format(said="Anna hat zugesagt.", method="reply")),
    machine("Mailing list: command result", "From: Majordomo <majordomo@lists.example>\nPrecedence: bulk\nSubject: Majordomo results", ">>>> help\n**** Command not recognised."),
    machine("Mailing list: confirm", "List-Id: Canals <canals.lists.example>\nSubject: confirm 1234abcd", "To confirm, reply to this mail."),
    machine("Mailing list: a post", "List-Id: Canals <canals.lists.example>\nPrecedence: list\nSubject: [canals] Locks", "Who knows this lock?"),
    machine("Mailing list: needs approval", "X-Mailman-Version: 2.1.39\nPrecedence: bulk\nSubject: Your message awaits moderator approval", "Is being held."),
    machine("Mailing list: subscribed, Dutch", "List-Unsubscribe: <mailto:leave@lists.example>\nSubject: Welkom bij de lijst", "U bent ingeschreven."),
    machine("Newsletter", "List-Unsubscribe: <https://shop.example/u/1>\nFrom: Shop <news@shop.example>\nSubject: Spring sale", "Everything must go."),
    machine("Ticket system", "Auto-Submitted: auto-generated\nPrecedence: bulk\nX-OTRS-Loop: yes\nSubject: [Ticket#1] Received: Letter", "Your request was received."),
    machine("Ticket system, RT", "X-RT-Loop-Prevention: example\nPrecedence: bulk\nSubject: [example #1] AutoReply: Letter", "This message has been automatically generated."),
    machine("Cron", "X-Cron-Env: <SHELL=/bin/sh>\nAuto-Submitted: auto-generated\nSubject: Cron <anna@host> backup", "done"),
    machine("Social network", "Precedence: bulk\nAuto-Submitted: auto-generated\nSubject: Anna wants to connect", "See who."),
    machine("Address changed, told by a program", "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-replied\nSubject: New address", "I have a new address."),
    machine("Shop order", "Auto-Submitted: auto-generated\nFrom: noreply@shop.example\nSubject: Your order", "Thank you for your order."),
    machine("Unsubscribed by the mail program", "Auto-Submitted: auto-replied\nSubject: unsubscribe", "The mail program sent this mail to leave the list."),
    own("Our letter, redirected back", "X-Penfriends-Loop: abc-def\nFrom: Tom via penfriends <a@post.example>", "Dear Anna"),
    own("Our notice, redirected back", "X-Penfriends-Loop: abc-def\nAuto-Submitted: auto-generated\nSubject: Anna has not written", "Dear Tom"),
    own("The loop mark in small letters", "x-penfriends-loop: abc-def", "Dear Anna"),
    own("Our letter through a list", "X-Penfriends-Loop: abc-def\nList-Id: <x.lists.example>\nPrecedence: list", "Dear Anna"),
    own("Our letter, redirected by an Exchange rule", "X-Penfriends-Loop: abc-def\nX-MS-Exchange-Inbox-Rules-Loop: tom@mail.example", "Dear Anna"),
)  # fmt: skip
