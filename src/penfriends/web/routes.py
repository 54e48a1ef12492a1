"""Which addresses are there? One list; a module a noun."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from litestar.types import ControllerRouterHandler

from penfriends.settings import Settings

MODULES = (
    "health",
    "site",
    "help",
    "places",
    "signup",
    "consent",
    "signin",
    "classroom",
    "pupil",
    "residents",
    "waiting",
    "still_waiting",
    "my_data",
    "coming_of_age",
    "further_addresses",
    "matching",
    "letters",
    "letters_write",
    "letters_care",
    "mail_links",
    "friends",
    "fits",
    "schools",
)
STAFF_MODULES = (
    "staff",
    "desk",
    "returning",
    "review",
    "match_review",
    "rounds",
    "round_decisions",
    "round_sheets",
    "weights",
    "groups",
    "group_matches",
    "reports",
    "people",
    "desk_words",
    "mail_desk",
    "mail_health",
    "silences",
    "fit_desk",
    "classes",
    "class_facts",
    "class_reports",
    "school_desk",
    "board",
    "board_moves",
    "board_wishes",
    "dates",
    "feeds",
    "school_year",
    "class_letters",
    "class_paper",
    "class_scans",
    "scan_letters",
    "scan_pages",
    "reserve",
    "volunteer_letters",
    "partners",
    "pairings",
    "class_years",
    "class_pupils",
    "roster_pages",
    "pupil_consents",
    "pupil_page",
    "class_doors",
)
DEVELOPMENT_MODULES = ("dev", "dev_post")


def handlers(settings: Settings) -> Sequence[ControllerRouterHandler]:
    """Every handler of this installation; what is for development only does not exist in production."""
    names = MODULES + STAFF_MODULES + (DEVELOPMENT_MODULES if settings.development else ())
    found: list[ControllerRouterHandler] = []
    for name in names:
        module = f"penfriends.web.{name}"
        if find_spec(module) is not None:
            found.extend(import_module(module).ROUTES)
    return found
