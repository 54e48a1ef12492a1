"""What would leave the house for a mail that came in, and what would hold it back?

The writer is taken for a grown-up of an invented town who writes to an invented friend and whose first letters were
read long ago. The steps are those of the real way: title, screening, rules for holding, our words around the letter,
finished bytes, the list of headers, the search for leaks. Nothing is stored or sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from penfriends.mail import leaks, notices, origins, outbound, own_name, return_path
from penfriends.mail.images import Drawn, SafeImage
from penfriends.mail.inbound import LONGEST_LETTER, MailClass, ParsedMail
from penfriends.mail.mime_parts import Headers
from penfriends.mail.notices import Notice
from penfriends.rules.bands import Band
from penfriends.rules.masking import from_name
from penfriends.rules.policy import LetterFacts, Reason, reasons_to_hold
from penfriends.rules.screening import Consequence, Finding, screen
from penfriends.rules.threading import own_title

WRITER, WRITERS_TOWN = "Anna", "Hürth"
READER, READERS_TOWN = "reader@mail.example", "Thetford"
ALIAS = "aaaaaaaaaaaaaaaaaaaa@post.example"
SITE = "https://penfriends.example"
_DELIVERY = UUID(int=0)
_KEY = b"rehearsal"
_WHEN = datetime(2026, 1, 1, 12, tzinfo=UTC)
_HOLDS = frozenset({Consequence.HOLD, Consequence.HOLD_URGENT, Consequence.STRIP})
# Reasons after which the letter leaves as it is, once somebody has looked.
_LEAVES_UNCHANGED = frozenset({Reason.PICTURE})


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`outgoing` is the finished mail, None where nothing leaves before a person decided; `held` says why, coded."""

    title: str
    findings: tuple[Finding, ...]
    held: tuple[str, ...]
    outgoing: bytes | None


def rehearse(mail: ParsedMail, fields: Headers, draw: Callable[[], Drawn]) -> Rehearsal:
    """Go through everything that happens to `mail` with the header `fields`; `draw` gives its pictures, drawn anew, and
    is asked only where they matter. Never raises for a human mail."""
    if mail.mail_class is not MailClass.HUMAN:
        return Rehearsal("", (), (f"class_{mail.mail_class.value}",), None)
    title, text = _titled(mail, fields)
    findings = screen(text[:LONGEST_LETTER], band=Band.ADULT, language=mail.language)
    drawn = draw()
    pictures = [_named(number, one) for number, one in enumerate(drawn.pictures, start=1)]
    if not text.strip() and not pictures:
        return Rehearsal(title, findings, ("empty",), None)
    reasons = reasons_to_hold(
        LetterFacts(
            band=Band.ADULT,
            released_before=1,
            read_first=0,
            drawn_for_sample=False,
            has_holding_finding=any(one.consequence in _HOLDS for one in findings),
            cut_is_sure=mail.sure,
            pictures=len(pictures),
        )
    )
    held = tuple(reason.value for reason in reasons)
    if set(reasons) - _LEAVES_UNCHANGED:
        return Rehearsal(title, findings, held, None)
    built = _built(mail, title, text, pictures, len(drawn.left_out))
    stopped = _stopped(built, fields)
    return Rehearsal(title, findings, held + stopped, None if stopped else built)


def _titled(mail: ParsedMail, fields: Headers) -> tuple[str, str]:
    """Title and text, in which the writer has a first name only. A title in which something is found moves into the
    text, where a moderator sees it marked."""
    ours = notices.thread_subjects(language="en", band="adult", friend=WRITER, friend_town=WRITERS_TOWN)
    names = origins.secret_names(origins.identity_in(fields).full_names, public=WRITER)
    title, _ = own_name.shortened(own_title(mail.subject, ours), names, shown=WRITER)
    text, _ = own_name.shortened(mail.kept_text.strip(), names, shown=WRITER)
    if title and screen(title, band=Band.ADULT, language=mail.language):
        return "", f"{title}\n\n{text}"
    return title, text


def _named(number: int, picture: SafeImage) -> outbound.OutgoingImage:
    suffix = "png" if picture.content_type == "image/png" else "jpg"
    return outbound.OutgoingImage(f"picture-{number}.{suffix}", picture.content_type, picture.data)


def _built(mail: ParsedMail, title: str, text: str, pictures: Sequence[outbound.OutgoingImage], left_out: int) -> bytes:
    rendered = notices.render(
        Notice.LETTER,
        language="en",
        values={
            "band": "adult",
            "town": READERS_TOWN,
            "friend": WRITER,
            "friend_town": WRITERS_TOWN,
            "is_reply": True,
            "title": title,
            "letter_text": text,
            "letter_language": mail.language or "und",
            "pictures": len(pictures),
            "left_out": left_out,
            "all_read": False,
            "url": f"{SITE}/letters",
            "wrong_url": f"{SITE}/w/secret",
            "pause_url": f"{SITE}/p/secret",
        },
    )
    return outbound.build(
        outbound.Outgoing(
            from_name=from_name(WRITER),
            from_address=ALIAS,
            to_address=READER,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            language="en",
            date=_WHEN,
            message_id="<rehearsal@post.example>",
            in_reply_to=None,
            references=(),
            images=tuple(pictures),
            unsubscribe_url=f"{SITE}/p/secret",
            auto_submitted=False,
            loop_mark=return_path.loop_mark(_KEY, _DELIVERY),
        )
    )


def _stopped(built: bytes, fields: Headers) -> tuple[str, ...]:
    if outbound.headers_outside_list(built):
        return ("header_outside_list",)
    known = (
        origins.identity_in(fields),
        leaks.Identity(addresses=(READER,), aliases_allowed=(ALIAS,), reads=True),
    )
    return tuple(dict.fromkeys(f"leak_{leak.kind.value}" for leak in leaks.find_leaks(built, known)))
