"""2,000 hostile mails: does a header appear that we did not write, does all come back as it was cleaned?"""

import os
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penfriends.mail.cleaning import clean_line
from penfriends.mail.outbound import (
    LONGEST_NAME,
    LONGEST_SUBJECT,
    OutgoingImage,
    build,
    headers_outside_list,
)
from tests.unit.test_outbound import LETTER

TRICKS = st.sampled_from(
    [
        *(
            "\r\nBcc: evil@example.org",
            "\nBcc: x",
            "\rX: y",
            "\r\n\r\nbody",
            "\u2028Bcc: x",
            "\u0085To: x",
            "\x0bCc: x",
        ),
        *(
            "=?utf-8?q?a=0d=0aBcc:_x?=",
            "=?utf-8?b?DQpCY2M6IHg=?=",
            "=?=",
            "?=",
            "=?utf-7?q?+AA0ACg-?=",
            "=\r\n?utf-8?q?x?=",
        ),
        *(
            '"',
            "\\",
            '\\"',
            "<evil@example.org>",
            ",",
            ";",
            "(comment)",
            "@",
            ":",
            "\u202eevil\u202c",
            "\u2068",
            "\u2069",
        ),
        *(
            "\x00",
            "\ud800",
            "\udcff",
            "\ufeff",
            "\u200b",
            "ß",
            "مرحبا",
            "👩‍🚀",
            "é",
            "--=_",
            "\r\n--=_a\r\n",
            "%0d%0a",
            " " * 90,
        ),
        *("a" * 120, "ł" * 120, "Hürth", "𝕏", "�", "\x1f", "\x7f", "../../x.jpg", 'x"; filename="evil.exe'),
    ]
)
HOSTILE = st.lists(st.one_of(TRICKS, st.text(max_size=20)), max_size=8).map("".join)
IDS = st.one_of(HOSTILE, st.from_regex(r"<[a-zA-Z0-9.+=_-]{1,200}@[a-z0-9.-]{1,60}>", fullmatch=True))


def header(raw: bytes, name: str) -> str:
    """What a mail program shows: unfolded and decoded by the standard library."""
    value = message_from_bytes(raw, policy=policy.compat32)[name] or ""
    return str(make_header(decode_header(str(value).replace("\r\n ", " "))))


@pytest.mark.timeout(600)
@settings(
    max_examples=2000 if os.environ.get("PENFRIENDS_THOROUGH") else 300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(subject=HOSTILE, name=HOSTILE, file_name=HOSTILE, text=HOSTILE, ids=st.lists(IDS, max_size=4))
def test_no_header_of_theirs_and_everything_reads_back(
    subject: str, name: str, file_name: str, text: str, ids: list[str]
) -> None:
    image = OutgoingImage(file_name, "image/png", b"\x89PNG" + text.encode("utf-8", "replace"))
    raw = build(
        replace(
            LETTER,
            subject=subject,
            from_name=name,
            text=text,
            html=text,
            images=(image,),
            references=tuple(ids),
            in_reply_to=ids[0] if ids else None,
        )
    )
    assert headers_outside_list(raw) == ()
    assert "=?" not in clean_line(subject, LONGEST_SUBJECT)
    assert header(raw, "Subject") == clean_line(subject, LONGEST_SUBJECT)
    shown_name, address = parseaddr(message_from_bytes(raw)["From"].replace("\r\n", ""))
    assert address == LETTER.from_address
    assert str(make_header(decode_header(shown_name))) == clean_line(name, LONGEST_NAME)
    mail = message_from_bytes(raw)
    assert mail["Message-ID"] == LETTER.message_id
    for kept in f"{mail['In-Reply-To'] or ''} {mail['References'] or ''}".split():
        assert kept in ids
        assert kept.encode("ascii") in raw
    parts = [part for part in mail.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "image/png"]
    assert parts[2].get_payload(decode=True) == image.data
    assert str(parts[2].get_filename()).endswith(".png")
