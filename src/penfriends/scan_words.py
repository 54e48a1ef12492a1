"""What is a teacher told when a file of scanned pages could not be read, or a pupil's pages cannot be sent?"""

from penfriends.actions.scanned_pages import Snag
from penfriends.i18n import N_, gettext

TROUBLES = {
    "encrypted": N_("This PDF is locked with a password. Please save it without one."),
    "not_a_pdf": N_("This PDF is broken. Please scan the sheets once more."),
    "too_many_pages": N_("This PDF has more than 80 pages. Please send it in parts."),
    "too_many_bytes": N_("This file is larger than 25 MB. Scan in grey with 200 dots per inch, or send it in parts."),
    "too_many_pixels": N_("This picture is larger than 24 megapixels. Please take a smaller one."),
    "not_a_picture": N_("This is neither a PDF nor a picture: JPEG, PNG or WebP."),
}
OTHER = N_("This file could not be read to its end. Please send it in parts, or as photos.")
SNAGS = {
    Snag.NO_CONSENT: N_("A guardian’s yes is missing or has run out. The pages wait here, and nothing is sent."),
    Snag.TOO_MANY: N_("Five pages at most fit in a letter. Please remove some, or say whose they are."),
    Snag.USED: N_("A letter of this pupil on paper came in a short while ago. Is this the same sheet?"),
}


def trouble(code: str) -> str:
    """Why a file, or the rest of it, could not be read."""
    return gettext(TROUBLES.get(code, OTHER))


def snag(of: Snag) -> str:
    """What keeps the pages of a pupil here."""
    return gettext(SNAGS[of])
