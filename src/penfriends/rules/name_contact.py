"""Does a first name say where else its owner can be found: an app, a user name, an address, a number in words?

A name stands on every letter and no moderator reads it anew, so it is looked at more strictly than a text. Names of
every script pass: letters, marks, spaces, apostrophes, hyphens, and the full stop of an initial.
"""

import re

from penfriends.rules.screening import email_address, link, phone
from penfriends.rules.screening.folding import fold
from penfriends.rules.screening.numerals import runs
from penfriends.rules.screening.phrases import Phrases
from penfriends.rules.screening.words import words_of
from penfriends.rules.screening.words_handle import PLATFORMS
from penfriends.rules.screening.words_mail import PROVIDERS

# Platforms that are ordinary words in a letter, but nobody's name. Line is one, and so are Kik and Ad.
_NO_NAMES = ("snap", "snaps", "signal", "threads", "twitter", "zoom", "teams", "playstation")
_NAMES_TOO = frozenset({"kik", "orange", "planet", "line", "ig"})
_PLATFORMS = Phrases(one for one in (*PLATFORMS, *_NO_NAMES) if one not in _NAMES_TOO)
_MAILBOXES = PROVIDERS - _NAMES_TOO
_INSIDE = re.compile(r"instagram|snapchat|whatsapp|tiktok|discord|telegram|roblox|youtube|facebook|gmail|hotmail")
_AT_THE_EDGE = re.compile(r"\b(?:insta|snap)\w|\w(?:insta|snap)\b|^ig\b|\big$")
# What stands in user names and addresses and in no name; a point inside a word, as in tom.k.
_NO_LETTER = re.compile(r"[\d_#/\\:=+*<>|~&%$\[\]{}]|\w{2,}\.\w{2,}|\w{2,}\.\w\b(?!\.)")


def tells_where(name: str) -> bool:
    """Whether a name carries a handle or a contact. "Insta Tom", "tom99", "tom at gmail" do; "D'Angelo" does not."""
    sheet = fold(name)
    words = words_of(sheet)
    if _NO_LETTER.search(sheet.plain) or _INSIDE.search(sheet.plain) or _AT_THE_EDGE.search(sheet.plain):
        return True
    if not _MAILBOXES.isdisjoint(words.distinct) or any(_PLATFORMS.find(words)):
        return True
    tells_number = any(phone.find(sheet.plain, runs(words.written)))
    return tells_number or any(email_address.find(sheet, words)) or any(link.find(sheet, words))
