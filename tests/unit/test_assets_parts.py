"""The base page and its parts: complete under strict templates, in both directions, for every kind of visitor."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, FileSystemLoader, StrictUndefined
from jinja2.loaders import ChoiceLoader
from wtforms import Form, RadioField, SelectMultipleField, StringField, TextAreaField, validators
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from penfriends.web.assets import TEMPLATE_DIR, MapTown, map_layout, static_url

PAGE = """{% extends "base.html" %}
{% import "parts/ui.html" as ui with context %}{% import "parts/forms.html" as forms with context %}
{% set section = "letters" %}
{% block title %}A page{% endblock %}
{% block main %}
{{ ui.page_head("Heading", "Lead", "/x", "Back") }}
{{ ui.steps([("Town", "map-pin"), ("Age", "cake"), ("You", "user-round")], 2) }}
{{ ui.friend_preview("Card", "", "Thetford", ["A line"], "thetford", "Thetford", "12 May 2026") }}
{{ ui.map(map_layout(home, [twin]), "Map") }}
<article class="letter" aria-labelledby="l1">
{{ ui.letter_head("l1", "From Kasia", "10 May", "skawina", "Skawina", "10 May", "PL") }}
{{ ui.letter_body("Hello <b>\\r\\nyou\\r\\n\\r\\nBye", "en") }}</article>
{% call ui.envelope("cat", "Kasia", "…", "9 April") %}inside{% endcall %}
{{ ui.journey(["done", "change", "todo", "todo"], "Kasia") }}
{{ ui.friend_card("Kasia", "Skawina", "cat", [("Writes", "Polish")], [("cat", "cats")], "16:42") }}
<p>{{ ui.mark("one two", 1, "contact", "Phone") }}</p>{{ ui.finding(1, "contact", "Phone", "why") }}{{ ui.legend() }}
{{ ui.queue_item("/x", "Tom", "Lotte", here=True) }}{{ ui.count("/x", 3, "letters", late=True) }}
{{ ui.decision("release", "Deliver", 2) }}{{ ui.post_button("/x", "Undo") }}
{{ ui.town_card("/x", "nowhere", "Ulm", "line", "9 wait") }}
{% call ui.notice("warn") %}careful{% endcall %}{% call ui.empty("mailbox") %}nothing{% endcall %}
{{ forms.error_summary(form) }}
<form method="post" novalidate>{{ forms.csrf() }}{{ forms.field(form.name, hint="h", autocomplete="given-name") }}
{{ forms.field(form.text, optional=True, rows=3) }}
{{ forms.choice_cards(form.age, heading=True, icons={"8": "rocket"}) }}
{{ forms.picks(form.likes, icons={"cat": "cat"}) }}
{{ forms.date_fields("Born", form.day, form.month, form.year) }}{{ forms.submit("Go") }}</form>
{% endblock %}"""


class Answers(Form):
    name = StringField("Name", [validators.InputRequired("Write your name")])
    text = TextAreaField("Text")
    age = RadioField(
        "Age",
        [validators.InputRequired("Choose")],
        choices=[SelectChoice("8", "8 to 12"), SelectChoice("18", "18 or over")],
    )
    likes = SelectMultipleField("Likes", choices=[SelectChoice("cat", "cats"), SelectChoice("book", "books")])
    day = StringField("Day", [validators.InputRequired("Write the day")])
    month = StringField("Month")
    year = StringField("Year")


class Typed(dict[str, list[str]]):
    def getlist(self, name: str) -> list[str]:
        return self[name]


def render(language: str = "en", visitor: object = None, typed: dict[str, list[str]] | None = None) -> str:
    environment = Environment(
        loader=ChoiceLoader([DictLoader({"page.html": PAGE}), FileSystemLoader(TEMPLATE_DIR)]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    form = Answers(Typed(typed) if typed is not None else None)
    if typed is not None:
        form.validate()
    context: dict[str, Any] = {
        "lang": language,
        "dir": "rtl" if language == "ar" else "ltr",
        "theme": "",
        "visitor": visitor,
        "path": "/x",
        "flash": [("ok", "Saved.")],
        "languages": [("en", "English", False), ("ar", "العربية", True)],
        "form": form,
        "home": MapTown("Thetford", 52.41, 0.75),
        "twin": MapTown("Skawina", 49.97, 19.83),
        "static": static_url,
        "map_layout": map_layout,
        "csrf_token": lambda: "token",
        "number": str,
        "direction": lambda code: "rtl" if code == "ar" else "ltr",
        "language_name": str,
    }
    return environment.get_template("page.html").render(context)


RESIDENT = SimpleNamespace(
    is_resident=True,
    is_staff=False,
    is_teacher=False,
    is_pupil=False,
    display_name="<Mai>",
    avatar="",
    counts={"letters": 2},
)
STAFF = SimpleNamespace(
    is_resident=False,
    is_staff=True,
    is_teacher=False,
    is_pupil=False,
    display_name="Ilse",
    avatar="turtle",
    colour="red",
    counts={},
)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("visitor", [None, RESIDENT, STAFF], ids=["anyone", "resident", "staff"])
def test_a_page_is_whole(language: str, visitor: object) -> None:
    html = render(language, visitor)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:for|href|aria-labelledby|aria-describedby)="#?([\w-]+)"', html)) <= set(ids)
    assert not re.findall(r"\sstyle=|\son\w+=|https?://", html.replace("http://www.w3.org/2000/svg", ""))
    assert html.count('<form method="post"') + html.count('class="inline" method="post"') <= html.count("_csrf_token")
    assert "<Mai>" not in html
    assert "Hello &lt;b&gt;" in html


def test_what_was_wrong_comes_first_and_what_was_typed_stays() -> None:
    html = render(typed={"name": [""], "text": ["I like\nducks"], "likes": ["cat"], "day": [""], "month": ["5"]})
    assert "<title>Error: A page · penfriends</title>" in html
    assert '<a href="#name">Write your name</a>' in html
    assert '<a href="#age">Choose</a>' in html
    assert re.search(r'<input aria-describedby="name-hint name-err" aria-invalid="true"[^>]*id="name"', html)
    assert "ducks</textarea>" in html
    assert re.search(r'value="cat" checked', html)
    assert re.search(r'id="month"[^>]*value="5"', html)


def test_a_page_without_errors_does_not_say_error() -> None:
    html = render()
    assert "<title>A page · penfriends</title>" in html
    assert 'class="errors"' not in html
