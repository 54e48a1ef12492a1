"""Can a moderator answer a message to the team without giving anything of themselves away?"""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import bounces, desk_mail, dispatch, mail_care
from penfriends.actions.blobs import keep
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.delivery import Delivery, DeliveryKind, DeliveryState, RawMail, RawMailState, TeamMessage
from penfriends.models.letters import Participant
from penfriends.models.moderation import AuditEntry, Conflict
from penfriends.models.places import Association
from penfriends.models.residents import Guardian, Resident
from penfriends.models.signin import SignIn
from tests import builders as b
from tests.support import desk


async def asked(db: AsyncSession, twin: desk.Twins, by: Resident | None) -> TeamMessage:
    row = TeamMessage(
        association_id=twin.here.association_id, sign_in_id=by.sign_in_id if by else None, subject="Stamps",
        text="May my grandson send a drawing?", created_at=b.NOW,
    )  # fmt: skip
    db.add(row)
    await db.flush()
    return row


async def test_an_answer_leaves_from_the_team_and_names_no_moderator(db: AsyncSession) -> None:
    twin = await desk.twins(db)
    arthur = await b.adult(db, twin.here, "Arthur")
    row = await asked(db, twin, arthur)
    assert [one.writer.resident.first_name for one in (await load(db, twin)).messages if one.writer] == ["Arthur"]
    assert await mail_care.answer(db, row.id, twin.ilse, text="Yes, he may.\n\nDo!", at=b.AT, now=b.NOW)
    assert (row.closed_by, (await load(db, twin)).messages) == (twin.ilse.id, [])
    delivery = (await db.exec(select(Delivery))).one()
    claim = await dispatch.claim(db, delivery.id, at=b.AT, now=b.NOW)
    assert claim is not None
    mail, own = claim.raw.decode(), await db.get_one(SignIn, twin.ilse.sign_in_id)
    assert f"team-{(await desk_slug(db, twin))}@letters.test" in mail.partition("\n\n")[0]
    assert "Yes, he may." in mail
    assert "auto-generated" not in mail, "a person wrote it"
    assert (own.email or "") not in mail
    assert "Ilse" not in mail
    assert await noted(db) == [("answer_message", row.id)]
    with pytest.raises(Refused) as refused:
        await mail_care.answer(db, row.id, twin.ilse, text="And again", at=b.AT, now=b.NOW)
    assert refused.value.refusal is Refusal.ALREADY_DECIDED


async def test_an_answer_with_the_own_address_in_it_does_not_leave(db: AsyncSession) -> None:
    twin = await desk.twins(db)
    row = await asked(db, twin, await b.adult(db, twin.here, "Arthur"))
    own = await db.get_one(SignIn, twin.ilse.sign_in_id)
    text = f"Write to {(own.email or '').upper()}"
    assert not await mail_care.answer(db, row.id, twin.ilse, text=text, at=b.AT, now=b.NOW)
    assert row.closed_at is None
    assert (await db.exec(select(Delivery))).first() is None


async def test_nobody_is_answered_whom_nobody_vouched_for(db: AsyncSession) -> None:
    twin = await desk.twins(db)
    row = await asked(db, twin, None)
    with pytest.raises(NotFound):
        await mail_care.answer(db, row.id, twin.ilse, text="Hello", at=b.AT, now=b.NOW)
    await mail_care.close_message(db, row.id, twin.ilse, now=b.NOW)
    assert row.closed_by == twin.ilse.id


async def test_R17_a_message_of_somebody_they_know_is_not_theirs_to_answer_or_close(db: AsyncSession) -> None:
    twin = await desk.twins(db)
    arthur = await b.adult(db, twin.here, "Arthur")
    row = await asked(db, twin, arthur)
    db.add(Conflict(moderator_id=twin.ilse.id, resident_id=arthur.id, declared_at=b.NOW))
    await db.flush()
    for moderator in (twin.ilse, twin.uli):
        with pytest.raises(NotFound):
            await mail_care.close_message(db, row.id, moderator, now=b.NOW)
        with pytest.raises(NotFound):
            await mail_care.answer(db, row.id, moderator, text="Hello", at=b.AT, now=b.NOW)
    assert await mail_care.answer(db, row.id, twin.marta, text="Hello", at=b.AT, now=b.NOW)


async def test_the_page_says_whose_letter_address_and_whose_notice(db: AsyncSession) -> None:
    twin = await desk.twins(db)
    one, _other = await desk.adults(db, twin)
    tom = await b.child(db, twin.here, "Tom")
    guardian = await db.get_one(Guardian, tom.guardian_id)
    db.add(
        Delivery(
            kind=DeliveryKind.NOTICE, notice="consent_reminder", sign_in_id=guardian.sign_in_id,
            association_id=twin.here.association_id, state=DeliveryState.FAILED, due_at=b.NOW, message_id="x@y",
            created_at=b.NOW,
        )
    )  # fmt: skip
    db.add(
        RawMail(
            participant_id=one.id, envelope_from="who@elsewhere.example", envelope_to="a@letters.test",
            blob_sha256=await keep(db, b"a mail", now=b.NOW),
            state=RawMailState.QUARANTINED, reason="too_deep", received_at=b.NOW,
        )
    )  # fmt: skip
    await db.flush()
    seen = await load(db, twin)
    [aside], [failed] = seen.set_aside, seen.troubled
    assert aside.resident is not None
    assert (aside.resident.first_name, aside.domain) == ("Arthur", "elsewhere.example")
    assert failed.reader is not None
    assert (failed.reader.resident.first_name, failed.reader.is_guardian) == ("Tom", True)


async def mail_of(
    db: AsyncSession, writer: Participant, state: RawMailState, *, reason: str | None = None, days: int = 0
) -> RawMail:
    """A mail to a writer's letter address, read so many days ago."""
    at = b.NOW - timedelta(days=days)
    row = RawMail(
        participant_id=writer.id, envelope_from="who@elsewhere.example", envelope_to="a@letters.test", state=state,
        blob_sha256=await keep(db, b"a mail", now=b.NOW), reason=reason, received_at=at, handled_at=at,
        inbound_key=f"{writer.id} {days}",
    )  # fmt: skip
    db.add(row)
    await db.flush()
    return row


async def noted(db: AsyncSession) -> list[tuple[str, UUID | None]]:
    found = await db.exec(select(AuditEntry).order_by(col(AuditEntry.number)))
    return [(one.action, one.subject_id) for one in found]


async def test_a_letter_whose_writer_says_nothing_for_a_day_is_seen_by_the_desk(db: AsyncSession) -> None:
    twin = await desk.twins(db)
    one, other = await desk.adults(db, twin)
    await mail_of(db, one, RawMailState.AWAITING_WRITER)
    await mail_of(db, other, RawMailState.AWAITING_WRITER, days=2)
    old = await mail_of(db, one, RawMailState.AWAITING_WRITER, days=2)
    [seen] = (await load(db, twin)).awaited
    assert (seen.mail.id, seen.writer.id, seen.until) == (old.id, one.resident_id, b.NOW + timedelta(days=5))


async def test_the_desk_asks_once_more_or_leaves_it(db: AsyncSession) -> None:
    twin = await desk.twins(db)
    one, _other = await desk.adults(db, twin)
    again = await mail_of(db, one, RawMailState.AWAITING_WRITER, days=8)
    away = await mail_of(db, one, RawMailState.AWAITING_WRITER, days=9)
    for deed in (mail_care.read_again, mail_care.put_away):
        with pytest.raises(NotFound):
            await deed(db, again.id, twin.uli, now=b.NOW)  # rule R18
    await mail_care.read_again(db, again.id, twin.ilse, now=b.NOW)
    await mail_care.put_away(db, away.id, twin.ilse, now=b.NOW)
    assert (again.state, again.inbound_key) == (RawMailState.RECEIVED, None), "else it would look like its own copy"
    assert (away.state, away.reason) == (RawMailState.DROPPED, "put_away")
    assert (await load(db, twin)).awaited == []
    for deed in (mail_care.read_again, mail_care.put_away):
        with pytest.raises(Refused) as refused:
            await deed(db, away.id, twin.ilse, now=b.NOW)
        assert refused.value.refusal is Refusal.ALREADY_DECIDED
    assert await noted(db) == [("read_mail_again", again.id), ("put_mail_away", away.id)]


async def test_a_mail_is_read_again_three_times_a_day_at_most(db: AsyncSession) -> None:
    twin = await desk.twins(db)
    one, _other = await desk.adults(db, twin)
    row = await mail_of(db, one, RawMailState.QUARANTINED, reason="reader_died")
    for _ in range(3):
        await mail_care.read_again(db, row.id, twin.ilse, now=b.NOW)
        row.state = RawMailState.QUARANTINED
        db.add(row)
    with pytest.raises(Refused) as refused:
        await mail_care.read_again(db, row.id, twin.ilse, now=b.NOW)
    assert refused.value.refusal is Refusal.TOO_MANY_TRIES


async def test_whatever_a_moderator_does_about_mail_leaves_a_line(db: AsyncSession) -> None:
    twin = await desk.twins(db)
    one, _other = await desk.adults(db, twin)
    message = await asked(db, twin, None)
    aside = await mail_of(db, one, RawMailState.QUARANTINED, reason="too_deep")
    sent: list[Delivery] = []
    for state in (DeliveryState.UNSURE, DeliveryState.UNSURE, DeliveryState.FAILED, DeliveryState.FAILED):
        row = Delivery(
            kind=DeliveryKind.NOTICE, notice="nudge", participant_id=one.id, state=state, due_at=b.NOW,
            message_id=f"{len(sent)}@y", created_at=b.NOW,
        )  # fmt: skip
        db.add(row)
        sent.append(row)
    await db.flush()
    await mail_care.close_message(db, message.id, twin.ilse, now=b.NOW)
    await mail_care.mark_seen(db, aside.id, twin.ilse, now=b.NOW)
    await mail_care.settle(db, sent[0].id, twin.ilse, arrived=True, now=b.NOW)
    await mail_care.settle(db, sent[1].id, twin.ilse, arrived=False, now=b.NOW)
    await mail_care.retry(db, sent[2].id, twin.ilse, now=b.NOW)
    await mail_care.let_go(db, sent[3].id, twin.ilse, now=b.NOW)
    assert await noted(db) == [
        ("close_message", message.id), ("see_mail", aside.id), ("settle_delivery", sent[0].id),
        ("settle_delivery", sent[1].id), ("retry_delivery", sent[2].id), ("settle_delivery", sent[3].id),
    ]  # fmt: skip


async def test_no_address_is_shown_in_what_another_server_said(db: AsyncSession) -> None:
    twin = await desk.twins(db)
    one, _other = await desk.adults(db, twin)
    db.add(
        Delivery(
            kind=DeliveryKind.NOTICE, notice="nudge", participant_id=one.id, state=DeliveryState.FAILED, due_at=b.NOW,
            last_text="550 5.1.1 <ben@post.example>: User unknown", message_id="x@y", created_at=b.NOW,
        )
    )  # fmt: skip
    await db.flush()
    assert [seen.said for seen in (await load(db, twin)).troubled] == ["550 5.1.1 … User unknown"]


async def test_a_mail_that_was_taken_and_came_back_says_so(db: AsyncSession) -> None:
    twin = await desk.twins(db)
    arthur = await b.adult(db, twin.here, "Arthur")
    for number, (code, text) in enumerate(((250, "2.0.0 Ok: queued"), (550, "5.1.1 no such user"))):
        row = Delivery(
            kind=DeliveryKind.NOTICE, notice="nudge", sign_in_id=arthur.sign_in_id, state=DeliveryState.SENT,
            association_id=twin.here.association_id, due_at=b.NOW, last_code=code, last_text=text,
            message_id=f"{number}@y", created_at=b.NOW,
        )  # fmt: skip
        db.add(row)
        await db.flush()
        await bounces.hard_bounce(db, row, at=b.AT, now=b.NOW)
    assert sorted(seen.said for seen in (await load(db, twin)).troubled) == ["5.1.1 no such user", "bounced"]


async def load(db: AsyncSession, twin: desk.Twins) -> desk_mail.MailDesk:
    return await desk_mail.load(db, twin.ilse, now=b.NOW)


async def desk_slug(db: AsyncSession, twin: desk.Twins) -> str:
    return (await db.get_one(Association, twin.here.association_id)).slug
