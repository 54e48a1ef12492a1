# ruff: noqa: E501 - one case a line, to be read as a table
"""Letters of people that sound like a machine: each of them lost would be a letter lost."""

from penfriends.mail.inbound import MailClass
from tests.automatic.case import Case

ANSWERS = "In-Reply-To: <letter@post.example>\nReferences: <letter@post.example>\n"
FORWARDED = 'Content-Type: multipart/mixed; boundary="m"\n'


def person(oddity: str, head: str, body: str) -> Case:
    return Case(oddity, MailClass.HUMAN, head, body)


CASES = (
    person("Holiday in the text, English", ANSWERS, "Dear Tom,\nI am on holiday until 4 May and will write again then. The sea is cold.\nAnna"),
    person("Holiday in the text, German", ANSWERS, "Lieber Tom,\nich bin bis 4. Mai im Urlaub und nicht erreichbar.\nAnna"),
    person("Holiday in the text, French", ANSWERS, "Cher Tom,\nje suis en congés jusqu’au 4 mai.\nAnna"),
    person("Holiday in the text, Dutch", ANSWERS, "Beste Tom,\nik ben tot 4 mei op vakantie.\nAnna"),
    person("Holiday in the text, Polish", ANSWERS, "Drogi Tomie,\njestem na urlopie do 4 maja.\nAnna"),
    person("Holiday in the text, Arabic", ANSWERS, "عزيزي توم،\nأنا في إجازة حتى الرابع من أيار.\nآنا"),
    person("Holiday as the title, English", "Subject: On holiday until May", "Dear Tom,\nat last some time to write."),
    person("Holiday as the title, answered", f"{ANSWERS}Subject: Re: On holiday in Wales", "How was it?"),
    person("Holiday as the title, German, answered", f"{ANSWERS}Subject: AW: Im Urlaub an der Ostsee", "Wie war es?"),
    person("Holiday as the title, French, answered", f"{ANSWERS}Subject: RE: En congés à Nice", "Raconte !"),
    person("Holiday as the title, Dutch, answered", f"{ANSWERS}Subject: Antw: Op vakantie op Texel", "Hoe was het?"),
    person("Holiday as the title, Polish, answered", f"{ANSWERS}Subject: Odp: Na urlopie nad morzem", "Jak było?"),
    person("Holiday as the title, Arabic, answered", f"{ANSWERS}Subject: رد: إجازة في البحر", "كيف كانت؟"),
    person("New title in an answer", f"{ANSWERS}Subject: On holiday in Wales", "It rains, as always."),
    person("Out of office, as a joke, a new letter", "Subject: Out of office at last", "I retired on Friday."),
    person("Out of office, as a joke, answered", f"{ANSWERS}Subject: Re: Out of office at last", "Congratulations!"),
    person("Answers an absence notice", f"{ANSWERS}Subject: Re: Automatic reply: Letter from Anna", "Your machine wrote to me. Enjoy the sea."),
    person("Auto-Submitted: no", f"{ANSWERS}Auto-Submitted: no", "Dear Tom,\nI wrote this by hand."),
    person("Precedence: normal", f"{ANSWERS}Precedence: normal", "Dear Tom"),
    person("X-Autoreply: no", f"{ANSWERS}X-Autoreply: no", "Dear Tom"),
    person("Asks for a read receipt", "Disposition-Notification-To: anna@mail.example", "Did you get my letter?"),
    person("Undelivered, as a title", "Subject: Undelivered mail", "The postman did not come for a week."),
    person("Failure, as a title", "Subject: Failure notice: my cake", "It fell in."),
    person("Delivery, as a title", "Subject: Delivery of the new piano", "Four men carried it."),
    person("A name that sounds like a machine", "From: Pete Sysadmin <pete@mail.example>\nSubject: Rejected again", "My novel, I mean."),
    person("A trampolinist", "From: Bounce Club <bounceclub@mail.example>\nSubject: An error of mine", "I jumped too high."),
    person("Writes from the postmaster's desk", "From: Rosa Postmaster <rosa@mail.example>\nSubject: Notification from the village", "The post office closes."),
    person("Writes of spam", "Subject: Complaint about the weather", "It should be reported."),
    person("Complains of a message", "Subject: Complaint about message from my aunt", "She never writes to me."),
    person("Forwards a report, attached", f"{FORWARDED}Subject: Fwd: Undelivered Mail", "--m\nContent-Type: text/plain; charset=utf-8\n\nLook what I got, Tom.\n--m\nContent-Type: message/rfc822\n\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail\n\n<x@mail.example>: unknown\n--m--"),
    person("Sends an invitation with words", 'Content-Type: multipart/alternative; boundary="m"\nSubject: Chess by letter', "--m\nContent-Type: text/plain; charset=utf-8\n\nShall we play on Sunday?\n--m\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n--m--"),
    person("Speaks of an automatic reply", ANSWERS, "I got an automatic reply from the town hall, nothing else."),
    person("Confirms something", f"{ANSWERS}Subject: Please confirm", "Do you come in June or in July?"),
    person("Works for a list, writes alone", "Subject: [canals] was fun", "Thank you for the idea with the list."),
    person("Outlook on a phone, many fields", f"{ANSWERS}X-MS-Exchange-Transport-CrossTenantHeadersStamped: x\nThread-Topic: Letter\nX-Mailer: Outlook for iOS", "Dear Tom"),
    person("Welsh rain and nothing else", ANSWERS, "Rain."),
)  # fmt: skip
