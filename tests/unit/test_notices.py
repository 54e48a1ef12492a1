"""Do all mails say the right thing, in every language, as text and as HTML?"""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from jinja2 import meta

from penfriends.i18n import LANGUAGES, RIGHT_TO_LEFT
from penfriends.mail import notices
from penfriends.mail.leaks import Identity, find_leaks
from penfriends.mail.notices import (
    IN_EVERY_MAIL,
    REPLY_GOES_TO,
    VALUES,
    Notice,
    Rendered,
    ReplyTo,
    Value,
    WrongValues,
    render,
)
from penfriends.mail.outbound import Outgoing, build, headers_outside_list
from tests.unit.test_outbound import LETTER

SAMPLES: dict[str, Value] = {
    "band": "adult",
    "town": "Thetford",
    "name": "Margaret",
    "friend": "Henk",
    "friend_town": "Spijkenisse",
    "child": "Maisie",
    "url": "https://penfriends.example/c/7Q2MKD4P",
    "wrong_url": "https://penfriends.example/w/1",
    "pause_url": "https://penfriends.example/s/1",
    "later_url": "https://penfriends.example/b/1",
    "stop_url": "https://penfriends.example/s/2",
    "good_url": "https://penfriends.example/f/1?a=good",
    "deciding_url": "https://penfriends.example/f/1?a=deciding",
    "not_url": "https://penfriends.example/f/1?a=not",
    "code": "482913",
    "minutes": 15,
    "days": 3,
    "friend_towns": ["Skawina", "Hürth"],
    "reader": "Ilse",
    "ends_on": date(2026, 5, 24),
    "friend_age": "71",
    "likes": ["chess", "canals", "old radios"],
    "writes": ["Dutch", "good English"],
    "question": "What did your street look like in 1960?",
    "answer_by": date(2026, 5, 24),
    "all_read": False,
    "first_letters": 5,
    "is_reply": False,
    "title": "The duck in your school",
    "letter_text": "Dear Margaret,\n\nI <b>like</b> ducks & drakes.\n\n\n\nHenk",
    "letter_language": "en",
    "pictures": 1,
    "left_out": 2,
    "reasons": ["your phone number", "where you live"],
    "note": "The rest is a great letter.",
    "mail_subject": "Hello again",
    "asked_subject": "A question about stamps",
    "asked": "May my grandson send a drawing?",
    "received_on": date(2026, 5, 10),
    "received_at": datetime(2026, 5, 10, 9, 5, tzinfo=UTC),
    "wrote_on": date(2026, 5, 10),
    "outcome": "We spoke with the writer.",
    "letters": 7,
    "oldest": timedelta(days=1),
    "promised": timedelta(days=2),
    "matches": 2,
    "reports": 1,
    "pairings": 1,
    "left": ["Cara C", "Dora C"],
    "waiting": ["Anton K"],
    "teacher": "Ms Okafor",
    "school_name": "Norwich Road School",
    "part": "own",
    "moderator": "Wendy Plumb",
    "proof": "check",
    "own": False,
    "read_this_month": 31,
    "inviter": "Rania",
    "school": "",
    "birthday": date(2026, 5, 24),
    "group": "Thetford Singers",
    "friend_group": "Kerkkoor Spijkenisse",
    "friend_kind": "Choir",
    "members": 34,
    "youngest": 20,
    "eldest": 78,
    "seeks": True,
    "own_class": "6B",
    "class_name": "6B",
    "about": "report",
    "write_on": date(2026, 9, 14),
    "send_on": date(2026, 9, 21),
    "consents": 3,
    "alone": 1,
    "agree": True,
    "others": True,
    "friend_classes": ["5a", "4c"],
    "yes": True,
    "thanks": "It was a lovely year.",
    "reason": "Both classes are on holiday.",
    "goes_on": False,
}
BOTH = pytest.mark.parametrize("band", ["child", "adult"])
EVERY_NOTICE = pytest.mark.parametrize("notice", list(Notice))


def values_for(notice: Notice, **changed: Value) -> dict[str, Value]:
    given = {**SAMPLES, **changed}
    return {key: given[key] for key in VALUES[notice] | IN_EVERY_MAIL}


def words(text: str) -> list[str]:
    return re.findall(r"[\w’]+", "".join(c for c in text if unicodedata.category(c) != "Cf"))


def shown(html: str) -> str:
    body = re.sub(r"<style>.*?</style>|<title>.*?</title>", " ", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?(bdi|b)>", "", body)))


@EVERY_NOTICE
@BOTH
def test_every_mail_renders_and_says_where_a_reply_goes(notice: Notice, band: str) -> None:
    promise = "Reply to this e-mail" if REPLY_GOES_TO[notice] is ReplyTo.LETTER else "Your reply to this e-mail"
    for language in LANGUAGES:
        mail = render(notice, language=language, values=values_for(notice, band=band))
        assert mail.subject, language
        assert mail.text.endswith("\n"), language
        assert mail.html.startswith("<!doctype html>"), language
        if language == "en":
            assert mail.text.count(promise) == 1
            assert mail.html.count(promise) == 1


@EVERY_NOTICE
def test_subjects_stay_short_even_with_long_names(notice: Notice) -> None:
    long = dict.fromkeys(
        ("name", "friend", "child", "town", "friend_town", "inviter"), "Maximiliane Wolfeschlegelstein"
    )
    for language in LANGUAGES:
        subject = render(notice, language=language, values=values_for(notice, **long)).subject
        assert len(re.sub("[\u2068\u2069]", "", subject)) <= 70, language
        assert subject.count("\u2068") == subject.count("\u2069"), language
        assert "!" not in subject, language


@EVERY_NOTICE
@BOTH
def test_html_says_the_same_words_as_the_text(notice: Notice, band: str) -> None:
    mail = render(notice, language="en", values=values_for(notice, band=band))
    without_links = re.sub(r"^\u200f?https://\S+$", "", mail.text, flags=re.MULTILINE)
    in_text, in_html = words(without_links), words(shown(mail.html))
    missing = set(in_text) - set(in_html)
    assert not missing - {"and", "1", "2"}
    for url in re.findall(r"https://\S+", mail.text):
        assert f'href="{url}"' in mail.html


def test_replies_go_to_the_friend_only_from_mails_about_letters() -> None:
    to_friend = {notice for notice, reply in REPLY_GOES_TO.items() if reply is ReplyTo.LETTER}
    assert to_friend == {
        Notice.LETTER,
        Notice.LETTER_WAITING,
        Notice.INTRODUCTION,
        Notice.NUDGE,
        Notice.FRIEND_LATE,
    }
    assert set(REPLY_GOES_TO) == set(VALUES) == set(Notice)


@EVERY_NOTICE
def test_templates_use_only_values_that_are_listed(notice: Notice) -> None:
    made = {"language", "direction", "reply_goes_to", "asks_friend", "heading", "dir_of", "friend"}
    sources = Path(notices._folder())
    used: set[str] = set()
    for file in ("subject.txt", "body.txt", "body.html"):
        tree = notices._environment().parse((sources / notice / file).read_text())
        used |= meta.find_undeclared_variables(tree)
    functions = {"_", "ngettext", "pgettext", "npgettext"} | {"big", "button", "item", "link", "p", "small"}
    assert used - functions - made <= VALUES[notice] | IN_EVERY_MAIL
    assert VALUES[notice] - used <= {"friend"}


def test_wrong_values_are_named() -> None:
    with pytest.raises(WrongValues, match="sign_in: surprise, url"):
        render(
            Notice.SIGN_IN,
            language="en",
            values={"code": "1", "minutes": 1, "band": "adult", "town": "T", "surprise": 1},
        )


def test_the_letter_is_not_touched_in_text_and_escaped_in_html() -> None:
    mail = render(Notice.LETTER, language="en", values=values_for(Notice.LETTER))
    assert "I <b>like</b> ducks & drakes.\n\n\n\nHenk\n\n-- \n" in mail.text
    assert "I &lt;b&gt;like&lt;/b&gt; ducks &amp; drakes." in mail.html
    assert '<div class="t" lang="en" dir="ltr"' in mail.html


def test_hostile_names_stay_text() -> None:
    hostile = '<img src=x onerror="a">\u202e\u2069{{ 7*7 }}%(x)s\r\nBcc: x'
    mail = render(Notice.LETTER, language="en", values=values_for(Notice.LETTER, friend=hostile, title=hostile))
    assert "<img" not in mail.html
    assert "\u202e" not in mail.html + mail.text + mail.subject
    assert "\n" not in mail.subject
    assert "49" not in mail.text


@EVERY_NOTICE
@BOTH
def test_hostile_values_stay_text_in_every_mail(notice: Notice, band: str) -> None:
    hostile = '"><img src=x onerror="a">\u202e\u2068{{ 7*7 }}%(x)s\r\nBcc: x'
    kept = {"band", "letter_language", *(key for key in SAMPLES if key.endswith("url"))}
    changed: dict[str, Value] = {
        key: hostile if isinstance(value, str) else [hostile]
        for key, value in SAMPLES.items()
        if isinstance(value, str | list)
    }
    mail = render(
        notice, language="en", values=values_for(notice, **{**changed, **{k: SAMPLES[k] for k in kept}, "band": band})
    )
    assert "<img" not in mail.html
    assert "49" not in mail.html + mail.text
    assert "\n" not in mail.subject
    raw = build(as_outgoing(mail, "en"))
    assert headers_outside_list(raw) == ()


@EVERY_NOTICE
def test_every_mail_can_be_built_and_gives_nobody_away(notice: Notice) -> None:
    known = Identity(("henk@example.net",), ("+31 181 123456",), ("Henk de Vries",))
    for language in LANGUAGES:
        raw = build(as_outgoing(render(notice, language=language, values=values_for(notice)), language))
        assert headers_outside_list(raw) == (), language
        assert find_leaks(raw, (known, replace(known, addresses=("margaret@example.org",), reads=True))) == (), language


def as_outgoing(mail: Rendered, language: str) -> Outgoing:
    changed = {"subject": mail.subject, "text": mail.text, "html": mail.html}
    return replace(LETTER, language=language, to_address="margaret@example.org", **changed)  # type: ignore[arg-type]


def test_arabic_mail_reads_from_the_right() -> None:
    letter = "Dear Layan,\nI am fine."
    mail = render(Notice.LETTER, language="ar", values=values_for(Notice.LETTER, letter_text=letter))
    assert '<html lang="ar" dir="rtl">' in mail.html
    assert '<div class="bg" lang="ar" dir="rtl"' in mail.html
    assert letter in mail.text  # a friend's words keep their own direction
    frame = mail.text.split("-- \n")[1]
    for line in filter(None, frame.splitlines()):
        strong = next((c for c in line if unicodedata.bidirectional(c) in ("L", "R", "AL")), "")
        assert unicodedata.bidirectional(strong) != "L"
    assert "ar" in RIGHT_TO_LEFT


def test_months_have_the_names_of_the_country() -> None:
    nudge = values_for(Notice.NUDGE)
    assert "أيار" in render(Notice.NUDGE, language="ar", values=nudge, territory="PS").text
    assert "مايو" in render(Notice.NUDGE, language="ar", values=nudge).text
    assert "10. Mai" in render(Notice.NUDGE, language="de", values=nudge).text
    assert "10 May" in render(Notice.NUDGE, language="en", values=nudge).text


def test_confirm_mail_shows_only_subject_and_time() -> None:
    assert {"name", "mail_subject", "received_on", "received_at", "url"} == VALUES[Notice.CONFIRM_MAIL]


def test_no_mail_loads_anything_from_elsewhere() -> None:
    for notice in Notice:
        html = render(notice, language="en", values=values_for(notice)).html
        assert not re.search(r"<(img|script|link|iframe|form|object)\b|url\(|@import|@font-face| on\w+=", html)


def test_a_letter_in_an_unknown_language_says_so_and_nothing_else() -> None:
    html = render(Notice.LETTER, language="de", values=values_for(Notice.LETTER, letter_language=None)).html
    assert "None" not in html
    assert 'lang="" dir="auto"' in html
    html = render(Notice.LETTER, language="de", values=values_for(Notice.LETTER, letter_language="ar")).html
    assert 'lang="ar" dir="rtl"' in html
