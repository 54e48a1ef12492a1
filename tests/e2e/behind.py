"""Which real addresses are behind each route with a variable part, and as which role to open them?"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import domain_checks, letters, links, newcomers, remit, round_publishing
from penfriends.actions.blobs import keep
from penfriends.models.delivery import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    MailTrouble,
    RawMail,
    RawMailState,
    Suppression,
    SuppressionReason,
    TeamMessage,
)
from penfriends.models.groups import Group, GroupMatch
from penfriends.models.letters import Correspondence, Letter, LetterState, Participant
from penfriends.models.matching import FitCheck, Match, MatchSide, MatchState
from penfriends.models.moderation import Hold, Moderator, Report
from penfriends.models.residents import Guardian, Resident, ResidentAddress, ResidentState
from penfriends.models.signin import LinkPurpose, SignIn
from penfriends.rules.mail_domains import House, judge
from penfriends.rules.name_questions import Answer, Fate, Kind, Question
from tests.e2e.behind_classes import class_routes
from tests.e2e.behind_schools import school_routes
from tests.e2e.people import People, guardian_of
from tests.support import rounds

WEEK = timedelta(days=7)
STEPS = ("birthday", "about", "languages", "likes", "how", "check")
LINES = ("card", "languages", "likes", "how")

Addressed = dict[str, dict[str, list[str]]]


async def behind_routes(db: AsyncSession, people: People, *, now: datetime) -> Addressed:
    """What to open behind every route with a variable part, by role."""
    found: Addressed = {
        "/t/{slug}": {role: ["/t/thetford", "/t/nablus"] for role in ("anonymous", "adult")},
        "/join/{name}": {
            "newcomer": [f"/join/{step}" for step in ("town", "age", *STEPS)],
            "new child": [f"/join/{step}" for step in STEPS],
        },
        "/me/profile/{line}": {role: [f"/me/profile/{line}" for line in LINES] for role in ("adult", "child")},
        "/me/children/{child_id}": {"guardian": [f"/me/children/{one}" for one in await _children(db, people.parent)]},
    }  # fmt: skip
    found |= await _letters(db, people, now=now)
    found |= await _desk(db, people, now=now)
    await _mail_in_trouble(db, now=now)
    found |= await _matches(db, people)
    found |= await _links(db, people, now=now)
    found |= await _groups(db, people)
    found |= await school_routes(db, people)
    for route, by_role in (await class_routes(db, people, now=now)).items():
        found[route] = found.get(route, {}) | by_role
    return found


async def _children(db: AsyncSession, parent: SignIn) -> list[UUID]:
    found = await db.exec(
        select(Resident.id)
        .join(Guardian, col(Guardian.id) == col(Resident.guardian_id))
        .where(Guardian.sign_in_id == parent.id)
    )
    return list(found.all())


async def _letters(db: AsyncSession, people: People, *, now: datetime) -> Addressed:
    """The thread of each, a draft, a returned letter, and a received one to report."""
    found: Addressed = {}
    for role, one in (("adult", people.adult), ("child", people.child), ("pupil", people.pupil)):
        mine = (await db.exec(select(Participant).where(Participant.resident_id == one.id))).all()[0]
        draft = await letters.start_draft(db, mine, parent_id=None, language="en", now=now)
        await letters.save_draft(db, draft, title="", text="Dear friend, today", language="en", now=now)
        received = await db.exec(
            select(Letter.id).where(
                Letter.correspondence_id == mine.correspondence_id,
                Letter.author_id != mine.id,
                Letter.state == LetterState.DELIVERED,
            )
        )
        if role != "pupil":
            await _asked_how_it_goes(db, mine, now=now)
        letter, thread = received.all()[0], f"/letters/with/{mine.correspondence_id}"
        for_pupils_too = {
            "/letters/with/{correspondence_id}",
            "/letters/{letter_id}/edit",
            "/letters/{letter_id}/report",
        }
        for route, address in (
            ("/letters/with/{correspondence_id}", thread),
            ("/letters/with/{correspondence_id}/new", f"{thread}/new"),
            ("/letters/with/{correspondence_id}/ending", f"{thread}/ending"),
            ("/letters/with/{correspondence_id}/pause", f"{thread}/pause"),
            ("/letters/with/{correspondence_id}/late", f"{thread}/late"),
            ("/letters/with/{correspondence_id}/fit", f"{thread}/fit"),
            ("/letters/{letter_id}/edit", f"/letters/{draft.id}/edit"),
            ("/letters/{letter_id}/report", f"/letters/{letter}/report"),
            ("/letters/{letter_id}", f"/letters/{letter}"),
        ):
            if role != "pupil" or route in for_pupils_too:
                found.setdefault(route, {})[role] = [address]
    return found


async def _asked_how_it_goes(db: AsyncSession, mine: Participant, *, now: datetime) -> FitCheck:
    """The newest check of this person, unanswered."""
    found = await db.exec(select(FitCheck).where(FitCheck.participant_id == mine.id, FitCheck.after_days == 90))
    check = found.first() or FitCheck(
        correspondence_id=mine.correspondence_id, participant_id=mine.id, after_days=90, asked_at=now
    )
    check.answer, check.asked_at = None, now
    db.add(check)
    await db.flush()
    return check


async def _desk(db: AsyncSession, people: People, *, now: datetime) -> Addressed:
    """What Ilse may judge: letters with marks first, a match of adults and one of children, a report, her people."""
    staff = (await db.exec(select(Moderator).where(Moderator.sign_in_id == people.moderator.id))).one()
    home = select(Resident.id).where(col(Resident.town_id) == people.adult.town_id).scalar_subquery()
    holds = await db.exec(
        select(Hold.id)
        .join(Letter, col(Letter.id) == col(Hold.letter_id))
        .join(Participant, col(Participant.correspondence_id) == col(Letter.correspondence_id))
        .join(Correspondence, col(Correspondence.id) == col(Letter.correspondence_id))
        .where(
            col(Participant.resident_id).in_(home),
            col(Hold.closed_at).is_(None),
            col(Correspondence.pairing_id).is_(None),
        )
        .distinct()
    )
    matches = await db.exec(
        select(Match.id)
        .join(MatchSide, col(MatchSide.match_id) == col(Match.id))
        .where(Match.state == MatchState.PROPOSED, col(MatchSide.resident_id).in_(home))
        .distinct()
    )
    hold_ids, match_ids = list(holds.all())[:3], list(matches.all())[:2]
    assert staff.active
    desk: dict[str, list[str]] = {
        "/desk/letters/{hold_id}": [f"/desk/letters/{one}" for one in hold_ids],
        "/desk/letters/{hold_id}/return": [f"/desk/letters/{one}/return" for one in hold_ids[:1]],
        "/desk/letters/{hold_id}/escalation": [f"/desk/letters/{one}/escalation" for one in hold_ids[:1]],
        "/desk/matches/{match_id}": [f"/desk/matches/{one}" for one in match_ids],
        "/desk/matches/{match_id}/veto": [f"/desk/matches/{one}/veto" for one in match_ids[:1]],
        "/desk/people/{resident_id}": [f"/desk/people/{one.id}" for one in (people.adult, people.child)],
        "/desk/people/{resident_id}/words": [f"/desk/people/{one.id}/words" for one in (people.adult, people.child)],
    }
    found = await rounds.draft(db, staff, now=now)
    pair = (await round_publishing.waiting(db, await remit.desk_of(db, staff, now=now), found.id))[0]
    draft = f"/desk/rounds/{found.id}"
    desk |= {
        "/desk/rounds/{round_id}": [draft, f"{draft}?band=child&sort=waiting"],
        "/desk/rounds/{round_id}/publication": [f"{draft}/publication"],
        "/desk/rounds/{round_id}/unmatched": [f"{draft}/unmatched"],
        "/desk/rounds/{round_id}/shortage": [f"{draft}/shortage"],
        "/desk/rounds/{round_id}/pairs/{pair_id}/never": [f"{draft}/pairs/{pair.id}/never"],
    }
    asked = TeamMessage(
        association_id=staff.association_id, sign_in_id=people.adult.sign_in_id, text="May I send a photo?",
        created_at=now,
    )  # fmt: skip
    db.add(asked)
    await db.flush()
    desk["/desk/mail/answer/{message_id}"] = [f"/desk/mail/answer/{asked.id}"]
    _letter, writer = await _delivered(db, people.adult)
    for state, why in ((RawMailState.AWAITING_WRITER, None), (RawMailState.QUARANTINED, "reader_died")):
        db.add(
            RawMail(
                participant_id=writer, envelope_from="a@elsewhere.example", envelope_to="x@letters.test", state=state,
                blob_sha256=await keep(db, b"a mail", now=now), reason=why, received_at=now - WEEK,
                handled_at=now - WEEK / 2,
            )
        )  # fmt: skip
    report = (await db.exec(select(Report.id))).all()[0]
    return {route: {"moderator": addresses} for route, addresses in desk.items()} | {
        "/desk/reports/{report_id}": {"reported to": [f"/desk/reports/{report}"]}
    }


async def _groups(db: AsyncSession, people: People) -> Addressed:
    """A group of Ilse's town and its pairs; the one of the adult’s choir, which waits for their answer."""
    staff = (await db.exec(select(Moderator).where(Moderator.sign_in_id == people.moderator.id))).one()
    ours = (await db.exec(select(Group).where(Group.association_id == staff.association_id))).all()
    spoken_for = [one.id for one in ours if one.contact_id == people.adult.id]
    pairs = await db.exec(
        select(GroupMatch).where(
            or_(
                col(GroupMatch.low_id).in_([one.id for one in ours]),
                col(GroupMatch.high_id).in_([one.id for one in ours]),
            )
        )
    )
    matches = pairs.all()
    asked = [one.id for one in matches if one.low_id in spoken_for or one.high_id in spoken_for]
    return {
        "/desk/groups/{group_id}": {"moderator": [f"/desk/groups/{one.id}" for one in ours[:1]]},
        "/desk/groups/matches/{match_id}": {"moderator": [f"/desk/groups/matches/{one.id}" for one in matches]},
        "/groups/{match_id}": {"adult": [f"/groups/{one}" for one in asked]},
    }


async def _mail_in_trouble(db: AsyncSession, *, now: datetime) -> None:
    """So that the page of mail health has something to say."""
    house = House(
        "letters.penfriends.example", "bounce.penfriends.example", "penfriends.example", "pf1",
        "letters.penfriends.example", "QUJD",
    )  # fmt: skip
    known = {
        Question("letters.penfriends.example", Kind.MX): Answer(Fate.FOUND, ("10 mx.penfriends.example.",)),
        Question("mx.penfriends.example", Kind.ADDRESS): Answer(Fate.FOUND, ("192.0.2.1",)),
        Question("bounce.penfriends.example", Kind.TXT): Answer(Fate.FOUND, ("v=spf1 mx +all",)),
        Question("pf1._domainkey.letters.penfriends.example", Kind.TXT): Answer(Fate.NOTHING),
        Question("_dmarc.letters.penfriends.example", Kind.TXT): Answer(Fate.FOUND, ("v=DMARC1; p=none",)),
    }
    await domain_checks.keep(db, judge(house, known).findings, now=now)
    for place, until in (("smarthost", now - WEEK), ("post.example", now + timedelta(minutes=20))):
        db.add(MailTrouble(place=place, failures=6, last_at=now, until=until))
    mailboxes = (await db.exec(select(SignIn.id).order_by(col(SignIn.id)).limit(6))).all()
    for number, mailbox in enumerate(mailboxes):
        state = DeliveryState.FAILED if number > 4 else DeliveryState.SENT
        db.add(
            Delivery(
                kind=DeliveryKind.NOTICE, notice="nudge", sign_in_id=mailbox, state=state, sent_at=now, due_at=now,
                first_try_at=now, message_id=f"health-{number}", created_at=now,
            )
        )  # fmt: skip
    db.add(Suppression(sign_in_id=mailboxes[0], reason=SuppressionReason.COMPLAINT, since=now))


async def _matches(db: AsyncSession, people: People) -> Addressed:
    found: dict[str, list[str]] = {}
    for role, one in (("asked", people.asked), ("asked child", people.asked_child)):
        if one is not None:
            found[role] = [f"/matches/{(await _side(db, one)).match_id}"]
    return {"/matches/{match_id}": found}


async def _side(db: AsyncSession, one: Resident) -> MatchSide:
    found = await db.exec(
        select(MatchSide)
        .join(Match, col(Match.id) == col(MatchSide.match_id))
        .where(MatchSide.resident_id == one.id, Match.state == MatchState.APPROVED)
    )
    return found.all()[0]


async def _links(db: AsyncSession, people: People, *, now: datetime) -> Addressed:
    """A good one-time link of every purpose."""

    async def link(purpose: LinkPurpose, subject: UUID | None, sign_in: UUID | None = None) -> str:
        made = await links.make(db, purpose, now=now, lifetime=WEEK, sign_in_id=sign_in, subject_id=subject)
        return made.secret

    unconfirmed = await _in_state(db, ResidentState.UNCONFIRMED)
    drafted = await _in_state(db, ResidentState.AWAITING_CONSENT)
    letter, reader = await _delivered(db, people.adult)
    check = await _asked_how_it_goes(db, await db.get_one(Participant, reader), now=now)
    mail = (await db.exec(select(RawMail.id))).all()[0]
    ilse = people.moderator
    staff = (await db.exec(select(Moderator.id).where(Moderator.sign_in_id == ilse.id))).one()
    withdraw = await link(LinkPurpose.WITHDRAW_CONSENT, people.child.id, people.child_guardian.id)
    consent = await link(LinkPurpose.GUARDIAN_CONSENT, drafted.id, (await guardian_of(db, drafted)).id)
    found = {
        "/c/{secret}": f"/c/{await link(LinkPurpose.CONFIRM_SIGN_UP, unconfirmed.id, unconfirmed.sign_in_id)}",
        "/g/{secret}": f"/g/{consent}",
        "/g/{secret}/withdrawal": f"/g/{withdraw}/withdrawal",
        "/s/{secret}": f"/s/{await link(LinkPurpose.SIGN_IN, None, people.adult.sign_in_id)}",
        "/f/{secret}": f"/f/{await link(LinkPurpose.FIT_CHECK, check.id)}?a=not",
        "/m/{secret}": f"/m/{await link(LinkPurpose.ANSWER_MATCH, (await _side(db, people.asked)).id)}",
        "/w/{secret}": f"/w/{await link(LinkPurpose.REPORT_LETTER, letter)}",
        "/p/{secret}": f"/p/{await link(LinkPurpose.STOP_LETTERS, reader, people.adult.sign_in_id)}",
        "/a/{secret}": f"/a/{await link(LinkPurpose.COME_OF_AGE, (await _came_of_age(db, people, now=now)).id)}",
        "/e/{secret}": f"/e/{await _further(db, people.adult, now=now)}",
        "/y/{secret}": f"/y/{await link(LinkPurpose.STILL_WAITING, (await _asked_whether(db, people, now=now)).id)}",
        "/b/{secret}": f"/b/{await link(LinkPurpose.STOP_LETTERS, reader, people.adult.sign_in_id)}",
        "/k/{secret}": f"/k/{await link(LinkPurpose.CONFIRM_MAIL, mail, people.adult.sign_in_id)}",
        "/staff/invitation/{secret}": f"/staff/invitation/{await link(LinkPurpose.STAFF_INVITATION, staff, ilse.id)}",
    }
    return {route: {"anonymous": [address]} for route, address in found.items()}


async def _asked_whether(db: AsyncSession, people: People, *, now: datetime) -> Resident:
    """Somebody who let two proposals pass and is asked whether they still wait; nobody of the roles."""
    roles = [one.id for one in (people.adult, people.asked)]
    found = await db.exec(
        select(Resident)
        .where(
            Resident.state == ResidentState.ACTIVE, Resident.band == "adult", col(Resident.id).not_in(roles),
            col(Resident.waiting_since).is_not(None),
        )
        .order_by(col(Resident.id))
    )  # fmt: skip
    one = found.all()[0]
    one.still_asked_at, one.waited_days, one.waiting_since = now, 34, None
    db.add(one)
    return one


async def _came_of_age(db: AsyncSession, people: People, *, now: datetime) -> Resident:
    """Somebody who has just turned 18 and has not gone on yet; nobody of the roles."""
    roles = [one.id for one in (people.adult, people.asked)]
    found = await db.exec(
        select(Resident)
        .where(Resident.state == ResidentState.PAUSED, Resident.band == "adult", col(Resident.id).not_in(roles))
        .order_by(col(Resident.id))
    )
    one = found.all()[0]
    one.came_of_age_at = now
    db.add(one)
    return one


async def _further(db: AsyncSession, resident: Resident, *, now: datetime) -> str:
    """The secret of a link to an address that somebody would like to write from, too."""
    there = await newcomers.address_of(db, "further@example.org", locale="en", now=now)
    row = ResidentAddress(resident_id=resident.id, sign_in_id=there.id, created_at=now)
    db.add(row)
    await db.flush()
    purpose = LinkPurpose.CONFIRM_ADDRESS
    return (await links.make(db, purpose, now=now, lifetime=WEEK, sign_in_id=there.id, subject_id=row.id)).secret


async def _in_state(db: AsyncSession, state: ResidentState) -> Resident:
    return (await db.exec(select(Resident).where(Resident.state == state).order_by(col(Resident.id)))).all()[0]


async def _delivered(db: AsyncSession, reader: Resident) -> tuple[UUID, UUID]:
    """A letter that `reader` got, and their part in that correspondence."""
    mine = (await db.exec(select(Participant).where(Participant.resident_id == reader.id))).all()[0]
    found = await db.exec(
        select(Letter.id)
        .join(Correspondence, col(Correspondence.id) == col(Letter.correspondence_id))
        .where(
            Letter.correspondence_id == mine.correspondence_id,
            Letter.author_id != mine.id,
            Letter.state == LetterState.DELIVERED,
        )
    )
    return found.all()[0], mine.id
