"""How far is a round, how did it end, and what would help who got nobody? Sentences for the codes of rounds.

In the reader's language; beside reasons.py, which is long enough.
"""

from collections.abc import Mapping, Sequence

from penfriends.i18n import N_, gettext
from penfriends.reasons import language_names

STEPS: Mapping[str, str] = {
    "reading": N_("Reading"),
    "comparing": N_("Comparing"),
    "solving": N_("Choosing"),
    "checking": N_("Checking"),
    "storing": N_("Storing"),
}

STATES: Mapping[str, str] = {
    "running": N_("Running"),
    "draft": N_("Draft"),
    "published": N_("Published"),
    "failed": N_("Failed"),
    "dropped": N_("Dropped"),
}

FAILURES: Mapping[str, str] = {
    "died": N_("The round stopped before it was ready. Nothing was lost and nobody was told; start it again."),
    "too_long": N_("The round took longer than half an hour and was stopped. Nobody was told; start it again later."),
    "checker": N_("The check at the end found a mistake, so nothing was kept. Please tell whoever runs this service."),
    "broke": N_("Something went wrong on our side. Nothing was kept and nobody was told; start it again."),
}

HELPS: Mapping[str, str] = {
    "twins_of_twins": N_("Would be possible with twins of twins, if they allow that."),
    "language": N_("Would be possible if they wrote some %(language)s."),
    "on_paper": N_("Would be possible on paper."),
    "by_wire": N_("Would be possible on the website or by e-mail."),
}

HELPS_BY_REASON: Mapping[str, str] = {
    "no_link": N_("A twin link of the town would help."),
    "nobody_there": N_("Somebody who joins in a twin town would help."),
    "age_window": N_("Somebody of a similar age in a twin town would help."),
    "no_language": N_("Somebody in a twin town who writes the same language would help."),
    "too_early": N_("The next rounds look further by themselves."),
    "all_taken": N_("The next round looks again; who waits longer weighs more."),
    "birth_date_missing": N_("Enter the date of birth on the person’s page."),
}


def what_helps(reason: str, codes: Sequence[str]) -> list[str]:
    """What would help somebody who got nobody: first what was tried out, then what helps in such a case."""
    found = []
    for code in codes:
        kind, _colon, which = code.partition(":")
        if kind in HELPS:
            found.append(gettext(HELPS[kind]) % {"language": language_names([which])[0] if which else ""})
    if reason in HELPS_BY_REASON:
        found.append(gettext(HELPS_BY_REASON[reason]))
    return found
