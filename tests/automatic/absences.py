# ruff: noqa: E501 - one case a line, to be read as a table
"""Absence notices: of many mail programs, in six languages, with and without the header fields of RFC 3834."""

from penfriends.mail.inbound import MailClass
from tests.automatic.case import Case

ANSWERS = "In-Reply-To: <letter@post.example>\n"


def away(oddity: str, head: str, body: str) -> Case:
    return Case(oddity, MailClass.AUTO_REPLY, head, body)


CASES = (
    away("RFC 3834, nothing else", "Auto-Submitted: auto-replied", "I am away until Monday."),
    away("RFC 3834 with a parameter", "Auto-Submitted: auto-replied; owner-email=\"anna@mail.example\"", "Away."),
    away("RFC 3834 with a comment", "Auto-Submitted: auto-replied (vacation)\nX-Sieve: Pigeonhole Sieve 0.5", "Away."),
    away("Capitals", "AUTO-SUBMITTED: Auto-Replied", "Back on the 4th."),
    away("Exchange, English", "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nSubject: Automatic reply: Letter from Tom in Thetford", "I am out of the office until 4 May."),
    away("Exchange, German", "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nSubject: Automatische Antwort: Brief von Tom", "Ich bin bis 4. Mai nicht im Büro."),
    away("Exchange, French", "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nSubject: Réponse automatique : Lettre de Tom", "Je suis absente jusqu’au 4 mai."),
    away("Exchange, Dutch", "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nSubject: Automatisch antwoord: Brief van Tom", "Ik ben tot 4 mei afwezig."),
    away("Exchange, Polish", "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nSubject: Odpowiedź automatyczna: List od Toma", "Jestem nieobecna do 4 maja."),
    away("Exchange, Arabic", "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nSubject: رد تلقائي: رسالة من توم", "أنا خارج المكتب حتى ٤ أيار."),
    away("Exchange, Auto-Submitted lost on the way", "X-Auto-Response-Suppress: All\nX-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\nSubject: Automatic reply: Letter", "I am out of office."),
    away("Exchange, only its suppression is left", "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\nSubject: Automatic reply: Letter", "Back on Monday."),
    away("Exchange rule that answers", "X-MS-Exchange-Inbox-Rules-Loop: anna@mail.example\nSubject: Re: Letter", "I got your mail."),
    away("Gmail", "Auto-Submitted: auto-replied\nPrecedence: bulk\nX-Autoreply: yes\nSubject: Away until May Re: Letter from Tom", "I am hiking."),
    away("Gmail through a relay that drops Auto-Submitted", "Precedence: bulk\nX-Autoreply: yes\nSubject: Away until May Re: Letter", "I am hiking."),
    away("Outlook.com", "Auto-Submitted: auto-replied\nX-MS-Exchange-Generated-Message-Source: Antispam OOF Agent\nSubject: Automatic reply: Letter", "Away."),
    away("iCloud", "Auto-Submitted: auto-replied\nX-Mailer: iCloud vacation\nSubject: Re: Letter", "Automatic: I am away."),
    away("Yahoo, fields of its own", "X-YMail-OSG: x\nAuto-Submitted: auto-replied\nSubject: Yahoo! Auto Response", "Thanks for writing. I am away."),
    away("GMX, German", "X-Autoresponder: yes\nSubject: Abwesenheitsnotiz", "Ich bin im Urlaub."),
    away("WEB.DE, German, no field but the null path", "Return-Path: <>\nSubject: Automatische Antwort auf Ihre E-Mail", "Ich bin verreist."),
    away("T-Online, German", "X-AutoReply: yes\nPrecedence: bulk\nSubject: Abwesend", "Ich bin bis 12. Juni nicht erreichbar."),
    away("Orange, French", "X-Autoreply: yes\nSubject: Absence", "Je suis en vacances, je vous répondrai à mon retour."),
    away("Free.fr, French, Precedence only", "Precedence: junk\nSubject: Message d’absence", "Absente jusqu’à lundi."),
    away("La Poste, French, null path", "Return-Path: <>\nSubject: Réponse automatique", "Je suis absente."),
    away("Ziggo, Dutch", "X-Autoreply: Yes\nSubject: Afwezig tot 1 juni", "Ik ben met vakantie."),
    away("KPN, Dutch, null path", "Return-Path: <>\nSubject: Afwezigheidsbericht", "Tot 1 juni ben ik er niet."),
    away("wp.pl, Polish", "X-Autoreply: yes\nPrecedence: auto_reply\nSubject: Autoodpowiedź", "Jestem na urlopie."),
    away("Onet, Polish, null path", "Return-Path: <>\nSubject: Nieobecność", "Wracam 1 czerwca."),
    away("Interia, Polish, suppression", "X-Auto-Response-Suppress: OOF\nSubject: Jestem na urlopie", "Wracam 1 czerwca."),
    away("Arabic, null path", "Return-Path: <>\nSubject: الرد التلقائي", "أنا في إجازة."),
    away("Arabic, a field of cPanel", "X-Autorespond: رسالة\nX-Loop: anna@mail.example\nSubject: خارج المكتب", "أعود يوم الاثنين."),
    away("cPanel", "Precedence: auto_reply\nX-Precedence: auto_reply\nX-Autorespond: Letter\nX-Loop: anna@mail.example", "Away."),
    away("Plesk", "Precedence: auto_reply\nAuto-Submitted: auto-replied\nX-Mailer: Plesk", "Thank you for your mail."),
    away("vacation(1) of Unix", "Precedence: bulk\nAuto-Submitted: auto-replied (vacation)\nSubject: away from my mail", "I will not be reading my mail for a while."),
    away("vacation(1), very old", "Precedence: junk\nSubject: This is a recorded message", "I am away."),
    away("Zimbra", "Auto-Submitted: auto-replied (zimbra; vacation)\nPrecedence: bulk\nSubject: Re: Letter", "I am out."),
    away("Lotus Notes", "Auto-Submitted: auto-generated\nX-Mailer: Lotus Domino\nSubject: Anna Berger is out of the office.", "I will be out of the office until 4 May."),
    away("Lotus Notes without the field", "Return-Path: <>\nSubject: Anna Berger is out of the office (returning 04.05.)", "I will respond when I return."),
    away("GroupWise", "X-Mailer: GroupWise\nPrecedence: bulk\nAuto-Submitted: auto-replied", "Rule: I am away."),
    away("Horde", "Auto-Submitted: auto-replied\nX-Vacation: yes", "Bin weg."),
    away("An old German web mailer", "X-Away-Message: yes\nSubject: Bin weg", "Bis Montag."),
    away("Fastmail", "Auto-Submitted: auto-replied (vacation)\nX-Mail-Autoreply: yes", "Away."),
    away("Answers, subject only, English", f"{ANSWERS}Subject: Out of Office: Letter from Tom in Thetford", "I am out of the office."),
    away("Answers, subject only, AutoReply", f"{ANSWERS}Subject: AutoReply: Letter from Tom", "I am away."),
    away("Answers, subject only, German", f"{ANSWERS}Subject: Abwesenheitsnotiz: Brief von Tom", "Ich bin nicht da."),
    away("Answers, subject only, French", f"{ANSWERS}Subject: Réponse automatique : Lettre de Tom", "Je suis absente."),
    away("Answers, subject only, Dutch", f"{ANSWERS}Subject: Afwezigheidsbericht: Brief van Tom", "Ik ben er niet."),
    away("Answers, subject only, Polish", f"{ANSWERS}Subject: Automatyczna odpowiedź: List od Toma", "Nie ma mnie."),
    away("Answers, subject only, Arabic", f"{ANSWERS}Subject: رد تلقائي: رسالة", "لست هنا."),
    away("Answers, says so in its first line, English", ANSWERS + "Return-Path: <>", "This is an automatic reply. I am away until Monday."),
    away("Sent by no-reply", "From: Anna Berger <no-reply@mail.example>\nSubject: Automatic reply", "I am away."),
    away("Null path, an ordinary subject", "Return-Path: <>\nSubject: Re: Letter from Tom in Thetford", "Anna is on holiday until 4 May."),
    away("HTML only", "Content-Type: text/html; charset=utf-8\nAuto-Submitted: auto-replied", "<p>I am <b>away</b>.</p>"),
    away("The whole letter quoted below", "Auto-Submitted: auto-replied", "I am away.\n\nOn 3 May 2026, Tom via penfriends wrote:\n> Dear Anna"),
)  # fmt: skip
