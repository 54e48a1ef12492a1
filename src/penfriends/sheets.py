"""What are the rows of a file that somebody sent as a list: from Excel, or text of any kind?

Nothing here knows what a roster is, except that it looks at what a text's signs cut it into. Never raises.
"""

from penfriends.rules.roster_rows import rows_of_text
from penfriends.rules.roster_values import Note, Problem, Sheet, Told, Trouble
from penfriends.sheet_excel import read_excel
from penfriends.sheet_text import decoded

MOST_BYTES = 2_000_000

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What people send by mistake: a PDF, a letter, pictures, pages that call themselves Excel.
_OTHERS = (
    b"%PDF",
    b"{\\rtf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"<!DOCTYPE",
    b"<html",
    b"<table",
    b"<?xml",
    b"<HTML",
)


def read_sheet(raw: bytes, *, prefers: str = "") -> Sheet:
    """The rows. What the file is, its first bytes say, not its name. `prefers` is the teacher's language: where two
    encodings make as much sense, it decides."""
    if len(raw) > MOST_BYTES:
        return Sheet(problems=(Problem(Trouble.TOO_LARGE, value=str(MOST_BYTES)),))
    if raw.startswith(_ZIP):
        return read_excel(raw)
    if raw.startswith(_OLD_OFFICE):
        return Sheet(problems=(Problem(Trouble.OLD_OR_LOCKED),))
    text = None if raw.lstrip().startswith(_OTHERS) else decoded(raw, prefers=prefers)
    if text is None:
        return Sheet(problems=(Problem(Trouble.NOT_A_SHEET),))
    notes = (Told(Note.GUESSED_ENCODING, value=text.guessed),) if text.guessed else ()
    return rows_of_text(text.text, notes)
