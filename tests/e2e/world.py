"""Who walks through the demo, as which role, and which real addresses are behind each route with a variable part?"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Litestar
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import app
from penfriends.actions import letters, links, sessions, signup
from penfriends.actions.addresses import Addresses
from penfriends.actions.people import sign_in_for
from penfriends.ids import fingerprint
from penfriends.models.delivery import RawMail
from penfriends.models.letters import Correspondence, Letter, LetterState, Participant
from penfriends.models.matching import Match, MatchSide, MatchState
from penfriends.models.moderation import Hold, Moderator, Report, Role
from penfriends.models.places import Town
from penfriends.models.residents import Guardian, Resident, ResidentState
from penfriends.models.signin import LinkPurpose, SignIn
from penfriends.rules.bands import Band
from penfriends.web.permissions import TABLE, Permission, key_of
from penfriends.web.signin import WAITING_COOKIE
from penfriends.web.signup import COOKIE as SIGN_UP_COOKIE
from penfriends.web.staff import HALFWAY_COOKIE, _sealed
from penfriends.web.visitor import KnowVisitors, session_cookie
from tests.support.site import Site

MODERATOR = "ilse.hargreave@team.example"
WEEK = timedelta(days=7)
# Who may see what, so that a page is looked at by everybody who can come to it. A guardian of several children chooses
# first for whom they write, and is a child from then on.
ROLES = {
    Permission.ANYONE: ("anonymous", "adult", "child", "moderator"),
    Permission.LINK: ("anonymous",),
    Permission.SIGNED_IN: ("adult", "child", "guardian"),
    Permission.RESIDENT: ("adult", "child"),
    Permission.STAFF: ("moderator",),
}
# Not shown to a person: for machines, downloads; /dev is for developers and stays in English.
NOT_PAGES = ("/health", "/static", "/dev", "/me/data")
PICTURES = ("/pictures/{number}", "/pictures/{attachment_id}")

Cookies = Mapping[str, str]
Addressed = dict[str, dict[str, list[str]]]


@dataclass(frozen=True, slots=True)
class World:
    """The demo with people in it: cookies of each role, and for each route what to open as whom."""

    site: Site
    cookies: Mapping[str, Cookies]
    addresses: Addressed
    missing: list[str] = field(default_factory=list)

    def visits(self) -> list[tuple[str, str]]:
        """(role, address) of everything to be looked at, in the order of the routes."""
        return [
            (role, address)
            for _route, by_role in sorted(self.addresses.items())
            for role, addresses in by_role.items()
            for address in addresses
        ]


def get_routes(site: Site) -> dict[str, Permission]:
    """Every GET address of the application that a person sees, with who may."""
    application = app.build(site.settings, site.database)
    assert isinstance(application, KnowVisitors)
    assert isinstance(application.app, Litestar)
    found = {}
    for route in application.app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if "GET" in getattr(handler, "http_methods", ()) and key_of(handler) in TABLE:
                found[route.path_format if "{" in route.path else route.path] = TABLE[key_of(handler)]
    return {
        path: permission
        for path, permission in found.items()
        if not path.startswith(NOT_PAGES) and not path.endswith(PICTURES)
    }


async def populated(site: Site, *, at: Addresses, now: datetime) -> World:
    """Sign everybody in and find something to look at behind every route."""
    async with site.database.transaction() as db:
        people = await _people(db)
        cookies = await _cookies(db, people, site, at=at, now=now)
        known = await _known(db, people, at=at, now=now)
    addresses: Addressed = {}
    missing = []
    for route, permission in get_routes(site).items():
        if "{" not in route:
            addresses[route] = {role: [route] for role in ROLES[permission]}
        elif route in known:
            addresses[route] = known[route]
        else:
            missing.append(route)
    _halfway_steps(addresses)
    return World(site, cookies, addresses, missing)


def _halfway_steps(addresses: Addressed) -> None:
    """Pages that one comes to only in the middle of something."""
    for route in ("/sign-in/code", "/staff/code"):
        if route in addresses:
            addresses[route] = {"halfway": [route]}


# --- who -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class People:
    """The rows of those who walk. `parent` is a guardian of several children, `asked` has a match to answer."""

    adult: Resident
    child: Resident
    child_guardian: SignIn
    parent: SignIn
    moderator: SignIn
    asked: Resident
    asked_child: Resident | None


async def _people(db: AsyncSession) -> People:
    child = await _named(db, "Maisie", Band.CHILD)
    moderator = await sign_in_for(db, MODERATOR)
    assert moderator is not None
    asked_child = await _asked(db, Band.CHILD)
    asked = await _asked(db, Band.ADULT)
    assert asked is not None, "the demo has no approved match that waits for an answer"
    return People(
        adult=await _named(db, "Margaret", Band.ADULT),
        child=child,
        child_guardian=await _guardian(db, child),
        parent=await _parent_of_several(db),
        moderator=moderator,
        asked=asked,
        asked_child=asked_child,
    )


async def _reported_to(db: AsyncSession) -> Moderator:
    """The safeguarding lead of the town of somebody who reported a letter."""
    found = await db.exec(
        select(Moderator)
        .join(Town, col(Town.association_id) == col(Moderator.association_id))
        .join(Resident, col(Resident.town_id) == col(Town.id))
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .join(Report, col(Report.reporter_id) == col(Participant.id))
        .where(Moderator.role == Role.LEAD)
        .order_by(col(Report.id))
    )
    return found.all()[0]


async def _named(db: AsyncSession, name: str, band: Band) -> Resident:
    """Of that name, and with letters."""
    found = await db.exec(
        select(Resident)
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .where(Resident.first_name == name, Resident.band == band)
        .order_by(col(Resident.created_at))
    )
    return found.all()[0]


async def _guardian(db: AsyncSession, child: Resident) -> SignIn:
    guardian = await db.get_one(Guardian, child.guardian_id)
    return await db.get_one(SignIn, guardian.sign_in_id)


async def _parent_of_several(db: AsyncSession) -> SignIn:
    """A guardian who may write as two children, else any."""
    other = aliased(Resident)
    found = await db.exec(
        select(Guardian.sign_in_id)
        .join(Resident, col(Resident.guardian_id) == col(Guardian.id))
        .outerjoin(other, (col(other.guardian_id) == col(Guardian.id)) & (col(other.id) != col(Resident.id)))
        .where(Resident.state == ResidentState.ACTIVE)
        .order_by(col(other.id).is_(None), col(Guardian.id))
    )
    return await db.get_one(SignIn, found.all()[0])


async def _asked(db: AsyncSession, band: Band) -> Resident | None:
    """Somebody with an approved match who has not answered yet."""
    found = await db.exec(
        select(Resident)
        .join(MatchSide, col(MatchSide.resident_id) == col(Resident.id))
        .join(Match, col(Match.id) == col(MatchSide.match_id))
        .where(Match.state == MatchState.APPROVED, col(MatchSide.answer).is_(None), Resident.band == band)
        .order_by(col(Match.id), col(MatchSide.id))
    )
    return found.first()


async def _cookies(db: AsyncSession, people: People, site: Site, *, at: Addresses, now: datetime) -> dict[str, Cookies]:
    async def signed_in(who: UUID, resident: Resident | None = None, *, staff: bool = False) -> Cookies:
        secret = await sessions.begin(db, who, now=now, staff=staff)
        if resident is not None:
            await sessions.act_as(db, fingerprint(secret), resident.id)
        return {session_cookie(site.settings): secret}

    async def resident(one: Resident) -> Cookies:
        return await signed_in(one.sign_in_id or (await _guardian(db, one)).id, one)

    return {
        "anonymous": {},
        "halfway": {
            WAITING_COOKIE: quote(json.dumps(["margaret@post.example", ""])),
            HALFWAY_COOKIE: _sealed(people.moderator.id, "", at.key, now),
        },
        "adult": await resident(people.adult),
        "child": await resident(people.child),
        "guardian": await signed_in(people.parent.id),
        "moderator": await signed_in(people.moderator.id, staff=True),
        "asked": await resident(people.asked),
        "asked child": await resident(people.asked_child or people.child),
        "reported to": await signed_in((await _reported_to(db)).sign_in_id, staff=True),
        "newcomer": {SIGN_UP_COOKIE: await _draft(db, NEWCOMER, now=now)},
        "new child": {SIGN_UP_COOKIE: await _draft(db, NEW_CHILD, now=now)},
    }


STEPS = ("birthday", "about", "languages", "likes", "how", "check")
LINES = ("card", "languages", "likes", "how")
LIKES = ["cats", "cycling", "maps"]
NEWCOMER: dict[str, Any] = {
    "who": "me", "town": "thetford", "birth": [1958, None], "first_name": "Ruth", "email": "ruth@post.example",
    "avatar": "cat", "languages": [["en", "first", False], ["de", "little", True]], "likes": LIKES,
    "facts": ["I keep bees.", "I repair radios."], "question": "What do you see from your window?",
    "medium": "email", "capacity": 2,
}  # fmt: skip
NEW_CHILD: dict[str, Any] = {
    "who": "child", "town": "thetford", "birth": [2016, "2016-03-27"], "first_name": "Ned",
    "guardian_email": "ruth@post.example", "avatar": "cat", "languages": [["en", "first", False]], "likes": LIKES,
    "medium": "web", "capacity": 1,
}  # fmt: skip


async def _draft(db: AsyncSession, answers: dict[str, Any], *, now: datetime) -> str:
    draft, secret = await signup.open_draft(db, now=now)
    await signup.save(db, draft, answers, now=now)
    return secret


# --- what ------------------------------------------------------------------------------------------------------------


async def _known(db: AsyncSession, people: People, *, at: Addresses, now: datetime) -> Addressed:
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
    found |= await _desk(db, people)
    found |= await _matches(db, people)
    found |= await _links(db, people, now=now)
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
    for role, one in (("adult", people.adult), ("child", people.child)):
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
        letter, thread = received.all()[0], f"/letters/with/{mine.correspondence_id}"
        for route, address in (
            ("/letters/with/{correspondence_id}", thread),
            ("/letters/with/{correspondence_id}/new", f"{thread}/new"),
            ("/letters/with/{correspondence_id}/ending", f"{thread}/ending"),
            ("/letters/with/{correspondence_id}/pause", f"{thread}/pause"),
            ("/letters/{letter_id}/edit", f"/letters/{draft.id}/edit"),
            ("/letters/{letter_id}/report", f"/letters/{letter}/report"),
            ("/letters/{letter_id}", f"/letters/{letter}"),
        ):
            found.setdefault(route, {})[role] = [address]
    return found


async def _desk(db: AsyncSession, people: People) -> Addressed:
    """What Ilse may judge: letters with marks first, a match of adults and one of children, a report, her people."""
    staff = (await db.exec(select(Moderator).where(Moderator.sign_in_id == people.moderator.id))).one()
    home = select(Resident.id).where(col(Resident.town_id) == people.adult.town_id).scalar_subquery()
    holds = await db.exec(
        select(Hold.id)
        .join(Letter, col(Letter.id) == col(Hold.letter_id))
        .join(Participant, col(Participant.correspondence_id) == col(Letter.correspondence_id))
        .where(col(Participant.resident_id).in_(home), col(Hold.closed_at).is_(None))
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
    }
    report = (await db.exec(select(Report.id))).all()[0]
    return {route: {"moderator": addresses} for route, addresses in desk.items()} | {
        "/desk/reports/{report_id}": {"reported to": [f"/desk/reports/{report}"]}
    }


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
    mail = (await db.exec(select(RawMail.id))).all()[0]
    ilse = people.moderator
    staff = (await db.exec(select(Moderator.id).where(Moderator.sign_in_id == ilse.id))).one()
    withdraw = await link(LinkPurpose.WITHDRAW_CONSENT, people.child.id, people.child_guardian.id)
    consent = await link(LinkPurpose.GUARDIAN_CONSENT, drafted.id, (await _guardian(db, drafted)).id)
    found = {
        "/c/{secret}": f"/c/{await link(LinkPurpose.CONFIRM_SIGN_UP, unconfirmed.id, unconfirmed.sign_in_id)}",
        "/g/{secret}": f"/g/{consent}",
        "/g/{secret}/withdrawal": f"/g/{withdraw}/withdrawal",
        "/s/{secret}": f"/s/{await link(LinkPurpose.SIGN_IN, None, people.adult.sign_in_id)}",
        "/m/{secret}": f"/m/{await link(LinkPurpose.ANSWER_MATCH, (await _side(db, people.asked)).id)}",
        "/w/{secret}": f"/w/{await link(LinkPurpose.REPORT_LETTER, letter)}",
        "/p/{secret}": f"/p/{await link(LinkPurpose.STOP_LETTERS, reader, people.adult.sign_in_id)}",
        "/k/{secret}": f"/k/{await link(LinkPurpose.CONFIRM_MAIL, mail, people.adult.sign_in_id)}",
        "/staff/invitation/{secret}": f"/staff/invitation/{await link(LinkPurpose.STAFF_INVITATION, staff, ilse.id)}",
    }
    return {route: {"anonymous": [address]} for route, address in found.items()}


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
