"""How do the dates of a class stand in its teacher's own calendar? Three days for each round, in their language."""

from collections.abc import Iterator

from penfriends import i18n
from penfriends.actions.addresses import Addresses
from penfriends.actions.calendar_feeds import Feed
from penfriends.actions.class_calendar import Calendar
from penfriends.calendar_words import starters, step_title
from penfriends.i18n import gettext
from penfriends.rules.ical import Entry, feed
from penfriends.rules.letter_calendar import Step


def written(found: Feed, *, at: Addresses) -> bytes:
    """The bytes of the .ics file. No name of a pupil is in it, and nobody outside can tell from it where a class is."""
    with i18n.speaking(found.language):
        entries = [one for seen in found.calendars for one in _entries(seen, at)]
        name = gettext("Letters of %(class)s") % {"class": found.row.name}
        return feed(entries, name=name, language=found.language, changed=found.changed)


def _entries(seen: Calendar, at: Addresses) -> Iterator[Entry]:
    friends = ", ".join(one.row.name for one in seen.classes if not one.own)
    for one in seen.rounds:
        for step, day in one.round.steps(seen.own.uid):
            said = [gettext("With %(class)s") % {"class": friends}]
            if not seen.agreed:
                said.append(gettext("Not everybody has agreed to this date yet."))
            if step is Step.WRITE:
                said += starters(one.theme)
            yield Entry(
                uid=f"{one.row.id}-{seen.own.uid}-{step.value}@{at.mail_domain}",
                day=day,
                title=step_title(step, one.theme),
                text="\n".join(said),
                address=at.link(f"/pairings/{seen.pairing.id}/dates"),
                sequence=seen.pairing.calendar_version,
            )
