"""What becomes of a mail that came in: whose is it, what did they write, and does it stay visible if nobody knows?"""

import asyncio
import base64
import io
from datetime import timedelta
from urllib.parse import urlparse

import pytest
from PIL import Image
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from penfriends.actions import delivery, intake, letters, throttle
from penfriends.clock import utc_now
from penfriends.errors import Refusal, Refused
from penfriends.jobs import Job
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery, RawMail, RawMailState, TeamMessage
from penfriends.models.letters import Attachment, Blob, Letter, LetterMailId, LetterState
from penfriends.models.places import Association
from penfriends.models.signin import Attempt
from tests.support.smtp_sink import smtp_sink
from tests.support.story import ANNA_MAIL, BEN_MAIL, House, house_on
from workers.delivery import deliver
from workers.letters import read_and_screen, read_mail, screen_letter

PASS = "mx.test; dmarc=pass header.from=mail.example"


def mail(
    body: str = "Dear Ben,\r\n\r\nthe plums are ripe.\r\n",
    *,
    sender: str = f"Anna Musterfrau <{ANNA_MAIL}>",
    message_id: str = "<1@mail.example>",
    subject: str = "Plums",
    vouched: str | None = PASS,
    more: str = "",
) -> bytes:
    result = f"Authentication-Results: {vouched}\r\n" if vouched else ""
    return (
        f"{result}From: {sender}\r\nTo: x@letters.test\r\nSubject: {subject}\r\nMessage-ID: {message_id}\r\n"
        f"{more}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}"
    ).encode()


async def letter_of(house: House, raw: RawMail) -> Letter:
    assert raw.letter_id is not None
    return await house.letter(raw.letter_id)


async def test_a_reply_becomes_its_writers_own_words_in_the_right_place(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        first = await house.release("First", by=house.ben)
        await deliver(house.tools, (await house.delivery(first.id)).id)
        second = await house.release("Second", by=house.ben)
        await deliver(house.tools, (await house.delivery(second.id)).id)
        answered = str(sink.mails[0].mail["Message-ID"])
        reply = mail(
            "Dear Ben,\r\n\r\nthe plums are ripe.\r\n\r\n--\r\nAnna Musterfrau\r\nTel. 0151 23456789\r\n\r\n"
            "On Tue, 12 May 2026 at 10:00, Ben via penfriends <x@letters.test> wrote:\r\n> First\r\n",
            subject=f"Re: {sink.mails[0].mail['Subject']}",
            more=f"In-Reply-To: {answered}\r\nReferences: {answered}\r\n",
        )
        raw = await house.post(reply)
        letter = await letter_of(house, raw)
        async with house.database.reading() as db:
            known = await db.get_one(LetterMailId, (letter.id, house.anna.participant_id))
    assert letter.kept_text == "Dear Ben,\n\nthe plums are ripe."
    assert "0151" in letter.removed_text
    assert "First" in letter.removed_text
    assert letter.parent_id == first.id
    assert letter.title == ""
    assert (letter.state, letter.author_id) == (LetterState.RECEIVED, house.anna.participant_id)
    assert known.message_id == "<1@mail.example>"
    assert raw.state is RawMailState.TAKEN


async def test_an_own_subject_is_the_title(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        letter = await letter_of(house, await house.post(mail(subject="Re: Our plums")))
    assert letter.title == "Our plums"


async def test_the_same_mail_twice_is_one_letter_and_another_body_is_another(fresh_database: str) -> None:
    async with house_on(fresh_database) as house:
        first = await house.post(mail())
        again = await house.post(mail())
        other = await house.post(mail("Something else\r\n"))
        await read_mail(house.tools, first.id)
        assert (again.state, again.reason) == (RawMailState.DROPPED, "duplicate")
        assert other.state is RawMailState.TAKEN
        assert len(await house.letters()) == 2


async def test_two_workers_that_read_copies_at_the_same_moment_make_one_letter(fresh_database: str) -> None:
    async with house_on(fresh_database) as house:
        copies = [await house.take_in(mail()) for _ in range(3)]
        both = [read_mail(house.tools, copy) for copy in copies for _ in range(2)]
        for failed in await asyncio.gather(*both, return_exceptions=True):
            assert failed is None or isinstance(failed, IntegrityError)
        for copy in copies:  # the sweep asks again
            await read_mail(house.tools, copy)
        states = sorted([(await house.raw_mail(copy)).state for copy in copies])
        assert states == [RawMailState.DROPPED, RawMailState.DROPPED, RawMailState.TAKEN]
        assert len(await house.letters()) == 1


async def test_r27_a_strangers_mail_is_dropped_and_the_owner_told_once_a_day(fresh_database: str) -> None:
    async with house_on(fresh_database) as house:
        for number in range(3):
            raw = await house.post(mail(sender="mallory@evil.example", message_id=f"<{number}@evil.example>"))
            assert (raw.state, raw.reason) == (RawMailState.DROPPED, "stranger")
        [notice] = await house.notices()
        assert (notice.notice, notice.sign_in_id) == (Notice.MAIL_NOT_TAKEN, house.anna.sign_in_id)
        assert "mallory" not in str(notice.payload)
        async with house.database.transaction() as db:
            for attempt in await db.exec(select(Attempt)):
                attempt.at = utc_now() - timedelta(days=1, seconds=1)
                db.add(attempt)
            await db.flush()
            await throttle.check(db, "another", limit=1, within=timedelta(days=1), now=utc_now())
        await house.post(mail(sender="mallory@evil.example", message_id="<9@evil.example>"))
        assert len(await house.notices()) == 2
        assert await house.letters() == []


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        (f"{ANNA_MAIL}, mallory@evil.example", "stranger"),
        (f"{BEN_MAIL}", "stranger"),
        (f'"{ANNA_MAIL}" <mallory@evil.example>', "stranger"),
        ("", "stranger"),
    ],
)
async def test_r27_exactly_one_sender_counts(fresh_sqlite: str, sender: str, reason: str) -> None:
    async with house_on(fresh_sqlite) as house:
        raw = await house.post(mail(sender=sender, more=f"Sender: {ANNA_MAIL}\r\nReply-To: {ANNA_MAIL}\r\n"))
        assert (raw.state, raw.reason) == (RawMailState.DROPPED, reason)


@pytest.mark.parametrize(
    ("vouched", "state"),
    [
        (PASS, RawMailState.TAKEN),
        ("mx.test; dmarc=fail header.from=mail.example", RawMailState.DROPPED),
        ("mx.test; dmarc=none header.from=mail.example; spf=pass", RawMailState.AWAITING_WRITER),
        ("mx.test; dmarc=temperror header.from=mail.example", RawMailState.AWAITING_WRITER),
        ("mx.test; dmarc=pass header.from=evil.example", RawMailState.AWAITING_WRITER),
        ("mx.evil.example; dmarc=pass header.from=mail.example", RawMailState.AWAITING_WRITER),
        (f"mx.evil.example; none\r\nAuthentication-Results: {PASS}", RawMailState.AWAITING_WRITER),
        (None, RawMailState.AWAITING_WRITER),
    ],
)
async def test_r27_only_our_own_border_vouches(fresh_sqlite: str, vouched: str | None, state: RawMailState) -> None:
    async with house_on(fresh_sqlite) as house:
        raw = await house.post(mail(vouched=vouched))
        assert raw.state is state
        assert len(await house.letters()) == (state is RawMailState.TAKEN)


async def test_r27_the_registered_address_confirms_once(fresh_database: str) -> None:
    async with house_on(fresh_database) as house:
        raw = await house.post(mail(vouched=None))
        [notice] = await house.notices()
        assert (notice.notice, notice.sign_in_id) == (Notice.CONFIRM_MAIL, house.anna.sign_in_id)
        secret = secret_in(notice)
        async with house.database.transaction() as db:
            await intake.confirm(db, secret, yes=True, now=utc_now())
        assert house.nudges[-1] == (Job.READ_MAIL, raw.id)
        await read_mail(house.tools, raw.id)
        taken = await house.raw_mail(raw.id)
        assert (await letter_of(house, taken)).kept_text == "Dear Ben,\n\nthe plums are ripe."
        with pytest.raises(Refused) as refused:
            async with house.database.transaction() as db:
                await intake.confirm(db, secret, yes=True, now=utc_now())
        assert refused.value.refusal is Refusal.LINK_USED
        assert len(await house.letters()) == 1


async def test_r27_a_no_of_the_registered_address_drops_the_mail(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        raw = await house.post(mail(vouched=None))
        async with house.database.transaction() as db:
            await intake.confirm(db, secret_in((await house.notices())[0]), yes=False, now=utc_now())
        assert (await house.raw_mail(raw.id)).reason == "denied_by_writer"
        assert await house.letters() == []


FORGED = ["mx.test; dmarc=fail header.from=mail.example", "mx.test; none", None]


@pytest.mark.parametrize("forged", FORGED)
async def test_r27_a_forged_copy_that_comes_first_does_not_swallow_the_real_mail(
    fresh_sqlite: str, forged: str | None
) -> None:
    async with house_on(fresh_sqlite) as house:
        copy = await house.post(mail(vouched=forged))
        real = await house.post(mail())
        assert copy.state is not RawMailState.TAKEN
        assert real.state is RawMailState.TAKEN
        assert len(await house.letters()) == 1


async def test_r27_a_forged_copy_to_the_desk_does_not_swallow_the_real_mail(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        async with house.database.reading() as db:
            slug = (await db.exec(select(Association.slug).limit(1))).one()
        desk = house.tools.at.team(slug)
        for vouched in (None, None, PASS, PASS):
            await house.post(mail(vouched=vouched), to=desk)
        async with house.database.reading() as db:
            found = list(await db.exec(select(TeamMessage).order_by(col(TeamMessage.id))))
    assert [one.sign_in_id for one in found] == [None, house.anna.sign_in_id]


async def test_r27_the_same_unproved_bytes_ask_the_writer_once_and_a_yes_makes_one_letter(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        first = await house.post(mail(vouched=None))
        assert (await house.post(mail(vouched=None))).reason == "duplicate"
        second = await house.post(mail(vouched=None, more="Received: by another way\r\n"))
        assert len(await house.notices()) == 2
        for notice, raw in zip(await house.notices(), (first, second), strict=True):
            async with house.database.transaction() as db:
                await intake.confirm(db, secret_in(notice), yes=True, now=utc_now())
            await read_mail(house.tools, raw.id)
        assert (await house.raw_mail(second.id)).reason == "duplicate"
        assert len(await house.letters()) == 1


async def test_r27_after_a_no_the_same_bytes_are_asked_about_again(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        await house.post(mail(vouched=None))
        async with house.database.transaction() as db:
            await intake.confirm(db, secret_in((await house.notices())[0]), yes=False, now=utc_now())
        assert (await house.post(mail(vouched=None))).state is RawMailState.AWAITING_WRITER


@pytest.mark.parametrize("dropped", [intake.DENIED, intake.PUT_AWAY])
async def test_r27_a_yes_counts_after_the_mail_was_dropped_for_the_lack_of_one(fresh_sqlite: str, dropped: str) -> None:
    async with house_on(fresh_sqlite) as house:
        raw = await house.post(mail(vouched=None))
        async with house.database.transaction() as db:
            row = await db.get_one(RawMail, raw.id)
            row.state, row.reason = RawMailState.DROPPED, dropped
            db.add(row)
        async with house.database.transaction() as db:
            await intake.confirm(db, secret_in((await house.notices())[0]), yes=True, now=utc_now())
        await read_mail(house.tools, raw.id)
        assert len(await house.letters()) == 1


async def test_r27_a_confirmed_picture_is_drawn_by_the_worker(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        unproved = with_parts(("image/jpeg", "a.jpg", photo_with_place())).partition(b"\r\n")[2]
        raw = await house.post(unproved)
        assert raw.state is RawMailState.AWAITING_WRITER
        async with house.database.transaction() as db:
            await intake.confirm(db, secret_in((await house.notices())[0]), yes=True, now=utc_now())
        await read_mail(house.tools, raw.id)
        async with house.database.reading() as db:
            assert len(list(await db.exec(select(Attachment)))) == 1


def secret_in(notice: Delivery) -> str:
    url = delivery.unpacked(notice.payload)["url"]
    return urlparse(str(url)).path.removeprefix("/k/")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("Auto-Submitted: auto-replied\r\n", "auto_reply"),
        ("X-Penfriends-Loop: abc\r\n", "loop"),
        ("Precedence: auto_reply\r\n", "auto_reply"),
    ],
)
async def test_automatic_mail_is_dropped_and_counted(fresh_sqlite: str, more: str, reason: str) -> None:
    async with house_on(fresh_sqlite) as house:
        raw = await house.post(mail(more=more))
        assert (raw.state, raw.reason) == (RawMailState.DROPPED, reason)
        assert await house.letters() == []


@pytest.mark.parametrize(
    "raw",
    [
        b"From: " + b"(" * 1000 + b"\r\n\r\nx",
        b"Subject: " + b"=?utf-8?b?eA==?= " * 17_000 + b"\r\n\r\nx",
        b"X: y\r\n" * 20_000 + b"\r\nx",
        b"\x00\x00\x00",
        mail("Dear\x00 Ben \udcff".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), subject="a\x00b"),
        mail().replace(b"plums", b"pl\x00\xff\xfe\xed\xa0\x80ums").replace(b"<1@", b"<1\x00@"),
        mail(more="In-Reply-To: <a\x00b@c>\r\n").replace(b"Subject: Plums", b"Subject: =?utf-8?b?AHg=?= =?x?q?y?="),
    ],
    ids=["brackets", "words", "headers", "nothing", "nul", "bytes", "encoded"],
)
async def test_what_cannot_be_understood_stays_visible_and_the_queue_goes_on(fresh_database: str, raw: bytes) -> None:
    async with house_on(fresh_database) as house:
        strange = await house.post(raw)
        assert strange.state is not RawMailState.RECEIVED
        if strange.state is RawMailState.DROPPED:
            assert strange.reason == "stranger"
        assert (await house.post(mail(message_id="<next@mail.example>"))).state is RawMailState.TAKEN


async def test_a_mail_beyond_the_limits_waits_for_a_person(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        raw = await house.post(b"X: y\r\n" * 20_000 + mail())
        assert raw.state is RawMailState.QUARANTINED
        assert raw.reason
        assert raw.handled_at is not None


def with_parts(*parts: tuple[str, str, bytes]) -> bytes:
    """A mail with attachments: content type, file name, bytes."""
    head = mail().replace(b"Content-Type: text/plain; charset=utf-8", b'Content-Type: multipart/mixed; boundary="b"')
    top, _, body = head.partition(b"\r\n\r\n")
    pieces = [b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body]
    for kind, name, data in parts:
        intro = f'--b\r\nContent-Type: {kind}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        pieces.append(intro.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded(data) + b"\r\n")
    return top + b"\r\n\r\n" + b"\r\n".join(pieces) + b"\r\n--b--\r\n"


def encoded(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def photo_with_place() -> bytes:
    """A photo whose EXIF block says where it was taken, by which camera."""
    exif = Image.Exif()
    exif[0x0110] = "SpyCam 3000"
    exif.get_ifd(0x8825).update({1: "N", 2: (50.0, 52.0, 44.0), 3: "E", 4: (6.0, 52.0, 5.0)})
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "orange").save(out, "JPEG", exif=exif)
    return out.getvalue()


async def test_r21_a_picture_is_drawn_anew_and_says_nothing_of_its_place(fresh_database: str) -> None:
    photo = photo_with_place()
    assert Image.open(io.BytesIO(photo)).getexif().get_ifd(0x8825)
    async with house_on(fresh_database) as house:
        raw = await house.post(
            with_parts(
                ("image/jpeg", "IMG_Anna_Home.jpg", photo),
                ("text/calendar", "party.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
                ("text/vcard", "anna.vcf", b"BEGIN:VCARD\r\nEND:VCARD\r\n"),
                ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "cv.docx", b"PK\x03\x04"),
                ("image/png", "not-a-picture.png", b"<html>"),
            )
        )
        letter = await letter_of(house, raw)
        async with house.database.reading() as db:
            [attachment] = await db.exec(select(Attachment).where(Attachment.letter_id == letter.id))
            kept = (await db.get_one(Blob, attachment.blob_sha256)).data
    assert attachment.name == "picture-1.jpg"
    assert letter.left_out == ["party.ics", "anna.vcf", "cv.docx", "not-a-picture.png"]
    picture = Image.open(io.BytesIO(kept))
    assert not picture.getexif()
    assert "exif" not in picture.info
    assert b"SpyCam" not in kept


async def test_a_letter_without_words_is_held_and_its_writer_told(fresh_database: str) -> None:
    async with house_on(fresh_database) as house:
        raw = await house.post(mail("\r\nOn Tue, 12 May 2026 at 10:00, Ben <x@letters.test> wrote:\r\n> First\r\n"))
        letter = await letter_of(house, raw)
        await screen_letter(house.tools, letter.id)
        await screen_letter(house.tools, letter.id)
        assert await house.hold_reasons(letter.id) == ["empty"]
        [notice] = await house.notices()
        assert (notice.notice, notice.sign_in_id) == (Notice.EMPTY_LETTER, house.anna.sign_in_id)


async def test_the_notice_about_an_empty_letter_can_be_sent(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        letter = await letter_of(house, await house.post(mail("\r\n")))
        await screen_letter(house.tools, letter.id)
        for notice in await house.notices():
            await deliver(house.tools, notice.id)
    [arrived] = sink.mails
    assert arrived.envelope_to == ANNA_MAIL
    assert f"/letters/with/{letter.correspondence_id}" in arrived.text


async def test_every_notice_of_the_intake_can_be_sent(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        await house.post(mail(vouched=None))
        await house.post(mail(sender="mallory@evil.example"))
        for notice in await house.notices():
            await deliver(house.tools, notice.id)
    assert [arrived.envelope_to for arrived in sink.mails] == [ANNA_MAIL, ANNA_MAIL]


async def test_a_childs_letter_comes_from_the_guardians_address(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite, children=True) as house:
        letter = await letter_of(house, await house.post(mail()))
        await screen_letter(house.tools, letter.id)
        assert (await house.hold_reasons(letter.id))[0] == "child"


async def test_a_mail_that_was_read_is_checked_at_once_without_asking_another_worker(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        raw_mail_id = await house.take_in(mail())
        await read_and_screen(house.tools, raw_mail_id)
        async with house.database.reading() as db:
            letter = await letter_of(house, await db.get_one(RawMail, raw_mail_id))
        assert letter.state is LetterState.HELD
        assert Job.SCREEN_LETTER not in [job for job, _ in house.nudges]
        await read_and_screen(house.tools, raw_mail_id)  # the second run does nothing


async def test_a_check_that_fails_does_not_undo_the_reading(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_given: object, **_named: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(letters, "screen_letter", away)
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        raw_mail_id = await house.take_in(mail())
        with pytest.raises(OSError, match="away"):
            await read_and_screen(house.tools, raw_mail_id)
        async with house.database.reading() as db:
            row = await db.get_one(RawMail, raw_mail_id)
        assert row.state is RawMailState.TAKEN
        assert (await letter_of(house, row)).state is LetterState.RECEIVED
