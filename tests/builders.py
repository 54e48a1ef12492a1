"""Rows that a test starts from: towns, people, a correspondence, letters. Each function makes one thing."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_letters, delivery, pupils, sessions
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.people import email_key
from penfriends.models.letters import Correspondence, Letter, LetterState, Participant
from penfriends.models.matching import Match, MatchSide, MatchState
from penfriends.models.moderation import Moderator, Role, Vetting, VettingKind
from penfriends.models.pairings import Couple, Pairing, PairingClass, PairingState
from penfriends.models.places import Association, Town, TwinLink
from penfriends.models.residents import (
    Consent,
    ConsentState,
    Guardian,
    Resident,
    ResidentInterest,
    ResidentLanguage,
    ResidentState,
)
from penfriends.models.schools import ClassTeacher, PaperYes, Pupil, School, SchoolClass, SchoolState, Teacher
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band
from penfriends.rules.matching import Level, Medium

NOW = datetime(2026, 5, 12, 10, 0, tzinfo=UTC)
AT = Addresses("http://penfriends.test", "letters.test", "bounce.test", "team@penfriends.test", b"k" * 32)
POLICY = Policy(10, 5, 20, 14, False, "mx.test")
_numbers = count(1)


async def association(db: AsyncSession, slug: str = "") -> Association:
    """An association, named after its slug."""
    slug = slug or f"association-{next(_numbers)}"
    row = Association(slug=slug, name=slug.title())
    db.add(row)
    await db.flush()
    return row


async def town(
    db: AsyncSession,
    name: str = "",
    *,
    country: str = "GB",
    language: str = "en",
    zone: str = "Europe/London",
    of: Association | None = None,
    twin: Town | None = None,
) -> Town:
    """A town with an association of its own unless `of` is given, linked with `twin`."""
    name = name or f"Town {next(_numbers)}"
    slug = name.lower().replace(" ", "-")
    keeper = of or await association(db, slug)
    row = Town(
        slug=slug, name=name, country=country, language=language, timezone=zone, latitude=52.0, longitude=1.0,
        association_id=keeper.id,
    )  # fmt: skip
    db.add(row)
    await db.flush()
    if twin is not None:
        low, high = sorted((row.id, twin.id))
        db.add(TwinLink(low_id=low, high_id=high, since=1980))
        await db.flush()
    return row


async def sign_in(db: AsyncSession, email: str = "") -> SignIn:
    """Somebody with a verified address."""
    email = email or f"person{next(_numbers)}@example.org"
    row = SignIn(email=email, email_key=email_key(email), verified_at=NOW, created_at=NOW)
    db.add(row)
    await db.flush()
    return row


async def adult(
    db: AsyncSession,
    home: Town,
    first_name: str = "Henk",
    *,
    email: str = "",
    likes: tuple[str, ...] = ("chess", "trains"),
    languages: tuple[str, ...] = ("en",),
    question: str = "What did your street look like in 1960?",
    medium: Medium = Medium.EMAIL,
) -> Resident:
    """An active resident of 70 with an own address."""
    who = await sign_in(db, email)
    row = Resident(
        sign_in_id=who.id, town_id=home.id, band=Band.ADULT, birth_year=1955, first_name=first_name, question=question,
        facts="I repair old radios.", medium=medium, state=ResidentState.ACTIVE, profile_changed_at=NOW,
        waiting_since=NOW, rules_agreed_at=NOW, created_at=NOW,
    )  # fmt: skip
    return await _with_likes(db, row, likes, languages)


async def child(
    db: AsyncSession,
    home: Town,
    first_name: str = "Maisie",
    *,
    born: date = date(2015, 3, 27),
    guardian_email: str = "",
    likes: tuple[str, ...] = ("cats", "drawing"),
    languages: tuple[str, ...] = ("en",),
) -> Resident:
    """An active child without an own address, whose guardian has said yes for a year."""
    parent = await guardian(db, guardian_email)
    row = Resident(
        guardian_id=parent.id, town_id=home.id, band=Band.CHILD, birth_year=born.year, birth_on=born,
        first_name=first_name, avatar="cat", state=ResidentState.ACTIVE, profile_changed_at=NOW, waiting_since=NOW,
        created_at=NOW,
    )  # fmt: skip
    made = await _with_likes(db, row, likes, languages)
    db.add(
        Consent(
            resident_id=made.id, guardian_id=parent.id, state=ConsentState.GIVEN, asked_at=NOW, answered_at=NOW,
            expires_at=NOW + timedelta(days=365),
        )
    )  # fmt: skip
    await db.flush()
    return made


async def guardian(db: AsyncSession, email: str = "") -> Guardian:
    """A guardian with a verified address."""
    who = await sign_in(db, email)
    row = Guardian(sign_in_id=who.id, created_at=NOW)
    db.add(row)
    await db.flush()
    return row


async def approved_match(db: AsyncSession, one: Resident, other: Resident, *, now: datetime = NOW) -> Match:
    """A match that moderators have approved and that both may answer for 14 days."""
    row = Match(
        band=one.band, state=MatchState.APPROVED, proposed_at=now, approved_at=now, expires_at=now + timedelta(days=14)
    )
    db.add(row)
    await db.flush()
    for side in (one, other):
        db.add(MatchSide(match_id=row.id, resident_id=side.id, band=row.band, open_band=row.band))
    await db.flush()
    return row


async def correspondence(
    db: AsyncSession, one: Resident, other: Resident, *, now: datetime = NOW
) -> tuple[Participant, Participant]:
    """An open correspondence of two residents with a masked address for each; their participants, in this order."""
    row = Correspondence(band=one.band, opened_at=now, state_changed_at=now)
    db.add(row)
    await db.flush()
    made = []
    for side in (one, other):
        participant = Participant(
            correspondence_id=row.id, resident_id=side.id, band=row.band, open_band=row.band, joined_at=now
        )
        db.add(participant)
        await db.flush()
        await delivery.open_alias(db, participant, now=now)
        made.append(participant)
    return made[0], made[1]


async def letter(
    db: AsyncSession,
    author: Participant,
    text: str = "Dear friend,\n\nhow are you?",
    *,
    state: LetterState = LetterState.DELIVERED,
    at: datetime = NOW,
    parent_id: UUID | None = None,
    title: str = "",
    language: str | None = "en",
) -> Letter:
    """A letter of `author` in any state, with the times that this state implies."""
    sent = state is not LetterState.DRAFT
    passed = state in (LetterState.RELEASED, LetterState.ON_ITS_WAY, LetterState.DELIVERED, LetterState.UNSURE)
    row = Letter(
        correspondence_id=author.correspondence_id, author_id=author.id, parent_id=parent_id, state=state, title=title,
        language=language, original_text=text, kept_text=text if sent else "", released_text=text if passed else "",
        created_at=at, changed_at=at, sent_at=at if sent else None, screened_at=at if sent else None,
        released_at=at if passed else None, due_at=at if passed else None,
        delivered_at=at if state is LetterState.DELIVERED else None,
    )  # fmt: skip
    db.add(row)
    await db.flush()
    return row


async def moderator(
    db: AsyncSession,
    of: UUID | Association | None,
    name: str = "Ilse",
    *,
    role: Role = Role.MODERATOR,
    vetted: bool = True,
    languages: tuple[str, ...] = ("en", "de", "fr", "nl", "pl", "ar"),
    email: str = "",
    operates: bool = False,
    now: datetime = NOW,
) -> Moderator:
    """A moderator of an association (or its id), with check and training unless `vetted` is False."""
    who = await sign_in(db, email)
    association_id = of.id if isinstance(of, Association) else of
    if association_id is None:
        association_id = (await association(db)).id
    row = Moderator(
        sign_in_id=who.id,
        association_id=association_id,
        name=name,
        role=role,
        languages=list(languages),
        operates=operates,
        created_at=now,
    )
    db.add(row)
    await db.flush()
    proofs = (VettingKind.SCHOOL,) if role is Role.TEACHER else (VettingKind.CHECK, VettingKind.TRAINING)
    for kind in proofs if vetted else ():
        db.add(
            Vetting(
                moderator_id=row.id, kind=kind, seen_by="Marta", seen_on=now.date(),
                expires_on=now.date() + timedelta(days=300),
            )
        )  # fmt: skip
    await db.flush()
    return row


async def school_class(
    db: AsyncSession,
    home: Town,
    name: str = "6B",
    *,
    teacher: str = "Ms Okafor",
    languages: tuple[str, ...] = ("en",),
    now: datetime = NOW,
) -> tuple[SchoolClass, Moderator]:
    """A class of a confirmed school of a town, this school year, and the teacher who leads it."""
    school = School(
        town_id=home.id, name=f"School of {home.name}", state=SchoolState.CONFIRMED, created_at=now,
    )  # fmt: skip
    db.add(school)
    await db.flush()
    who = await moderator(db, home.association_id, teacher, role=Role.TEACHER, now=now)
    db.add(Teacher(moderator_id=who.id, school_id=school.id, created_at=now))
    row = SchoolClass(
        school_id=school.id,
        name=name,
        starts_on=now.date() - timedelta(days=200),
        ends_on=now.date() + timedelta(days=60),
        size=25,
        youngest=9,
        oldest=11,
        languages=dict.fromkeys(languages, "well"),
        code=f"KITE-{next(_numbers)}",
        created_at=now,
    )
    db.add(row)
    await db.flush()
    db.add(ClassTeacher(class_id=row.id, moderator_id=who.id, since=now))
    await db.flush()
    return row, who


async def pupil(
    db: AsyncSession,
    of: SchoolClass,
    teacher: Moderator,
    first_name: str = "Ava",
    *,
    initial: str = "B",
    born: date = date(2016, 3, 27),
    languages: tuple[str, ...] = ("en",),
    likes: tuple[str, ...] = ("cats", "drawing"),
    paper: PaperYes = PaperYes.FORM,
    volunteer: bool = False,
    now: datetime = NOW,
) -> Pupil:
    """A pupil whose guardian has signed the form, unless `paper` says otherwise."""
    return await pupils.add(
        db, of, teacher, first_name=first_name, initial=initial, born=born, interests=likes, paper=paper,
        languages=dict.fromkeys(languages, Level.WELL), volunteer=volunteer, now=now,
    )  # fmt: skip


async def pairing(
    db: AsyncSession, *classes: SchoolClass, state: PairingState = PairingState.RUNNING, now: datetime = NOW
) -> Pairing:
    """Classes that write to each other, agreed by everybody."""
    row = Pairing(state=state, asked_at=now, approved_at=now, started_at=now)
    db.add(row)
    await db.flush()
    for position, one in enumerate(classes):
        db.add(PairingClass(pairing_id=row.id, class_id=one.id, position=position, answer=True, answered_at=now))
    await db.flush()
    return row


async def partnered(
    db: AsyncSession, of: Pairing, one: Pupil, other: Pupil, *, now: datetime = NOW
) -> tuple[Participant, Participant]:
    """Two pupils who write to each other; their participants, in this order."""
    low, high = sorted((one.resident_id, other.resident_id))
    couple = Couple(pairing_id=of.id, low_id=low, high_id=high)
    db.add(couple)
    await db.flush()
    row = await class_letters.open_for(db, of, couple, now=now)
    sides = await db.exec(select(Participant).where(Participant.correspondence_id == row.id))
    by_resident = {side.resident_id: side for side in sides}
    return by_resident[one.resident_id], by_resident[other.resident_id]


async def session(db: AsyncSession, who: UUID, *, staff: bool = False, now: datetime | None = None) -> str:
    """Sign somebody in; the secret of the cookie."""
    return await sessions.begin(db, who, now=now or datetime.now(UTC), staff=staff)


async def _with_likes(db: AsyncSession, row: Resident, likes: tuple[str, ...], languages: tuple[str, ...]) -> Resident:
    db.add(row)
    await db.flush()
    for code in likes:
        db.add(ResidentInterest(resident_id=row.id, code=code))
    for code in languages:
        db.add(ResidentLanguage(resident_id=row.id, code=code, level=Level.FIRST))
    await db.flush()
    return row
