"""What does the moderator do with what is held, on the site that may die under every press?"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import moderation
from penfriends.models.delivery import Delivery, DeliveryState
from penfriends.models.letters import Letter, LetterState
from penfriends.models.moderation import Decision, Hold, Verb
from tests.crash import people
from tests.crash.browser import Browser, Never
from tests.crash.house import House
from tests.crash.outside import HICCUPS
from tests.crash.schedule import Reading
from tests.crash.words import MARK

AWAKE = timedelta(hours=6)  # of a session, by the clock of the house
TRIES = 5  # after which a letter that the site does not let go is left alone
NOT_TAKEN = "smarthost log: not taken"


@dataclass
class Desk:
    """The moderators at work on the letters of `correspondences`, as `readings` say by the word of each letter."""

    house: House
    browser: Browser
    correspondences: frozenset[UUID]
    readings: dict[str, Reading] = field(default_factory=dict)
    teachers: Mapping[UUID, UUID] = field(default_factory=dict)
    """The sign-in of who reads the letters of a pupil, by the pupil's place in the correspondence."""
    _cookies: tuple[str, ...] = ()
    _since: datetime | None = None
    _tries: Counter[UUID] = field(default_factory=Counter)
    _undone: set[UUID] = field(default_factory=set)

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(0.3)

    async def look(self) -> int:
        """Decide what waits; how much it was. What did not work waits for the next look."""
        try:
            async with self.house.database.reading() as db:
                held, unsure = await self._held(db), await self._not_taken(db)
            for hold_id, letter_id, word, by in held:
                await self._decide(hold_id, letter_id, self.readings.get(word, Reading.RELEASE), by)
            for delivery_id in unsure:
                for number in range(len(people.MODERATED)):  # the reader's town decides; to the other it is unknown
                    await self._press(f"/desk/mail/deliveries/{delivery_id}/missing", number)
        except HICCUPS:
            return 1
        return len(held) + len(unsure)

    async def clear(self) -> None:
        """What nobody came to must not lie on the desk of the next schedule."""
        async with self.house.database.transaction() as db:
            ours = col(Letter.correspondence_id).in_(self.correspondences)
            left = select(Letter.id).where(ours, Letter.state == LetterState.HELD)
            await db.exec(update(Hold).where(col(Hold.letter_id).in_(left)).values(closed_at=self.house.now()))

    async def _held(self, db: AsyncSession) -> list[tuple[UUID, UUID, str, int]]:
        rows = await db.exec(
            select(Hold, Letter)
            .join(Letter, col(Letter.id) == col(Hold.letter_id))
            .where(
                col(Hold.closed_at).is_(None), Letter.state == LetterState.HELD,
                col(Letter.correspondence_id).in_(self.correspondences),
            )
        )  # fmt: skip
        found = [
            (hold.id, letter.id, word_of(letter.original_text), self._whose(letter.author_id, arriving=hold.arriving))
            for hold, letter in rows.all()
        ]
        return [
            one
            for one in found
            if self._tries[one[0] if one[3] else one[1]] < TRIES and self.readings.get(one[2]) != Reading.LEAVE
        ]

    def _whose(self, author_id: UUID, *, arriving: bool) -> int:
        """Who decides: the first of the moderators; of a pupil's letter the own teacher, and then the friend's."""
        sides = list(self.teachers)
        if author_id not in sides:
            return 0
        return len(people.MODERATED) + (sides.index(author_id) + arriving) % len(sides)

    async def _not_taken(self, db: AsyncSession) -> list[UUID]:
        """Children's letters of which the smarthost's log says that it never saw them: a person sends them again."""
        rows = await db.exec(
            select(Delivery.id)
            .join(Letter, col(Letter.id) == col(Delivery.letter_id))
            .where(
                Delivery.state == DeliveryState.UNSURE, Delivery.last_text == NOT_TAKEN,
                col(Letter.correspondence_id).in_(self.correspondences),
            )
        )  # fmt: skip
        return list(rows.all())

    async def _decide(self, hold_id: UUID, letter_id: UUID, reading: Reading, by: int) -> None:
        path = f"/desk/letters/{hold_id}"
        if reading is Reading.RETURN:
            await self._press(f"{path}/return", by, reasons="phone", note="", step="")
        else:
            async with self.house.database.reading() as db:
                seen = await moderation.shown_hash(db, await db.get_one(Letter, letter_id))
            await self._press(f"{path}/release", by, seen_hash=seen)
            if reading is Reading.UNDO and letter_id not in self._undone:
                self._undone.add(letter_id)
                await self._undo(letter_id, by)
                return
        self._tries[hold_id if by else letter_id] += 1  # a pupil's letter is let go twice

    async def _undo(self, letter_id: UUID, by: int) -> None:
        """Takes the release back, if no worker was faster."""
        async with self.house.database.reading() as db:
            rows = await db.exec(
                select(Decision.id).where(
                    Decision.subject_id == letter_id, Decision.verb == Verb.RELEASE, col(Decision.undone_at).is_(None)
                )
            )
            decision_id = rows.first()
        if decision_id is not None:
            await self._press(f"/desk/decisions/{decision_id}/undo", by)

    async def _press(self, path: str, by: int = 0, **form: str) -> None:
        """One of the moderators presses a button. A no is an answer."""
        if self._since is None or self.house.now() - self._since > AWAKE:
            others = await people.staff(self.house, list(self.teachers.values()))
            self._cookies = (*await people.moderators(self.house), *others)
            self._since = self.house.now()
        with contextlib.suppress(Never):
            await self.browser.go(path, self._cookies[by], **form)


def word_of(text: str) -> str:
    """The word by which a letter is known, in the text that its writer wrote."""
    found = text.partition(MARK)[2].split()
    return found[0] if found else ""
