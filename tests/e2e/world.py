"""What is there to look at: which routes, as which role, with which cookies?"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import sessions, signup
from penfriends.actions.addresses import Addresses
from penfriends.ids import fingerprint
from penfriends.models.residents import Resident
from penfriends.models.schools import Pupil
from penfriends.web import classroom
from penfriends.web.classroom import SEAT_COOKIE
from penfriends.web.permissions import TABLE, Permission, key_of
from penfriends.web.signin import WAITING_COOKIE
from penfriends.web.signup import COOKIE as SIGN_UP_COOKIE
from penfriends.web.staff import HALFWAY_COOKIE, _sealed
from penfriends.web.visitor import session_cookie
from tests.e2e.behind import Addressed, behind_routes
from tests.e2e.people import People, guardian_of, people_of, reported_to
from tests.support.built import built, inside
from tests.support.site import Site

# Who may see what, so that a page is looked at by everybody who can come to it. A guardian of several children chooses
# first for whom they write, and is a child from then on.
ROLES = {
    Permission.ANYONE: ("anonymous", "adult", "child", "moderator"),
    Permission.LINK: ("anonymous",),
    Permission.SIGNED_IN: ("adult", "child", "guardian"),
    Permission.RESIDENT: ("adult", "child"),
    Permission.WRITER: ("adult", "child", "pupil"),
    Permission.PUPIL: ("pupil",),
    Permission.TEACHER: ("teacher",),
    Permission.READER: ("moderator", "teacher"),
    Permission.STAFF: ("moderator",),
    Permission.OPERATOR: ("moderator",),
}
# Not shown to a person: for machines, downloads; /dev is for developers and stays in English.
NOT_PAGES = ("/health", "/static", "/dev", "/me/data", "/feeds")
PIECES = (  # of a page
    "/pictures/{number}", "/pictures/{attachment_id}", "/pictures/{position}", "/paper/pages/{page_id}",
    "/letters/{letter_id}/journey", "/rounds/{round_id}/progress",
)  # fmt: skip

OTHER_WEIGHTS = "/desk/weights/outlook?interests=250&language=180&practice=35&age=300&town=100&wish=40&medium=20"

Cookies = Mapping[str, str]


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
    found = {}
    with built(site.settings, site.database) as application:
        for route in inside(application).routes:
            for handler in getattr(route, "route_handlers", ()):
                if "GET" in getattr(handler, "http_methods", ()) and key_of(handler) in TABLE:
                    found[route.path_format if "{" in route.path else route.path] = TABLE[key_of(handler)]
    return {
        path: permission
        for path, permission in found.items()
        if not path.startswith(NOT_PAGES) and not path.endswith(PIECES)
    }


async def populated(site: Site, *, at: Addresses, now: datetime) -> World:
    """Sign everybody in and find something to look at behind every route."""
    async with site.database.transaction() as db:
        people = await people_of(db)
        cookies = await _cookies(db, people, site, at=at, now=now)
        known = await behind_routes(db, people, now=now)
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
    addresses["/desk/weights/outlook"] = {"moderator": [OTHER_WEIGHTS]}
    return World(site, cookies, addresses, missing)


def _halfway_steps(addresses: Addressed) -> None:
    """Pages that one comes to only in the middle of something."""
    for route in ("/sign-in/code", "/staff/code", "/class/names", "/class/pictures"):
        if route in addresses:
            addresses[route] = {"halfway": [route]}


# --- signed in, or in the middle of signing up ------------------------------------------------------------------------


async def _cookies(db: AsyncSession, people: People, site: Site, *, at: Addresses, now: datetime) -> dict[str, Cookies]:
    async def signed_in(who: UUID, resident: Resident | None = None, *, staff: bool = False) -> Cookies:
        secret = await sessions.begin(db, who, now=now, staff=staff)
        if resident is not None:
            await sessions.act_as(db, fingerprint(secret), resident.id)
        return {session_cookie(site.settings): secret}

    async def resident(one: Resident) -> Cookies:
        return await signed_in(one.sign_in_id or (await guardian_of(db, one)).id, one)

    return {
        "anonymous": {},
        "halfway": {
            WAITING_COOKIE: quote(json.dumps(["margaret@post.example", ""])),
            HALFWAY_COOKIE: _sealed(people.moderator.id, "", at.key, now),
            SEAT_COOKIE: classroom.sealed(await _seat(db, people.pupil), at.key, now),
        },
        "adult": await resident(people.adult),
        "child": await resident(people.child),
        "guardian": await signed_in(people.parent.id),
        "moderator": await signed_in(people.moderator.id, staff=True),
        "teacher": await signed_in(people.teacher.id, staff=True),
        "pupil": await resident(people.pupil),
        "asked": await resident(people.asked),
        "asked child": await resident(people.asked_child or people.child),
        "reported to": await signed_in((await reported_to(db)).sign_in_id, staff=True),
        "newcomer": {SIGN_UP_COOKIE: await _draft(db, NEWCOMER, now=now)},
        "new child": {SIGN_UP_COOKIE: await _draft(db, NEW_CHILD, now=now)},
    }


async def _seat(db: AsyncSession, resident: Resident) -> classroom.Step:
    """Somebody before the pictures: code and name are typed, one picture is tapped."""
    pupil = await db.get_one(Pupil, resident.id)
    pupil.pictures = "f" * 64
    db.add(pupil)
    return classroom.Step(pupil.class_id, resident.id, ("star",))


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
