"""Can a moderator answer a message to the team without giving anything of themselves away?"""

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import desk_mail, dispatch, mail_care
from penfriends.actions.blobs import keep
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.delivery import Delivery, DeliveryKind, DeliveryState, RawMail, RawMailState, TeamMessage
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
    noted = [one.action for one in await db.exec(select(AuditEntry).where(AuditEntry.actor_id == twin.ilse.id))]
    assert noted == ["answer_message"]
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


async def load(db: AsyncSession, twin: desk.Twins) -> desk_mail.MailDesk:
    return await desk_mail.load(db, twin.ilse, now=b.NOW)


async def desk_slug(db: AsyncSession, twin: desk.Twins) -> str:
    return (await db.get_one(Association, twin.here.association_id)).slug
