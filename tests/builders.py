"""Rows that a test starts from: towns, people, a correspondence, letters. Each function makes one thing."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import delivery, sessions
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.people import email_key
from penfriends.models.letters import Correspondence, Letter, LetterState, Participant
from penfriends.models.matching import Match, MatchSide, MatchState
from penfriends.models.moderation import Moderator, Role, Vetting, VettingKind
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
    for kind in VettingKind if vetted else ():
        db.add(
            Vetting(
                moderator_id=row.id, kind=kind, seen_by="Marta", seen_on=now.date(),
                expires_on=now.date() + timedelta(days=300),
            )
        )  # fmt: skip
    await db.flush()
    return row


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
