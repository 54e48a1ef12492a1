"""Does a sign-up make the right rows and mails, and nothing for anybody who must not be known?"""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import consent, signup
from penfriends.actions.consent import AgreedText
from penfriends.errors import Refusal, Refused
from penfriends.models.delivery import Delivery
from penfriends.models.moderation import AuditEntry, Role
from penfriends.models.places import ConsentAge, Town
from penfriends.models.residents import (
    Consent,
    ConsentState,
    Guardian,
    Resident,
    ResidentInterest,
    ResidentState,
    SignUpDraft,
)
from penfriends.models.signin import OneTimeLink, SignIn
from penfriends.rules.bands import Band, Birth
from penfriends.rules.consent import Agreement
from tests import builders as b
from tests.builders import AT, NOW

OWN = AgreedText("test", "en", "I agree.")
YES = AgreedText("test", "en", "My child may write.")


async def thetford(db: AsyncSession, *, safe: bool = True, country: str = "GB") -> Town:
    """A town with a lead and a deputy for children, unless not `safe`."""
    town = await b.town(db, "Thetford", country=country)
    if safe:
        await b.moderator(db, town.association_id, "Ilse", role=Role.LEAD)
        await b.moderator(db, town.association_id, "Marta", role=Role.DEPUTY)
    return town


async def drafted(db: AsyncSession, **changed: Any) -> SignUpDraft:
    """A finished draft of an adult; `changed` answers are others."""
    draft, _secret = await signup.open_draft(db, now=NOW)
    answers: dict[str, Any] = {
        "who": "me",
        "town": "thetford",
        "birth": [1955, None],
        "first_name": "Henk",
        "email": "henk@example.org",
        "avatar": "cat",
        "languages": [["en", "first", False]],
        "likes": ["cats", "dogs", "cycling"],
        "facts": ["I keep bees.", "I sing."],
        "question": "What do you eat on Sundays?",
        "medium": "web",
        "capacity": 1,
    }
    await signup.save(db, draft, {**answers, **changed}, now=NOW)
    return draft


def a_child(**changed: Any) -> dict[str, Any]:
    """Answers of a child of ten."""
    answers = {"birth": [2015, "2015-11-27"], "first_name": "Maisie", "email": "", "guardian_email": "ann@example.org"}
    return {"who": "child", **answers, "facts": [], "question": "", **changed}


async def send(db: AsyncSession, **changed: Any) -> Agreement:
    return await signup.submit(db, await drafted(db, **changed), locale="en", at=AT, now=NOW)


async def notices(db: AsyncSession) -> list[tuple[str, str]]:
    """(notice, address) of everything that waits to be sent."""
    found = await db.exec(
        select(Delivery.notice, SignIn.email)
        .join(SignIn, col(SignIn.id) == col(Delivery.sign_in_id))
        .order_by(col(Delivery.created_at), col(Delivery.id))
    )
    return [(str(notice), str(email)) for notice, email in found.all()]


async def last_secret(db: AsyncSession, notice: str) -> str:
    """The secret of the link in the newest mail of this kind."""
    found = await db.exec(
        select(Delivery)
        .where(Delivery.notice == notice)
        .order_by(col(Delivery.created_at).desc(), col(Delivery.id).desc())
    )
    row = found.first()
    assert row is not None
    url = str(row.payload["url"]).removesuffix("/withdrawal")
    return url.rpartition("/")[2]


async def only(db: AsyncSession) -> Resident:
    return (await db.exec(select(Resident))).one()


async def test_an_adult_confirms_and_waits(db: AsyncSession) -> None:
    await thetford(db)
    assert await send(db) is Agreement.OWN
    made = await only(db)
    assert (made.state, made.band, made.facts) == (ResidentState.UNCONFIRMED, Band.ADULT, "I keep bees.\nI sing.")
    assert await notices(db) == [("confirm_sign_up", "henk@example.org")]
    secret = await last_secret(db, "confirm_sign_up")
    await signup.to_confirm(db, secret, now=NOW)
    sign_in_id, _who = await signup.confirm(db, secret, OWN, at=AT, now=NOW)
    assert (made.state, made.waiting_since, made.sign_in_id) == (ResidentState.ACTIVE, NOW, sign_in_id)
    with pytest.raises(Refused):
        await signup.confirm(db, secret, OWN, at=AT, now=NOW)
    assert (await db.exec(select(SignUpDraft))).all() == []


async def test_a_known_address_gets_a_quiet_mail_and_no_second_resident(db: AsyncSession) -> None:
    town = await thetford(db)
    await b.adult(db, town, email="henk@example.org")
    assert await send(db, email="Henk@Example.org") is Agreement.OWN
    assert (await db.exec(select(func.count()).select_from(Resident))).one() == 1
    assert await notices(db) == [("sign_up_again", "henk@example.org")]


async def test_who_was_signed_up_by_somebody_else_signs_up_with_the_own_answers(db: AsyncSession) -> None:
    await thetford(db)
    await send(db, first_name="Fool")
    old = await last_secret(db, "confirm_sign_up")
    await send(db, first_name="Henk")
    assert (await only(db)).first_name == "Henk"
    with pytest.raises(Refused):
        await signup.to_confirm(db, old, now=NOW)


async def test_R08_a_child_is_a_draft_until_a_guardian_says_yes(db: AsyncSession) -> None:
    await thetford(db)
    assert await send(db, **a_child()) is Agreement.GUARDIAN
    child = await only(db)
    assert (child.state, child.band, child.waiting_since) == (ResidentState.AWAITING_CONSENT, Band.CHILD, None)
    assert (await consent.newest(db, child.id)).state is ConsentState.ASKED  # type: ignore[union-attr]
    assert await notices(db) == [("guardian_consent", "ann@example.org")]


async def test_R07_the_guardian_link_is_long_short_lived_and_kept_as_a_fingerprint(db: AsyncSession) -> None:
    await thetford(db)
    await send(db, **a_child())
    secret = await last_secret(db, "guardian_consent")
    link = (await db.exec(select(OneTimeLink))).one()
    assert len(secret) * 6 >= 128
    assert secret not in link.fingerprint
    assert link.expires_at - NOW == timedelta(hours=72)
    with pytest.raises(Refused):
        await consent.give_by_link(db, secret, YES, at=AT, now=NOW + timedelta(hours=73))


@pytest.mark.parametrize("email", ["ANN@example.org", "ann@example.org"])
async def test_R07_a_child_s_own_address_differs_from_the_guardian_s(db: AsyncSession, email: str) -> None:
    await thetford(db)
    with pytest.raises(Refused) as refused:
        await send(db, **a_child(birth=[2012, "2012-11-27"], email=email))
    assert refused.value.refusal is Refusal.CHANGED_SINCE


async def test_R07_below_13_a_child_has_no_address_of_its_own(db: AsyncSession) -> None:
    await thetford(db)
    with pytest.raises(Refused):
        await send(db, **a_child(email="small@example.org"))


async def test_R07_an_address_that_waits_for_its_confirmation_is_not_swept_away(db: AsyncSession) -> None:
    await thetford(db)
    await send(db, **a_child(birth=[2012, "2012-11-27"], email="teen@example.org"))
    child = await only(db)
    await consent.give(db, child, YES, at=AT, now=NOW + timedelta(days=8))
    own = select(SignIn).where(SignIn.email == "teen@example.org")
    await signup.sweep(db, now=NOW + timedelta(days=9))
    assert len((await db.exec(own)).all()) == 1
    await signup.sweep(db, now=NOW + timedelta(days=12))
    assert (await db.exec(own)).all() == []
    assert (await only(db)).state is ResidentState.ACTIVE


async def test_R07_several_children_share_a_guardian(db: AsyncSession) -> None:
    await thetford(db)
    await send(db, **a_child())
    await send(db, **a_child(first_name="Tom", birth=[2013, "2013-11-27"]))
    assert len((await db.exec(select(Guardian))).all()) == 1
    assert len((await db.exec(select(Resident))).all()) == 2


async def test_R07_the_same_child_again_gets_a_fresh_link_and_no_second_row(db: AsyncSession) -> None:
    await thetford(db)
    await send(db, **a_child())
    await send(db, **a_child(first_name="MAISIE"))
    assert (await only(db)).first_name == "Maisie"
    assert await notices(db) == [("guardian_consent", "ann@example.org")] * 2


async def test_R07_a_child_s_address_is_nobody_s_guardian(db: AsyncSession) -> None:
    await thetford(db)
    await send(db, **a_child(birth=[2012, "2012-11-27"], email="teen@example.org"))
    await send(db, **a_child(first_name="Small", guardian_email="teen@example.org"))
    assert (await only(db)).first_name == "Maisie"


async def test_R07_a_child_s_own_address_gets_nothing_before_it_is_confirmed(db: AsyncSession) -> None:
    await thetford(db)
    await send(db, **a_child(birth=[2012, "2012-11-27"], email="teen@example.org"))
    await consent.give_by_link(db, await last_secret(db, "guardian_consent"), YES, at=AT, now=NOW)
    child = await only(db)
    assert child.state is ResidentState.ACTIVE
    assert child.sign_in_id is None
    own, _who = await signup.confirm(db, await last_secret(db, "confirm_sign_up"), OWN, at=AT, now=NOW)
    assert child.sign_in_id == own


async def test_R11_at_16_the_own_yes_counts_and_the_guardian_is_told(db: AsyncSession) -> None:
    await thetford(db)
    teen = a_child(who="me", birth=[2010, "2010-01-27"], email="teen@example.org")
    assert await send(db, **teen) is Agreement.INFORMED
    assert await notices(db) == [("confirm_sign_up", "teen@example.org")]
    _own, child = await signup.confirm(db, await last_secret(db, "confirm_sign_up"), OWN, at=AT, now=NOW)
    assert (child.state, child.band) == (ResidentState.ACTIVE, Band.CHILD)
    given = await consent.newest(db, child.id)
    assert given is not None
    assert given.state is ConsentState.GIVEN
    assert (await notices(db))[-1] == ("guardian_informed", "ann@example.org")


async def test_R11_a_stricter_row_of_the_country_asks_the_guardian(db: AsyncSession) -> None:
    await thetford(db)
    db.add(ConsentAge(country="GB", age=18, basis="test", source="test", reviewed_on=date(2026, 1, 1)))
    await db.flush()
    teen = a_child(who="me", birth=[2010, "2010-01-27"], email="teen@example.org")
    assert await send(db, **teen) is Agreement.GUARDIAN


async def test_R46_without_lead_and_deputy_no_child_joins(db: AsyncSession) -> None:
    town = await thetford(db, safe=False)
    await b.moderator(db, town.association_id, role=Role.LEAD)
    with pytest.raises(Refused) as refused:
        await send(db, **a_child())
    assert refused.value.refusal is Refusal.CHILDREN_MODULE_OFF
    assert (await db.exec(select(Resident))).all() == []


async def test_R47_a_child_s_row_has_no_free_text_and_only_fitting_likes(db: AsyncSession) -> None:
    await thetford(db)
    await send(db, **a_child(facts=["I live at 12 Mill Lane"], question="Where do you live?"))
    child = await only(db)
    assert (child.facts, child.question) == ("", "")
    assert len((await db.exec(select(ResidentInterest))).all()) == 3
    with pytest.raises(Refused):
        await send(db, **a_child(first_name="Tom", likes=["cats", "dogs", "retirement"]))


async def test_R01_under_eight_nothing_is_made(db: AsyncSession) -> None:
    await thetford(db)
    with pytest.raises(Refused):
        await send(db, **a_child(birth=[2019, "2019-11-27"]))


async def test_R01_who_made_themselves_older_stands_in_the_audit_log(db: AsyncSession) -> None:
    await thetford(db)
    draft = await drafted(db, birth=[2012, "2012-11-27"])
    await signup.save(db, draft, signup.birth_values(Birth(2005, date(2005, 11, 27))), now=NOW)
    await signup.submit(db, draft, locale="en", at=AT, now=NOW)
    lines = (await db.exec(select(AuditEntry).where(AuditEntry.action == "birthday_made_older"))).all()
    assert [line.details["typed_before"] for line in lines] == [[[2012, "2012-11-27"]]]


async def test_sign_ups_of_one_address_are_throttled(db: AsyncSession) -> None:
    await thetford(db)
    for _time in range(signup.SIGN_UPS_A_DAY):
        await send(db)
    with pytest.raises(Refused) as refused:
        await send(db)
    assert refused.value.refusal is Refusal.TOO_MANY_TRIES


async def test_what_nobody_confirmed_is_forgotten(db: AsyncSession) -> None:
    await thetford(db)
    await send(db)
    await drafted(db)
    assert await signup.sweep(db, now=NOW + timedelta(days=6)) == 0
    await signup.sweep(db, now=NOW + timedelta(days=31))
    assert (await db.exec(select(Resident))).all() == []
    assert (await db.exec(select(SignIn).where(SignIn.email == "henk@example.org"))).all() == []
    assert (await db.exec(select(SignUpDraft))).all() == []
    assert (await db.exec(select(Consent))).all() == []
